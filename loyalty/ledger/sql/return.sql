-- Takes points out of a wallet's lots whatever their expiry: for what is taken back, not for what is spent. The lots
-- that come first: those of one earning (its lines first), then soonest expiry.
CREATE FUNCTION ledger_private.take_anything(_wallet bigint, _transaction bigint, _points bigint,
  _earning bigint DEFAULT NULL, _lines bigint[] DEFAULT '{}')
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  WITH there AS (
    SELECT id, remaining, sum(remaining) OVER its_turn - remaining AS before FROM loyalty_lot
    WHERE wallet_id = _wallet AND remaining > 0
    WINDOW its_turn AS (
      ORDER BY earned_by_id IS NOT DISTINCT FROM _earning DESC,
        (earned_by_id IS NOT DISTINCT FROM _earning AND line_id = ANY (_lines)) IS TRUE DESC, expires_at, id)
  ), parts AS (
    SELECT id, least(remaining, _points - before) AS part FROM there WHERE before < _points
  ), taken AS (
    UPDATE loyalty_lot l SET remaining = l.remaining - p.part FROM parts p WHERE l.id = p.id
  )
  INSERT INTO loyalty_lotuse (transaction_id, lot_id, pending_change, remaining_change, held_change)
  SELECT _transaction, id, 0, -part, 0 FROM parts;
END $$;

-- Goods came back: what their purchase earned is taken back, until `_until` of its points are in all. So any sequence
-- of partial returns ends where one full return would, and a return told twice takes nothing twice.
-- From the earning's own lots (pending first, the returned lines' before others), then soonest expiry, then debt, unless
-- the programme forgives it, and remembers that it did. Answers with an empty transaction when nothing is left to do.
CREATE FUNCTION loyalty_reverse(_wallet bigint, _earning bigint, _until bigint, _lines bigint[], _key text,
  _forgive boolean, _order bigint, _actor bigint, _trace jsonb, _occurred_at timestamptz, _recorded_at timestamptz)
RETURNS loyalty_posted LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  w loyalty_wallet := ledger_private.lock_wallet(_wallet);
  hash bytea := sha256(convert_to(concat_ws('|', 'reverse', _earning, _until), 'UTF8'));
  posted loyalty_posted := ledger_private.standing(w.programme_id, _key, hash);
  earning record;
  first_seq bigint := w.seq + 1;
  tx bigint;
  missing bigint;
  from_pending bigint;
  from_available bigint;
BEGIN
  IF posted.transaction_id IS NOT NULL THEN
    RETURN posted;
  END IF;
  -- Two wallets may be asked about one earning, after people were merged: its row is the lock between them.
  SELECT t.id, t.points INTO earning FROM loyalty_transaction t
  WHERE t.id = _earning AND t.kind IN ('earn', 'opening') FOR NO KEY UPDATE;
  IF earning.id IS NULL OR _until > earning.points THEN
    PERFORM ledger_private.refuse('more-taken-back-than-earned');
  END IF;
  SELECT _until - coalesce(sum(points), 0) INTO missing FROM loyalty_transaction WHERE reverses_id = _earning;
  IF missing <= 0 THEN
    RETURN (NULL, false, 0, NULL, w.available, w.pending, w.held, w.debt)::loyalty_posted;
  END IF;
  tx := ledger_private.next_transaction();

  WITH there AS (
    SELECT id, pending, sum(pending) OVER its_turn - pending AS before FROM loyalty_lot
    WHERE wallet_id = _wallet AND earned_by_id = _earning AND pending > 0
    WINDOW its_turn AS (ORDER BY (line_id = ANY (_lines)) IS TRUE DESC, id)
  ), parts AS (
    SELECT id, least(pending, missing - before) AS part FROM there WHERE before < missing
  ), taken AS (
    UPDATE loyalty_lot l SET pending = l.pending - p.part FROM parts p WHERE l.id = p.id
  ), used AS (
    INSERT INTO loyalty_lotuse (transaction_id, lot_id, pending_change, remaining_change, held_change)
    SELECT tx, id, -part, 0, 0 FROM parts RETURNING pending_change
  )
  SELECT coalesce(-sum(pending_change), 0) INTO from_pending FROM used;

  from_available := least(w.available, missing - from_pending);
  PERFORM ledger_private.take_anything(_wallet, tx, from_available, _earning, _lines);
  w := ledger_private.move(w, tx, 'P', 'C', from_pending, _recorded_at);
  w := ledger_private.move(w, tx, 'A', 'C', from_available, _recorded_at);
  w := ledger_private.move(w, tx, 'D', 'C', missing - from_pending - from_available, _recorded_at);
  IF _forgive THEN
    -- Taken as debt and given back at once: so the ledger knows that these points are settled, and no later step of the
    -- same return takes them from newer ones.
    w := ledger_private.move(w, tx, 'C', 'D', missing - from_pending - from_available, _recorded_at);
  END IF;
  RETURN ledger_private.close(w, tx, 'reverse', _key, hash, missing, first_seq, _occurred_at, _recorded_at,
    _order => _order, _reverses => _earning, _actor => _actor, _trace => _trace);
