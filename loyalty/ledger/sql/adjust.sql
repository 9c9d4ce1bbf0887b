-- A colleague gives or takes points. Only what stands approved, and once: the request is the key. Points taken come out
-- of the lots, soonest expiry first; what is missing becomes debt.
CREATE FUNCTION loyalty_adjust(_adjustment bigint, _expires_at timestamptz, _recorded_at timestamptz)
RETURNS loyalty_posted LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  asked loyalty_adjustmentrequest;
  w loyalty_wallet;
  posted loyalty_posted;
  key text := 'adjustment:' || _adjustment;
  hash bytea := sha256(convert_to(key, 'UTF8'));
  first_seq bigint;
  tx bigint;
  there bigint;
BEGIN
  SELECT * INTO asked FROM loyalty_adjustmentrequest WHERE id = _adjustment;
  IF asked.decision IS NULL OR asked.decision NOT IN ('allowed', 'approved') THEN
    PERFORM ledger_private.refuse('adjustment-not-approved');
  END IF;
  IF asked.points > 0 THEN
    RETURN ledger_private.issue(asked.member_id, 'adjust', 'J', key, ARRAY[asked.points], ARRAY[NULL::timestamptz],
      ARRAY[_expires_at], ARRAY[NULL::bigint], NULL, _adjustment, asked.requested_by_id, NULL, _recorded_at,
      _recorded_at);
  END IF;
  w := ledger_private.lock_wallet(asked.member_id);
  posted := ledger_private.standing(w.programme_id, key, hash);
  IF posted.transaction_id IS NOT NULL THEN
    RETURN posted;
  END IF;
  first_seq := w.seq + 1;
  tx := ledger_private.next_transaction();
  there := least(w.available, -asked.points);
  PERFORM ledger_private.take_anything(w.member_id, tx, there);
  w := ledger_private.move(w, tx, 'A', 'J', there, _recorded_at);
  w := ledger_private.move(w, tx, 'D', 'J', -asked.points - there, _recorded_at);
  RETURN ledger_private.close(w, tx, 'adjust', key, hash, -asked.points, first_seq, _recorded_at, _recorded_at,
    _adjustment => _adjustment, _actor => asked.requested_by_id);
END $$;
