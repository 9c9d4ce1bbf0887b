-- Did the lot come from that wallet, and has not gone back there since? Its way is told from where it was earned; whatever
-- comes to a wallet of its way again has gone back there, and what lay between is forgotten.
CREATE FUNCTION ledger_private.came_from(_lot bigint, _wallet bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
  one record;
  way bigint[] := '{}';
BEGIN
  FOR one IN
    WITH RECURSIVE back AS (
      SELECT l.wallet_id, l.moved_from_id, 0 AS steps FROM loyalty_lot l WHERE l.id = _lot
      UNION ALL
      SELECT l.wallet_id, l.moved_from_id, b.steps + 1 FROM back b JOIN loyalty_lot l ON l.id = b.moved_from_id
    )
    SELECT wallet_id FROM back ORDER BY steps DESC
  LOOP
    way := way[:coalesce(array_position(way, one.wallet_id), cardinality(way) + 1) - 1] || one.wallet_id;
  END LOOP;
  RETURN _wallet = ANY (way);
END $$;

-- How much debt moved from one wallet to another, in all.
CREATE FUNCTION ledger_private.debt_moved(_source bigint, _target bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(m.points), 0)::bigint
  FROM loyalty_movement m JOIN loyalty_transaction t ON t.id = m.transaction_id
  WHERE m.wallet_id = _source AND m.source = 'T' AND m.target = 'D' AND t.kind = 'move_out'
    AND t.request_hash = sha256(convert_to(concat_ws('|', 'move', _source, _target), 'UTF8'))
$$;

-- Two members were found to be one person, or not after all: what can move of `_source`'s points goes to `_target`, in
-- lots that keep when they become available, when they expire, and what earned them. Held points stay until their
-- checkout is done. With `_only_back`, only the lots that once came from `_target`, and of the debt what came from there
-- and is still owed. Once per key.
-- Locks both wallets in ascending order of their ids. Between the two transactions the points are in transit (T), and
-- at commit nothing is.
CREATE FUNCTION loyalty_move_lots(_source bigint, _target bigint, _key text, _only_back boolean, _recorded_at timestamptz)
RETURNS loyalty_posted LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  s loyalty_wallet;
  t loyalty_wallet;
  hash bytea := sha256(convert_to(concat_ws('|', 'move', _source, _target), 'UTF8'));
  posted loyalty_posted;
  moved bigint[];
  out_tx bigint;
  in_tx bigint;
  s_first bigint;
  t_first bigint;
  all_pending bigint;
  all_available bigint;
  owed bigint;
  pays bigint;
  there bigint;
BEGIN
  PERFORM ledger_private.lock_wallet(least(_source, _target));
  PERFORM ledger_private.lock_wallet(greatest(_source, _target));
  s := ledger_private.lock_wallet(_source);
  t := ledger_private.lock_wallet(_target);
  IF s.programme_id <> t.programme_id THEN
    PERFORM ledger_private.refuse('unknown-member');
  END IF;
  posted := ledger_private.standing(t.programme_id, _key || ':in', hash);
  IF posted.transaction_id IS NOT NULL THEN
    RETURN posted;
  END IF;
  SELECT array_agg(l.id), coalesce(sum(l.pending), 0), coalesce(sum(l.remaining), 0)
  INTO moved, all_pending, all_available
  FROM loyalty_lot l
  WHERE l.wallet_id = _source AND l.pending + l.remaining > 0
    AND (NOT _only_back OR (l.moved_from_id IS NOT NULL AND ledger_private.came_from(l.id, _target)));
  owed := CASE WHEN _only_back THEN least(s.debt, greatest(0,
    ledger_private.debt_moved(_target, _source) - ledger_private.debt_moved(_source, _target))) ELSE s.debt END;
  IF all_pending + all_available + owed = 0 THEN
    RETURN (NULL, false, 0, NULL, t.available, t.pending, t.held, t.debt)::loyalty_posted;
  END IF;
  s_first := s.seq + 1;
  t_first := t.seq + 1;
  out_tx := ledger_private.next_transaction();
  in_tx := ledger_private.next_transaction();
  pays := least(t.debt, all_available);

  WITH ordered AS (
    SELECT l.*, sum(l.remaining) OVER (ORDER BY l.expires_at, l.id) - l.remaining AS before
    FROM loyalty_lot l WHERE l.id = ANY (moved)
  ), arrived AS (
    INSERT INTO loyalty_lot (wallet_id, transaction_id, earned_by_id, moved_from_id, line_id, points, pending, remaining,
      held, available_at, expires_at)
    SELECT _target, in_tx, o.earned_by_id, o.id, o.line_id, left_over, o.pending, left_over - o.pending, 0,
      CASE WHEN o.pending > 0 THEN o.available_at END, o.expires_at
    FROM ordered o CROSS JOIN LATERAL (
      SELECT o.pending + o.remaining - greatest(0, least(o.remaining, pays - o.before)) AS left_over
    ) AS kept
    WHERE left_over > 0
  ), gone AS (
    UPDATE loyalty_lot l SET pending = 0, remaining = 0 FROM ordered o WHERE l.id = o.id
  )
  INSERT INTO loyalty_lotuse (transaction_id, lot_id, pending_change, remaining_change, held_change)
  SELECT out_tx, o.id, -o.pending, -o.remaining, 0 FROM ordered o;

  s := ledger_private.move(s, out_tx, 'P', 'T', all_pending, _recorded_at);
  s := ledger_private.move(s, out_tx, 'A', 'T', all_available, _recorded_at);
  s := ledger_private.move(s, out_tx, 'T', 'D', owed, _recorded_at);
  t := ledger_private.move(t, in_tx, 'T', 'P', all_pending, _recorded_at);
  t := ledger_private.move(t, in_tx, 'T', 'D', pays, _recorded_at);
  t := ledger_private.move(t, in_tx, 'T', 'A', all_available - pays, _recorded_at);
  there := least(t.available, owed);
  PERFORM ledger_private.take_anything(_target, in_tx, there);
  t := ledger_private.move(t, in_tx, 'A', 'T', there, _recorded_at);
  t := ledger_private.move(t, in_tx, 'D', 'T', owed - there, _recorded_at);

  -- One person bought last when either did.
  t.active_at := greatest(s.active_at, t.active_at);
  PERFORM ledger_private.close(s, out_tx, 'move_out', _key || ':out', hash, all_pending + all_available + owed, s_first,
    _recorded_at, _recorded_at);
  RETURN ledger_private.close(t, in_tx, 'move_in', _key || ':in', hash, all_pending + all_available + owed, t_first,
    _recorded_at, _recorded_at);
END $$;
