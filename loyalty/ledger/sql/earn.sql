-- Points come into a wallet, in one lot for each element of the arrays: `_available_at` empty, they can be spent at
-- once (and pay debt first); else they are pending until then. Once per key. `_source`: I issued, J adjusted by hand.
-- Every purchase comes through here, so what other operations share (standing, move, close) is written out.
CREATE FUNCTION ledger_private.issue(_wallet bigint, _kind text, _source text, _key text, _points bigint[],
  _available_at timestamptz[], _expires_at timestamptz[], _line bigint[], _order bigint, _adjustment bigint,
  _actor bigint, _trace jsonb, _occurred_at timestamptz, _recorded_at timestamptz)
RETURNS loyalty_posted LANGUAGE plpgsql AS $$
DECLARE
  w loyalty_wallet;
  request bytea := sha256(convert_to(concat_ws('|', _kind, _wallet, _points, _order, _adjustment), 'UTF8'));
  tx bigint;
  before bigint;
  pending bigint := 0;
  at_once bigint := 0;
  pays bigint := 0;
  kept bigint;
  moved bigint;
  bucket text;
BEGIN
  SELECT * INTO w FROM loyalty_wallet WHERE member_id = _wallet FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    PERFORM ledger_private.refuse('unknown-member');
  END IF;
  PERFORM 1 FROM loyalty_transaction WHERE programme_id = w.programme_id AND key = _key;
  IF FOUND THEN
    RETURN ledger_private.standing(w.programme_id, _key, request);
  END IF;
  tx := nextval('loyalty_transaction_id_seq');
  before := w.seq;
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
  FOREACH bucket IN ARRAY ARRAY['P', 'D', 'A'] LOOP
    moved := CASE bucket WHEN 'P' THEN pending WHEN 'D' THEN pays ELSE at_once - pays END;
    CONTINUE WHEN moved = 0;
    IF bucket = 'P' THEN
      w.pending := w.pending + moved;
    ELSIF bucket = 'D' THEN
      w.debt := w.debt - moved;
    ELSE
      w.available := w.available + moved;
    END IF;
    w.seq := w.seq + 1;
    w.head_hash := sha256(w.head_hash || int8send(_wallet) || int8send(w.seq) || int8send(tx) || _source::bytea
      || bucket::bytea || int8send(moved) || int8send(w.available) || int8send(w.pending) || int8send(w.held)
      || int8send(w.debt) || timestamptz_send(_recorded_at));
    INSERT INTO loyalty_movement (wallet_id, seq, transaction_id, source, target, points, available_after,
      pending_after, held_after, debt_after, recorded_at, hash)
    VALUES (_wallet, w.seq, tx, _source, bucket, moved, w.available, w.pending, w.held, w.debt, _recorded_at,
      w.head_hash);
  END LOOP;
  INSERT INTO loyalty_transaction (id, programme_id, wallet_id, kind, key, request_hash, points, first_seq, last_seq,
    order_id, adjustment_id, actor_id, trace, occurred_at, recorded_at)
  VALUES (tx, w.programme_id, _wallet, _kind, _key, request, pending + at_once, before + 1, w.seq, _order, _adjustment,
    _actor, _trace, _occurred_at, _recorded_at);
  UPDATE loyalty_wallet
  SET available = w.available, pending = w.pending, debt = w.debt, seq = w.seq, head_hash = w.head_hash,
    active_at = CASE _kind WHEN 'earn' THEN greatest(w.active_at, _occurred_at) ELSE w.active_at END
  WHERE member_id = _wallet;
  RETURN (tx, true, pending + at_once, NULL, w.available, w.pending, w.held, w.debt)::loyalty_posted;
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