END $$;

-- Goods came back that points had paid for: those points come back, until `_until` of them are in all. They pay debt
-- first; the rest goes into the lots it came from, with the expiry they had, the latest expiry first. The points of a
-- spending stand in one fixed order, and this gives back the stretch from what came back before to `_until`: so it does
-- not matter in how many steps.
CREATE FUNCTION loyalty_restore(_spending bigint, _until bigint, _key text, _order bigint, _actor bigint, _trace jsonb,
  _occurred_at timestamptz, _recorded_at timestamptz)
RETURNS loyalty_posted LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  spending loyalty_transaction;
  w loyalty_wallet;
  hash bytea := sha256(convert_to(concat_ws('|', 'restore', _spending, _until), 'UTF8'));
  posted loyalty_posted;
  first_seq bigint;
  tx bigint;
  before bigint;
  pays bigint;
BEGIN
  SELECT * INTO spending FROM loyalty_transaction
  WHERE id = _spending AND kind IN ('redeem', 'capture', 'donate');
  IF spending.id IS NULL OR _until > spending.points THEN
    PERFORM ledger_private.refuse('more-given-back-than-spent');
  END IF;
  w := ledger_private.lock_wallet(spending.wallet_id);
  posted := ledger_private.standing(w.programme_id, _key, hash);
  IF posted.transaction_id IS NOT NULL THEN
    RETURN posted;
  END IF;
  SELECT coalesce(sum(points), 0) INTO before FROM loyalty_transaction WHERE reverses_id = _spending;
  IF _until <= before THEN
    RETURN (NULL, false, 0, NULL, w.available, w.pending, w.held, w.debt)::loyalty_posted;
  END IF;
  first_seq := w.seq + 1;
  tx := ledger_private.next_transaction();
  pays := least(w.debt, _until - before);
  WITH used AS (
    SELECT u.lot_id, l.expires_at, -(u.remaining_change + u.held_change) AS points
    FROM loyalty_lotuse u JOIN loyalty_lot l ON l.id = u.lot_id WHERE u.transaction_id = _spending
  ), placed AS (
    SELECT lot_id, sum(points) OVER latest - points AS first, sum(points) OVER latest AS last FROM used
    WINDOW latest AS (ORDER BY expires_at DESC NULLS FIRST, lot_id DESC)
  ), parts AS (
    -- What pays the debt is the stretch that would have expired first.
    SELECT lot_id, least(last, _until - pays) - greatest(first, before) AS part FROM placed
  ), returned AS (
    UPDATE loyalty_lot l SET remaining = l.remaining + p.part FROM parts p WHERE l.id = p.lot_id AND p.part > 0
  )
  INSERT INTO loyalty_lotuse (transaction_id, lot_id, pending_change, remaining_change, held_change)
  SELECT tx, lot_id, 0, part, 0 FROM parts WHERE part > 0;
  w := ledger_private.move(w, tx, CASE spending.kind WHEN 'donate' THEN 'N' ELSE 'R' END, 'D', pays, _recorded_at);
  w := ledger_private.move(w, tx, CASE spending.kind WHEN 'donate' THEN 'N' ELSE 'R' END, 'A', _until - before - pays,
    _recorded_at);
  RETURN ledger_private.close(w, tx, 'restore', _key, hash, _until - before, first_seq, _occurred_at, _recorded_at,
    _order => _order, _reverses => _spending, _actor => _actor, _trace => _trace);
END $$;
