-- Points come into a wallet, in one lot for each element of the arrays: `_available_at` empty, they can be spent at
-- once (and pay debt first); else they are pending until then. Once per key. `_source`: I issued, J adjusted by hand.
CREATE FUNCTION ledger_private.issue(_wallet bigint, _kind text, _source text, _key text, _points bigint[],
  _available_at timestamptz[], _expires_at timestamptz[], _line bigint[], _order bigint, _adjustment bigint,
  _actor bigint, _trace jsonb, _occurred_at timestamptz, _recorded_at timestamptz)
RETURNS loyalty_posted LANGUAGE plpgsql AS $$
DECLARE
  w loyalty_wallet := ledger_private.lock_wallet(_wallet);
  hash bytea := sha256(convert_to(concat_ws('|', _kind, _wallet, _points, _order, _adjustment), 'UTF8'));
  posted loyalty_posted := ledger_private.standing(w.programme_id, _key, hash);
  first_seq bigint := w.seq + 1;
  tx bigint;
  pending bigint := 0;
  at_once bigint := 0;
  pays bigint;
  owed bigint := w.debt;
  kept bigint;
BEGIN
  IF posted.transaction_id IS NOT NULL THEN
    RETURN posted;
  END IF;
  tx := ledger_private.next_transaction();
  FOR i IN 1 .. cardinality(_points) LOOP
    IF _available_at[i] IS NOT NULL THEN
      pending := pending + _points[i];
      kept := _points[i];
    ELSE
      at_once := at_once + _points[i];
      kept := _points[i] - least(owed, _points[i]);
      owed := owed - (_points[i] - kept);
    END IF;
    IF kept > 0 THEN
      INSERT INTO loyalty_lot (wallet_id, transaction_id, earned_by_id, line_id, points, pending, remaining, held,
        available_at, expires_at)
      VALUES (w.member_id, tx, tx, _line[i], kept, CASE WHEN _available_at[i] IS NULL THEN 0 ELSE kept END,
        CASE WHEN _available_at[i] IS NULL THEN kept ELSE 0 END, 0, _available_at[i], _expires_at[i]);
    END IF;
  END LOOP;
  pays := w.debt - owed;
  w := ledger_private.move(w, tx, _source, 'P', pending, _recorded_at);
  IF at_once > 0 THEN
    w := ledger_private.move(w, tx, _source, 'D', pays, _recorded_at);
    w := ledger_private.move(w, tx, _source, 'A', at_once - pays, _recorded_at);
  END IF;
  IF _kind = 'earn' THEN
    w.active_at := greatest(w.active_at, _occurred_at);
  END IF;
  RETURN ledger_private.close(w, tx, _kind, _key, hash, pending + at_once, first_seq, _occurred_at, _recorded_at,
    _order => _order, _adjustment => _adjustment, _actor => _actor, _trace => _trace);
END $$;

-- The hot one: a purchase earns.
CREATE FUNCTION loyalty_earn(_wallet bigint, _kind text, _key text, _points bigint[], _available_at timestamptz[],
  _expires_at timestamptz[], _line bigint[], _order bigint, _actor bigint, _trace jsonb, _occurred_at timestamptz,
  _recorded_at timestamptz)
RETURNS loyalty_posted LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF _kind NOT IN ('earn', 'opening') THEN
    PERFORM ledger_private.refuse('unknown-operation');
  END IF;
  RETURN ledger_private.issue(_wallet, _kind, 'I', _key, _points, _available_at, _expires_at, _line, _order, NULL, _actor,
    _trace, _occurred_at, _recorded_at);
END $$;
