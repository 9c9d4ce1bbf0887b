-- Many purchases earn in one statement, in the order given; several may be one member's. Each once per key, also within
-- the batch; the whole batch is refused when a key stands for something else, or a wallet is missing.
-- Wallets are looked up by their keys: reading a whole table is never the way to a thousand of them.
-- Locks the wallets in ascending order of their ids. Answers, for each that is new, its place and its transaction.
CREATE OR REPLACE FUNCTION loyalty_earn_batch(_wallet bigint[], _kind text, _key text[], _points bigint[],
  _available_at timestamptz[], _expires_at timestamptz[], _order bigint[], _trace jsonb[], _occurred_at timestamptz[],
  _recorded_at timestamptz)
RETURNS TABLE (ordinal bigint, transaction_id bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  locked bigint;
  owed bigint;
BEGIN
  IF _kind NOT IN ('earn', 'opening') THEN
    PERFORM ledger_private.refuse('unknown-operation');
  END IF;
  SELECT count(*), max(debt) INTO locked, owed FROM (
    SELECT debt FROM loyalty_wallet WHERE member_id = ANY (_wallet) ORDER BY member_id FOR NO KEY UPDATE
  ) AS ours;
  IF locked < (SELECT count(DISTINCT id) FROM unnest(_wallet) AS id) THEN
    PERFORM ledger_private.refuse('unknown-member');
  END IF;
  -- Debt is paid one purchase at a time, and seldom: those members' purchases go the single way.
  IF owed > 0 THEN
    RETURN QUERY
    SELECT i::bigint, posted.transaction_id
    FROM generate_subscripts(_wallet, 1) AS i,
      LATERAL ledger_private.issue(_wallet[i], _kind, 'I', _key[i], ARRAY[_points[i]], ARRAY[_available_at[i]],
        ARRAY[_expires_at[i]], ARRAY[NULL::bigint], _order[i], NULL, NULL, _trace[i], _occurred_at[i], _recorded_at)
        AS posted
    WHERE posted.is_new;
    RETURN;
  END IF;
  RETURN QUERY
  WITH told AS MATERIALIZED (
    SELECT t.*, w.programme_id, w.seq AS seq_before, w.head_hash, w.available, w.pending, w.held,
      sha256(convert_to(concat_ws('|', _kind, t.wallet_id, ARRAY[t.points], t.order_id), 'UTF8')) AS hash
    FROM ROWS FROM (unnest(_wallet, _key, _points, _available_at, _expires_at, _order, _trace, _occurred_at))
      WITH ORDINALITY AS t(wallet_id, key, points, available_at, expires_at, order_id, trace, occurred_at, n)
    -- With a limit, so that each is looked up: a join would be made by reading all wallets in their order.
    CROSS JOIN LATERAL (SELECT * FROM loyalty_wallet WHERE member_id = t.wallet_id LIMIT 1) AS w
  ), known AS MATERIALIZED (
    SELECT t.n, CASE WHEN s.request_hash <> t.hash THEN ledger_private.refuse('ledger-key-used-otherwise') END
    FROM told t JOIN loyalty_transaction s ON s.programme_id = t.programme_id AND s.key = t.key
  ), unknown AS MATERIALIZED (
    SELECT t.*, first_value(t.hash) OVER one AS first_hash, row_number() OVER one AS nth FROM told t
    WHERE NOT EXISTS (SELECT 1 FROM known k WHERE k.n = t.n)
    WINDOW one AS (PARTITION BY t.programme_id, t.key ORDER BY t.n)
  ), firsts AS (
    SELECT * FROM unknown
    WHERE CASE WHEN hash <> first_hash THEN ledger_private.refuse('ledger-key-used-otherwise') IS NULL ELSE nth = 1 END
  ), fresh AS MATERIALIZED (
    SELECT f.*, ledger_private.next_transaction() AS tx FROM firsts f ORDER BY n
  ), running AS (
    SELECT f.*, f.seq_before + row_number() OVER its AS seq,
      (f.available + sum(CASE WHEN f.available_at IS NULL THEN f.points ELSE 0 END) OVER its)::bigint AS available_after,
      (f.pending + sum(CASE WHEN f.available_at IS NULL THEN 0 ELSE f.points END) OVER its)::bigint AS pending_after
    FROM fresh f WINDOW its AS (PARTITION BY f.wallet_id ORDER BY f.n)
  ), chained AS MATERIALIZED (
    SELECT r.*, ledger_private.chain(r.head_hash, ledger_private.form(r.wallet_id, r.seq, r.tx, 'I',
      CASE WHEN r.available_at IS NULL THEN 'A' ELSE 'P' END, r.points, r.available_after, r.pending_after, r.held, 0,
      _recorded_at)) OVER (PARTITION BY r.wallet_id ORDER BY r.seq) AS link
    FROM running r
  ), movements AS (
    INSERT INTO loyalty_movement (wallet_id, seq, transaction_id, source, target, points, available_after, pending_after,
      held_after, debt_after, recorded_at, hash)
    SELECT wallet_id, seq, tx, 'I', CASE WHEN available_at IS NULL THEN 'A' ELSE 'P' END, points, available_after,
      pending_after, held, 0, _recorded_at, link
    FROM chained
  ), wallets AS (
    UPDATE loyalty_wallet w SET available = l.available_after, pending = l.pending_after, seq = l.seq,
      head_hash = l.link, active_at = CASE _kind WHEN 'earn' THEN greatest(w.active_at, l.latest) ELSE w.active_at END
    FROM (
      SELECT DISTINCT ON (wallet_id) *, max(occurred_at) OVER (PARTITION BY wallet_id) AS latest
      FROM chained ORDER BY wallet_id, seq DESC
    ) l
    WHERE w.member_id = l.wallet_id
  ), lots AS (
    INSERT INTO loyalty_lot (wallet_id, transaction_id, earned_by_id, points, pending, remaining, held, available_at,
      expires_at)
    SELECT wallet_id, tx, tx, points, CASE WHEN available_at IS NULL THEN 0 ELSE points END,
      CASE WHEN available_at IS NULL THEN points ELSE 0 END, 0, available_at, expires_at
    FROM chained
  ), transactions AS (
    INSERT INTO loyalty_transaction (id, programme_id, wallet_id, kind, key, request_hash, points, first_seq, last_seq,
      order_id, trace, occurred_at, recorded_at)
    SELECT tx, programme_id, wallet_id, _kind, key, hash, points, seq, seq, order_id, trace, occurred_at, _recorded_at
    FROM chained
  )
  SELECT c.n, c.tx FROM chained c ORDER BY c.n;
END $$;
