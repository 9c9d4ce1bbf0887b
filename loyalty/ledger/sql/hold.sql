-- Points are set aside for a checkout, from the lots a redemption would take. Once per key.
CREATE FUNCTION loyalty_hold(_wallet bigint, _key text, _points bigint, _until timestamptz, _order bigint, _actor bigint,
  _recorded_at timestamptz)
RETURNS loyalty_posted LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  w loyalty_wallet := ledger_private.lock_wallet(_wallet);
  hash bytea := sha256(convert_to(concat_ws('|', 'hold', _wallet, _points, _order), 'UTF8'));
  posted loyalty_posted := ledger_private.standing(w.programme_id, _key, hash);
  first_seq bigint := w.seq + 1;
  tx bigint;
  its_id bigint;
BEGIN
  IF posted.transaction_id IS NOT NULL THEN
    RETURN posted;
  END IF;
  tx := ledger_private.next_transaction();
  INSERT INTO loyalty_hold (wallet_id, points, captured, released, expires_at, created_at)
  VALUES (_wallet, _points, 0, 0, _until, _recorded_at) RETURNING id INTO its_id;
  PERFORM ledger_private.take(w, tx, _points, _recorded_at, its_id);
  w := ledger_private.move(w, tx, 'A', 'H', _points, _recorded_at);
  RETURN ledger_private.close(w, tx, 'hold', _key, hash, _points, first_seq, _recorded_at, _recorded_at,
    _order => _order, _hold => its_id, _actor => _actor);
END $$;

-- The hold, ours: its wallet is locked first, as everywhere.
CREATE FUNCTION ledger_private.lock_hold(_hold bigint) RETURNS loyalty_hold LANGUAGE plpgsql AS $$
DECLARE
  h loyalty_hold;
BEGIN
  SELECT * INTO h FROM loyalty_hold WHERE id = _hold;
  IF NOT FOUND THEN
    PERFORM ledger_private.refuse('unknown-hold');
  END IF;
  PERFORM ledger_private.lock_wallet(h.wallet_id);
  SELECT * INTO h FROM loyalty_hold WHERE id = _hold FOR NO KEY UPDATE;
  RETURN h;
END $$;

-- Held points pay: all of them or a part. What is left stays held until it is captured, released or abandoned.
CREATE FUNCTION loyalty_capture(_hold bigint, _key text, _points bigint, _order bigint, _actor bigint, _trace jsonb,
  _occurred_at timestamptz, _recorded_at timestamptz)
RETURNS loyalty_posted LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  h loyalty_hold := ledger_private.lock_hold(_hold);
  w loyalty_wallet := ledger_private.lock_wallet(h.wallet_id);
  hash bytea := sha256(convert_to(concat_ws('|', 'capture', _hold, _points, _order), 'UTF8'));
  posted loyalty_posted := ledger_private.standing(w.programme_id, _key, hash);
  first_seq bigint := w.seq + 1;
  tx bigint;
BEGIN
  IF posted.transaction_id IS NOT NULL THEN
    RETURN posted;
  END IF;
  IF _points > h.points - h.captured - h.released THEN
    PERFORM ledger_private.refuse('not-enough-held',
      jsonb_build_object('held', h.points - h.captured - h.released));
  END IF;
  tx := ledger_private.next_transaction();
  WITH there AS (
    SELECT u.lot_id, l.expires_at, sum(u.held_change) AS held FROM loyalty_lotuse u JOIN loyalty_lot l ON l.id = u.lot_id
    WHERE u.hold_id = _hold GROUP BY u.lot_id, l.expires_at HAVING sum(u.held_change) > 0
  ), parts AS (
    SELECT lot_id, least(held, _points - (sum(held) OVER soonest - held)) AS part FROM there
    WINDOW soonest AS (ORDER BY expires_at, lot_id)
  ), taken AS (
    UPDATE loyalty_lot l SET held = l.held - p.part FROM parts p WHERE l.id = p.lot_id AND p.part > 0
  )
  INSERT INTO loyalty_lotuse (transaction_id, lot_id, hold_id, pending_change, remaining_change, held_change)
  SELECT tx, lot_id, _hold, 0, 0, -part FROM parts WHERE part > 0;
  UPDATE loyalty_hold SET captured = captured + _points WHERE id = _hold;
  w := ledger_private.move(w, tx, 'H', 'R', _points, _recorded_at);
  w.active_at := greatest(w.active_at, _occurred_at);
  RETURN ledger_private.close(w, tx, 'capture', _key, hash, _points, first_seq, _occurred_at, _recorded_at,
    _order => _order, _hold => _hold, _actor => _actor, _trace => _trace);
END $$;

-- What is still held goes back: it pays debt first, the rest into the lots it came from, with the expiry they had.
CREATE FUNCTION loyalty_release(_hold bigint, _key text, _actor bigint, _recorded_at timestamptz)
RETURNS loyalty_posted LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  h loyalty_hold := ledger_private.lock_hold(_hold);
  w loyalty_wallet := ledger_private.lock_wallet(h.wallet_id);
  hash bytea := sha256(convert_to(concat_ws('|', 'release', _hold), 'UTF8'));
  posted loyalty_posted := ledger_private.standing(w.programme_id, _key, hash);
  first_seq bigint := w.seq + 1;
  tx bigint;
  back bigint := h.points - h.captured - h.released;
  pays bigint := least(w.debt, back);
BEGIN
  IF posted.transaction_id IS NOT NULL THEN
    RETURN posted;
  ELSIF back = 0 THEN
    PERFORM ledger_private.refuse('not-enough-held', jsonb_build_object('held', 0));
  END IF;
  tx := ledger_private.next_transaction();
  -- The points that go first anyway pay the debt.
  WITH there AS (
    SELECT u.lot_id, l.expires_at, sum(u.held_change) AS held FROM loyalty_lotuse u JOIN loyalty_lot l ON l.id = u.lot_id
    WHERE u.hold_id = _hold GROUP BY u.lot_id, l.expires_at HAVING sum(u.held_change) > 0
  ), parts AS (
    SELECT lot_id, held, greatest(0, least(held, pays - (sum(held) OVER soonest - held))) AS paid FROM there
    WINDOW soonest AS (ORDER BY expires_at, lot_id)
  ), returned AS (
    UPDATE loyalty_lot l SET held = l.held - p.held, remaining = l.remaining + p.held - p.paid
    FROM parts p WHERE l.id = p.lot_id
  )
  INSERT INTO loyalty_lotuse (transaction_id, lot_id, hold_id, pending_change, remaining_change, held_change)
  SELECT tx, lot_id, _hold, 0, held - paid, -held FROM parts;
  UPDATE loyalty_hold SET released = released + back WHERE id = _hold;
  w := ledger_private.move(w, tx, 'H', 'D', pays, _recorded_at);
  w := ledger_private.move(w, tx, 'H', 'A', back - pays, _recorded_at);
  RETURN ledger_private.close(w, tx, 'release', _key, hash, back, first_seq, _recorded_at, _recorded_at,
    _hold => _hold, _actor => _actor);
END $$;
