-- The sweeps work on the wallets they are given, in one statement each: a chunk is one short transaction. Doing a chunk
-- again changes nothing, because what was due is no longer due. Both answer what each wallet's change was.

-- Pending points whose time has come pay debt first; the rest becomes available. Once for each lot.
CREATE FUNCTION loyalty_confirm(_wallets bigint[], _at timestamptz)
RETURNS TABLE (wallet_id bigint, points bigint) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off AS $$
#variable_conflict use_column
BEGIN
  PERFORM 1 FROM loyalty_wallet WHERE member_id = ANY (_wallets) ORDER BY member_id FOR NO KEY UPDATE;
  RETURN QUERY
  WITH due AS MATERIALIZED (
    SELECT l.id, l.wallet_id, l.pending,
      sum(l.pending) OVER (PARTITION BY l.wallet_id ORDER BY l.expires_at, l.id) - l.pending AS before
    FROM loyalty_lot l WHERE l.wallet_id = ANY (_wallets) AND l.pending > 0 AND l.available_at <= _at
  ), sums AS MATERIALIZED (
    SELECT s.wallet_id, s.points, ledger_private.next_transaction() AS tx
    FROM (SELECT wallet_id, sum(pending)::bigint AS points FROM due GROUP BY wallet_id) s
  ), after AS MATERIALIZED (
    SELECT s.*, w.programme_id, w.seq AS seq_before, w.head_hash, w.available, w.pending, w.held, w.debt,
      least(w.debt, s.points) AS paid
    FROM sums s JOIN loyalty_wallet w ON w.member_id = s.wallet_id
  ), steps AS (
    -- To D what is owed, and to A the rest: one or two movements.
    SELECT a.*, step.target, step.moved, step.available_after, step.pending_after, step.debt_after,
      a.seq_before + row_number() OVER (PARTITION BY a.wallet_id ORDER BY step.n) AS seq
    FROM after a CROSS JOIN LATERAL (VALUES
      (1, 'D', a.paid, a.available, a.pending - a.paid, a.debt - a.paid),
      (2, 'A', a.points - a.paid, a.available + a.points - a.paid, a.pending - a.points, a.debt - a.paid)
    ) AS step(n, target, moved, available_after, pending_after, debt_after)
    WHERE step.moved > 0
  ), chained AS MATERIALIZED (
    SELECT s.*, ledger_private.chain(s.head_hash, ledger_private.form(s.wallet_id, s.seq, s.tx, 'P', s.target, s.moved,
      s.available_after, s.pending_after, s.held, s.debt_after, _at)) OVER (PARTITION BY s.wallet_id ORDER BY s.seq) AS hash
    FROM steps s
  ), movements AS (
    INSERT INTO loyalty_movement (wallet_id, seq, transaction_id, source, target, points, available_after, pending_after,
      held_after, debt_after, recorded_at, hash)
    SELECT wallet_id, seq, tx, 'P', target, moved, available_after, pending_after, held, debt_after, _at, hash
    FROM chained
  ), last AS MATERIALIZED (
    SELECT DISTINCT ON (wallet_id) * FROM chained ORDER BY wallet_id, seq DESC
  ), wallets AS (
    UPDATE loyalty_wallet w SET available = l.available_after, pending = l.pending_after, debt = l.debt_after,
      seq = l.seq, head_hash = l.hash
    FROM last l WHERE w.member_id = l.wallet_id
  ), transactions AS (
    INSERT INTO loyalty_transaction (id, programme_id, wallet_id, kind, key, request_hash, points, first_seq, last_seq,
      occurred_at, recorded_at)
    SELECT tx, programme_id, wallet_id, 'confirm', 'confirm:' || wallet_id || ':' || seq, '', points, seq_before + 1, seq,
      _at, _at
    FROM last
  ), uses AS (
    INSERT INTO loyalty_lotuse (transaction_id, lot_id, pending_change, remaining_change, held_change)
    SELECT a.tx, d.id, -d.pending, d.pending - greatest(0, least(d.pending, a.paid - d.before)), 0
    FROM due d JOIN after a USING (wallet_id)
  ), lots AS (
    UPDATE loyalty_lot l
    SET pending = 0, remaining = l.remaining + d.pending - greatest(0, least(d.pending, a.paid - d.before))
    FROM due d JOIN after a USING (wallet_id) WHERE l.id = d.id
  )
  SELECT a.wallet_id, a.points FROM after a;
END $$;

-- Available points whose time is over go. Held points stay until the checkout is done with them.
CREATE FUNCTION loyalty_expire(_wallets bigint[], _at timestamptz)
RETURNS TABLE (wallet_id bigint, points bigint) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off AS $$
#variable_conflict use_column
BEGIN
  PERFORM 1 FROM loyalty_wallet WHERE member_id = ANY (_wallets) ORDER BY member_id FOR NO KEY UPDATE;
  RETURN QUERY
  WITH ours AS MATERIALIZED (
    SELECT w.*, ledger_private.is_idle(w, _at) AS idle FROM loyalty_wallet w WHERE w.member_id = ANY (_wallets)
  ), due AS MATERIALIZED (
    SELECT l.id, l.wallet_id, l.remaining FROM loyalty_lot l JOIN ours w ON w.member_id = l.wallet_id
    WHERE l.remaining > 0 AND (l.expires_at <= _at OR w.idle)
  ), sums AS MATERIALIZED (
    SELECT s.wallet_id, s.points, ledger_private.next_transaction() AS tx
    FROM (SELECT wallet_id, sum(remaining)::bigint AS points FROM due GROUP BY wallet_id) s
  ), after AS MATERIALIZED (
    SELECT s.*, w.programme_id, w.seq + 1 AS seq, w.available - s.points AS available, w.pending, w.held, w.debt,
      sha256(w.head_hash || ledger_private.form(s.wallet_id, w.seq + 1, s.tx, 'A', 'E', s.points, w.available - s.points,
        w.pending, w.held, w.debt, _at)) AS hash
    FROM sums s JOIN ours w ON w.member_id = s.wallet_id
  ), movements AS (
    INSERT INTO loyalty_movement (wallet_id, seq, transaction_id, source, target, points, available_after, pending_after,
      held_after, debt_after, recorded_at, hash)
    SELECT wallet_id, seq, tx, 'A', 'E', points, available, pending, held, debt, _at, hash FROM after
  ), wallets AS (
    UPDATE loyalty_wallet w SET available = a.available, seq = a.seq, head_hash = a.hash
    FROM after a WHERE w.member_id = a.wallet_id
  ), transactions AS (
    INSERT INTO loyalty_transaction (id, programme_id, wallet_id, kind, key, request_hash, points, first_seq, last_seq,
      occurred_at, recorded_at)
    SELECT tx, programme_id, wallet_id, 'expire', 'expire:' || wallet_id || ':' || seq, '', points, seq, seq, _at, _at
    FROM after
  ), uses AS (
    INSERT INTO loyalty_lotuse (transaction_id, lot_id, pending_change, remaining_change, held_change)
    SELECT a.tx, d.id, 0, -d.remaining, 0 FROM due d JOIN after a USING (wallet_id)
  ), lots AS (
    UPDATE loyalty_lot l SET remaining = 0 FROM due d WHERE l.id = d.id
  )
  SELECT a.wallet_id, a.points FROM after a;
END $$;
