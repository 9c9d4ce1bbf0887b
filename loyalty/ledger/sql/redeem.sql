-- Points are spent (R) or donated (N): soonest expiry first, then oldest. Once per key; refused when too few are there.
CREATE FUNCTION loyalty_redeem(_wallet bigint, _kind text, _key text, _points bigint, _order bigint, _actor bigint,
  _trace jsonb, _occurred_at timestamptz, _recorded_at timestamptz)
RETURNS loyalty_posted LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  w loyalty_wallet := ledger_private.lock_wallet(_wallet);
  hash bytea := sha256(convert_to(concat_ws('|', _kind, _wallet, _points, _order), 'UTF8'));
  posted loyalty_posted := ledger_private.standing(w.programme_id, _key, hash);
  first_seq bigint := w.seq + 1;
  tx bigint;
BEGIN
  IF posted.transaction_id IS NOT NULL THEN
    RETURN posted;
  ELSIF _kind NOT IN ('redeem', 'donate') THEN
    PERFORM ledger_private.refuse('unknown-operation');
  END IF;
  tx := ledger_private.next_transaction();
  PERFORM ledger_private.take(w, tx, _points, _recorded_at);
  w := ledger_private.move(w, tx, 'A', CASE _kind WHEN 'redeem' THEN 'R' ELSE 'N' END, _points, _recorded_at);
  w.active_at := greatest(w.active_at, _occurred_at);
  RETURN ledger_private.close(w, tx, _kind, _key, hash, _points, first_seq, _occurred_at, _recorded_at,
    _order => _order, _actor => _actor, _trace => _trace);
END $$;
