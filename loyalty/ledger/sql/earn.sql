-- Points come into a wallet, in one lot for each element of the arrays: `_available_at` empty, they can be spent at
-- once (and pay debt first); else they are pending until then. Once per key. `_source`: I issued, J adjusted by hand.
CREATE OR REPLACE FUNCTION ledger_private.issue(_wallet bigint, _kind text, _source text, _key text, _points bigint[],
  _available_at timestamptz[], _expires_at timestamptz[], _line bigint[], _order bigint, _adjustment bigint,
  _actor bigint, _trace jsonb, _occurred_at timestamptz, _recorded_at timestamptz)
RETURNS loyalty_posted LANGUAGE plpgsql AS $$
DECLARE
  w loyalty_wallet;
  posted loyalty_posted;
  request bytea := sha256(convert_to(concat_ws('|', _kind, _wallet, _points, _order, _adjustment), 'UTF8'));
  tx bigint;
  first_seq bigint;
  pending bigint := 0;
  at_once bigint := 0;
  pays bigint := 0;
  kept bigint;
BEGIN
  w := ledger_private.lock_wallet(_wallet);
  posted := ledger_private.standing(w.programme_id, _key, request);
  IF posted.transaction_id IS NOT NULL THEN
    RETURN posted;
  END IF;
  tx := ledger_private.next_transaction();
  first_seq := w.seq + 1;
  FOR i IN 1 .. cardinality(_points) LOOP
    kept := _points[i];
    IF _available_at[i] IS NOT NULL THEN
      pending := pending + kept;
    ELSE
      at_once := at_once + kept;
      kept := kept - least(w.debt - pays, kept);
      pays := pays + _points[i] - kept;
    END IF;
    IF kept > 0 THEN
      INSERT INTO loyalty_lot (wallet_id, transaction_id, earned_by_id, line_id, points, pending, remaining, held,
        available_at, expires_at)
      VALUES (_wallet, tx, tx, _line[i], kept, CASE WHEN _available_at[i] IS NULL THEN 0 ELSE kept END,
        CASE WHEN _available_at[i] IS NULL THEN kept ELSE 0 END, 0, _available_at[i], _expires_at[i]);
    END IF;
  END LOOP;
  w := ledger_private.move(w, tx, _source, 'P', pending, _recorded_at);
  w := ledger_private.move(w, tx, _source, 'D', pays, _recorded_at);
  w := ledger_private.move(w, tx, _source, 'A', at_once - pays, _recorded_at);
  IF _kind = 'earn' THEN
    w.active_at := greatest(w.active_at, _occurred_at);
  END IF;
  RETURN ledger_private.close(w, tx, _kind, _key, request, pending + at_once, first_seq, _occurred_at, _recorded_at,
    _order => _order, _adjustment => _adjustment, _actor => _actor, _trace => _trace);
END $$;

-- The hot one: a purchase earns. Nearly always into one lot of a wallet without debt, so that is written out here, with
-- as few statements as there are rows; whatever else goes the way of `issue`.
CREATE OR REPLACE FUNCTION loyalty_earn(_wallet bigint, _kind text, _key text, _points bigint[],
  _available_at timestamptz[], _expires_at timestamptz[], _line bigint[], _order bigint, _actor bigint, _trace jsonb,
  _occurred_at timestamptz, _recorded_at timestamptz)
RETURNS loyalty_posted LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  w loyalty_wallet;
  points bigint := _points[1];
  waits_until timestamptz := _available_at[1];
  bucket text := CASE WHEN waits_until IS NULL THEN 'A' ELSE 'P' END;
  -- As in `issue`, whose answers to repeats are ours.
  request bytea := sha256(convert_to(concat_ws('|', _kind, _wallet, _points, _order), 'UTF8'));
  tx bigint;
BEGIN
  IF _kind NOT IN ('earn', 'opening') THEN
    PERFORM ledger_private.refuse('unknown-operation');
  END IF;
  SELECT * INTO w FROM loyalty_wallet WHERE member_id = _wallet FOR NO KEY UPDATE;
  IF NOT FOUND OR w.debt > 0 OR cardinality(_points) <> 1 THEN
    RETURN ledger_private.issue(_wallet, _kind, 'I', _key, _points, _available_at, _expires_at, _line, _order, NULL,
      _actor, _trace, _occurred_at, _recorded_at);
  END IF;
  w.seq := w.seq + 1;
  INSERT INTO loyalty_transaction (programme_id, wallet_id, kind, key, request_hash, points, first_seq, last_seq,
    order_id, actor_id, trace, occurred_at, recorded_at)
  VALUES (w.programme_id, _wallet, _kind, _key, request, points, w.seq, w.seq, _order, _actor, _trace, _occurred_at,
    _recorded_at)
  ON CONFLICT (programme_id, key) DO NOTHING
  RETURNING id INTO tx;
  IF tx IS NULL THEN
    RETURN ledger_private.standing(w.programme_id, _key, request);
  END IF;
  IF waits_until IS NULL THEN
    w.available := w.available + points;
  ELSE
    w.pending := w.pending + points;
  END IF;
  w.head_hash := sha256(w.head_hash || ledger_private.form(_wallet, w.seq, tx, 'I', bucket, points, w.available,
    w.pending, w.held, w.debt, _recorded_at));
  INSERT INTO loyalty_lot (wallet_id, transaction_id, earned_by_id, line_id, points, pending, remaining, held,
    available_at, expires_at)
  VALUES (_wallet, tx, tx, _line[1], points, CASE bucket WHEN 'P' THEN points ELSE 0 END,
    CASE bucket WHEN 'A' THEN points ELSE 0 END, 0, waits_until, _expires_at[1]);
  INSERT INTO loyalty_movement (wallet_id, seq, transaction_id, source, target, points, available_after, pending_after,
    held_after, debt_after, recorded_at, hash)
  VALUES (_wallet, w.seq, tx, 'I', bucket, points, w.available, w.pending, w.held, w.debt, _recorded_at, w.head_hash);
  UPDATE loyalty_wallet
  SET available = w.available, pending = w.pending, seq = w.seq, head_hash = w.head_hash,
    active_at = CASE _kind WHEN 'earn' THEN greatest(active_at, _occurred_at) ELSE active_at END
  WHERE member_id = _wallet;
  RETURN (tx, true, points, NULL, w.available, w.pending, w.held, w.debt)::loyalty_posted;
END $$;
