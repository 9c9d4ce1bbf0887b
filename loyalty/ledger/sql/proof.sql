-- What is wrong with the ledger: one row for each violation of an invariant, none when it is healthy. The numbers are
-- those of loyalty.ledger.invariants.
CREATE TYPE loyalty_violation AS (invariant integer, wallet_id bigint, transaction_id bigint, detail text);

-- The lots of wallets, found by what made them: no index on the wallet would pay for itself on every earning.
CREATE FUNCTION ledger_private.lots_of(_wallets bigint[]) RETURNS SETOF loyalty_lot
LANGUAGE sql STABLE SET enable_seqscan = off AS $$
  WITH made AS MATERIALIZED (
    SELECT DISTINCT t.id, t.programme_id, t.wallet_id, t.kind, t.key
    FROM loyalty_movement m JOIN loyalty_transaction t ON t.id = m.transaction_id
    WHERE m.wallet_id = ANY (_wallets) AND t.kind IN ('earn', 'opening', 'adjust', 'move_in')
  )
  SELECT l.* FROM made t JOIN loyalty_lot l ON l.earned_by_id = t.id AND l.wallet_id = t.wallet_id
  WHERE t.kind <> 'move_in'
  UNION
  SELECT l.* FROM made t
  JOIN loyalty_transaction out ON out.programme_id = t.programme_id AND out.key = regexp_replace(t.key, 'in$', 'out')
  JOIN loyalty_lotuse u ON u.transaction_id = out.id
  JOIN loyalty_lot l ON l.moved_from_id = u.lot_id AND l.transaction_id = t.id
  WHERE t.kind = 'move_in'
$$;

-- 2 balances, 6 sequence, 7 running balances, 10 signs, 17 where points came from and went, 18 the chain.
CREATE FUNCTION ledger_private.wrong_movements(_wallets bigint[]) RETURNS SETOF loyalty_violation
LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
BEGIN
  RETURN QUERY
  WITH run AS MATERIALIZED (
    SELECT m.*, row_number() OVER its AS place, lag(m.hash) OVER its AS hash_before,
      sum(CASE 'A' WHEN target THEN points WHEN source THEN -points ELSE 0 END) OVER its AS available,
      sum(CASE 'P' WHEN target THEN points WHEN source THEN -points ELSE 0 END) OVER its AS pending,
      sum(CASE 'H' WHEN target THEN points WHEN source THEN -points ELSE 0 END) OVER its AS held,
      sum(CASE 'D' WHEN target THEN -points WHEN source THEN points ELSE 0 END) OVER its AS debt,
      sum(CASE WHEN source IN ('A', 'P', 'H', 'D') THEN 0 ELSE points END
        - CASE WHEN target IN ('A', 'P', 'H', 'D') THEN 0 ELSE points END) OVER its AS came
    FROM loyalty_movement m WHERE m.wallet_id = ANY (_wallets)
    WINDOW its AS (PARTITION BY m.wallet_id ORDER BY m.seq)
  ), stands AS (
    SELECT w.*, coalesce(r.place, 0) AS last_place, coalesce(r.available, 0) AS its_available,
      coalesce(r.pending, 0) AS its_pending, coalesce(r.held, 0) AS its_held, coalesce(r.debt, 0) AS its_debt,
      coalesce(r.came, 0) AS came, coalesce(r.hash, '') AS last_hash
    FROM loyalty_wallet w LEFT JOIN LATERAL (
      SELECT * FROM run r WHERE r.wallet_id = w.member_id ORDER BY r.seq DESC LIMIT 1
    ) r ON true
    WHERE w.member_id = ANY (_wallets)
  )
  SELECT 2, member_id, NULL::bigint, format('A %s, P %s, H %s, D %s stand; movements make A %s, P %s, H %s, D %s',
    available, pending, held, debt, its_available, its_pending, its_held, its_debt)
  FROM stands WHERE (available, pending, held, debt) IS DISTINCT FROM (its_available, its_pending, its_held, its_debt)
  UNION ALL
  SELECT 6, member_id, NULL, format('%s movements, and the wallet counts %s', last_place, seq)
  FROM stands WHERE seq <> last_place
  UNION ALL
  SELECT 17, member_id, NULL, format('%s came in and were not used up, %s are there', came,
    available + pending + held - debt)
  FROM stands WHERE came <> available + pending + held - debt
  UNION ALL
  SELECT 18, member_id, NULL, 'the head of the chain is not its last link' FROM stands WHERE head_hash <> last_hash
  UNION ALL
  SELECT 10, member_id, NULL, format('A %s, P %s, H %s, D %s', available, pending, held, debt)
  FROM stands WHERE least(available, pending, held, debt) < 0 OR (debt > 0 AND available > 0)
  UNION ALL
  SELECT 6, wallet_id, transaction_id, format('movement %s is the %s.', seq, place) FROM run WHERE seq <> place
  UNION ALL
  SELECT 7, wallet_id, transaction_id, format('after movement %s: A %s, P %s, H %s, D %s written; A %s, P %s, H %s, D %s',
    seq, available_after, pending_after, held_after, debt_after, available, pending, held, debt)
  FROM run
  WHERE (available_after, pending_after, held_after, debt_after) IS DISTINCT FROM (available, pending, held, debt)
  UNION ALL
  SELECT 10, wallet_id, transaction_id, format('after movement %s', seq) FROM run
  WHERE least(available_after, pending_after, held_after, debt_after) < 0 OR (debt_after > 0 AND available_after > 0)
  UNION ALL
  SELECT 18, wallet_id, transaction_id, format('movement %s does not follow from the one before', seq) FROM run
  WHERE hash <> sha256(coalesce(hash_before, '') || ledger_private.form(wallet_id, seq, transaction_id, source, target,
    points, available_after, pending_after, held_after, debt_after, recorded_at));
END $$;

-- 1 a transaction is its movements, 8 transit, 9 reversals, 12 nothing hangs in the air.
CREATE FUNCTION ledger_private.wrong_transactions(_wallets bigint[]) RETURNS SETOF loyalty_violation
LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
BEGIN
  RETURN QUERY
  WITH steps AS MATERIALIZED (
    SELECT m.wallet_id, m.transaction_id, count(*) AS steps, min(m.seq) AS first, max(m.seq) AS last,
      -- What is forgiven comes back from C, and was told of once.
      sum(CASE m.source WHEN 'C' THEN 0 ELSE m.points END) AS points, array_agg(m.source || m.target) AS ways,
      sum(CASE 'T' WHEN m.target THEN m.points WHEN m.source THEN -m.points ELSE 0 END) AS transit
    FROM loyalty_movement m WHERE m.wallet_id = ANY (_wallets) GROUP BY m.wallet_id, m.transaction_id
  ), told AS MATERIALIZED (
    SELECT s.*, t.id, t.programme_id, t.wallet_id AS its_wallet, t.kind, t.key, t.points AS its_points, t.first_seq,
      t.last_seq, t.reverses_id
    FROM steps s LEFT JOIN loyalty_transaction t ON t.id = s.transaction_id
  ), ways(kind, allowed) AS (VALUES
    ('earn', '{IP,IA,ID}'::text[]), ('opening', '{IP,IA,ID}'), ('confirm', '{PA,PD}'), ('redeem', '{AR}'),
    ('donate', '{AN}'), ('hold', '{AH}'), ('capture', '{HR}'), ('release', '{HA,HD}'), ('expire', '{AE}'),
    ('reverse', '{PC,AC,DC,CD}'), ('restore', '{RA,RD,NA,ND}'), ('adjust', '{JA,JD,AJ,DJ}'),
    ('move_out', '{PT,AT,TD}'), ('move_in', '{TP,TA,TD,AT,DT}'))
  SELECT 12, wallet_id, transaction_id, 'movements of a transaction that is not there' FROM told WHERE id IS NULL
  UNION ALL
  SELECT 1, wallet_id, transaction_id, format('%s points in %s movements %s–%s, and %s points in %s–%s are told', points,
    steps, first, last, its_points, first_seq, last_seq)
  FROM told WHERE id IS NOT NULL AND (wallet_id, points, first, last, steps)
    IS DISTINCT FROM (its_wallet, its_points, first_seq, last_seq, last_seq - first_seq + 1)
  UNION ALL
  SELECT 1, t.wallet_id, t.transaction_id, format('%s moved %s', t.kind, t.ways)
  FROM told t JOIN ways USING (kind) WHERE NOT t.ways <@ ways.allowed
  UNION ALL
  SELECT 8, t.wallet_id, t.transaction_id, format('%s points went into transit, %s came out', t.transit, other.arrived)
  FROM told t CROSS JOIN LATERAL (
    SELECT coalesce(sum(CASE 'T' WHEN m.source THEN m.points WHEN m.target THEN -m.points ELSE 0 END), 0) AS arrived
    FROM loyalty_transaction o JOIN loyalty_movement m
      ON m.wallet_id = o.wallet_id AND m.seq BETWEEN o.first_seq AND o.last_seq
    WHERE o.programme_id = t.programme_id AND o.key = CASE t.kind
      WHEN 'move_out' THEN regexp_replace(t.key, 'out$', 'in') ELSE regexp_replace(t.key, 'in$', 'out') END
  ) other
  WHERE t.kind IN ('move_out', 'move_in') AND t.transit <> other.arrived
  UNION ALL
  SELECT 9, t.wallet_id, t.transaction_id, format('%s of %s points are reversed', reversed.points, whole.points)
  FROM told t LEFT JOIN loyalty_transaction whole ON whole.id = t.reverses_id
  CROSS JOIN LATERAL (
    SELECT sum(r.points) AS points FROM loyalty_transaction r WHERE r.reverses_id = t.reverses_id
  ) reversed
  WHERE t.reverses_id IS NOT NULL AND reversed.points > coalesce(whole.points, 0);
END $$;

-- 3 balances are lots, 4 lots are their changes, 10 signs, 16 what was pending settles once.
CREATE FUNCTION ledger_private.wrong_lots(_wallets bigint[]) RETURNS SETOF loyalty_violation
LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
BEGIN
  RETURN QUERY
  WITH ours AS MATERIALIZED (
    SELECT * FROM ledger_private.lots_of(_wallets)
  ), sums AS (
    SELECT wallet_id, sum(pending) AS pending, sum(remaining) AS remaining, sum(held) AS held FROM ours GROUP BY wallet_id
  ), changed AS MATERIALIZED (
    SELECT l.id, coalesce(sum(u.pending_change), 0) AS pending, coalesce(sum(u.remaining_change), 0) AS remaining,
      coalesce(sum(u.held_change), 0) AS held, count(*) FILTER (WHERE t.kind = 'confirm') AS confirmed,
      min(t.recorded_at) FILTER (WHERE t.kind = 'confirm') AS confirmed_at
    FROM ours l LEFT JOIN loyalty_lotuse u ON u.lot_id = l.id LEFT JOIN loyalty_transaction t ON t.id = u.transaction_id
    GROUP BY l.id
  )
  SELECT 3, w.member_id, NULL::bigint, format('A %s, P %s, H %s stand; the lots hold A %s, P %s, H %s', w.available,
    w.pending, w.held, coalesce(s.remaining, 0), coalesce(s.pending, 0), coalesce(s.held, 0))
  FROM loyalty_wallet w LEFT JOIN sums s ON s.wallet_id = w.member_id
  WHERE w.member_id = ANY (_wallets) AND (w.available, w.pending, w.held)
    IS DISTINCT FROM (coalesce(s.remaining, 0), coalesce(s.pending, 0), coalesce(s.held, 0))
  UNION ALL
  SELECT 4, l.wallet_id, l.transaction_id, format('lot %s holds A %s, P %s, H %s; its changes make A %s, P %s, H %s', l.id,
    l.remaining, l.pending, l.held, begun.remaining + c.remaining, begun.pending + c.pending, c.held)
  FROM ours l JOIN changed c USING (id) CROSS JOIN LATERAL (
    SELECT CASE WHEN l.available_at IS NULL THEN l.points ELSE 0 END AS remaining,
      CASE WHEN l.available_at IS NULL THEN 0 ELSE l.points END AS pending
  ) begun
  WHERE (l.remaining, l.pending, l.held)
    IS DISTINCT FROM (begun.remaining + c.remaining, begun.pending + c.pending, c.held)
  UNION ALL
  SELECT 10, wallet_id, transaction_id, format('lot %s: A %s, P %s, H %s of %s', id, remaining, pending, held, points)
  FROM ours WHERE least(remaining, pending, held) < 0 OR remaining + pending + held > points
  UNION ALL
  SELECT 16, l.wallet_id, l.transaction_id, format('lot %s: confirmed %s times, at %s, available from %s', l.id,
    c.confirmed, c.confirmed_at, l.available_at)
  FROM ours l JOIN changed c USING (id)
  WHERE c.confirmed > 1 OR c.confirmed_at < l.available_at OR (c.confirmed = 1 AND l.pending > 0);
END $$;

-- 5 an open hold is what its lots hold for it.
CREATE FUNCTION ledger_private.wrong_holds(_wallets bigint[]) RETURNS SETOF loyalty_violation
LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
BEGIN
  RETURN QUERY
  SELECT 5, h.wallet_id, NULL::bigint, format('hold %s of %s: %s captured, %s released; told %s, %s, %s; its lots hold %s',
    h.id, h.points, h.captured, h.released, t.held, t.captured, t.released, u.held)
  FROM loyalty_hold h
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(points) FILTER (WHERE kind = 'hold'), 0) AS held,
      coalesce(sum(points) FILTER (WHERE kind = 'capture'), 0) AS captured,
      coalesce(sum(points) FILTER (WHERE kind = 'release'), 0) AS released
    FROM loyalty_transaction WHERE hold_id = h.id
  ) t
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(held_change), 0) AS held FROM loyalty_lotuse WHERE hold_id = h.id
  ) u
  WHERE h.wallet_id = ANY (_wallets) AND (t.held, t.captured, t.released, u.held)
    IS DISTINCT FROM (h.points, h.captured, h.released, h.points - h.captured - h.released);
END $$;

-- 14 what expires first is spent first, and nothing is spent after its expiry.
CREATE FUNCTION ledger_private.wrong_order(_wallets bigint[]) RETURNS SETOF loyalty_violation
LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
BEGIN
  RETURN QUERY
  WITH ours AS MATERIALIZED (
    SELECT l.id, l.wallet_id, l.expires_at, t.first_seq AS made_seq,
      CASE WHEN l.available_at IS NULL THEN l.points ELSE 0 END AS begun
    FROM ledger_private.lots_of(_wallets) l JOIN loyalty_transaction t ON t.id = l.transaction_id
  ), uses AS MATERIALIZED (
    SELECT u.lot_id, u.transaction_id, u.remaining_change, t.first_seq AS seq, t.kind, t.recorded_at
    FROM ours l JOIN loyalty_lotuse u ON u.lot_id = l.id JOIN loyalty_transaction t ON t.id = u.transaction_id
  ), spent AS MATERIALIZED (
    SELECT l.wallet_id, l.id, l.expires_at, u.transaction_id, u.seq, u.recorded_at
    FROM uses u JOIN ours l ON l.id = u.lot_id WHERE u.kind IN ('redeem', 'donate', 'hold')
  ), latest AS MATERIALIZED (
    SELECT DISTINCT ON (transaction_id) * FROM spent ORDER BY transaction_id, expires_at DESC NULLS FIRST, id DESC
  ), passed_over AS (
    SELECT s.wallet_id, s.transaction_id, l.id, l.begun + coalesce(sum(u.remaining_change), 0) AS was_there
    FROM latest s
    JOIN ours l ON l.wallet_id = s.wallet_id AND l.made_seq < s.seq AND l.id <> s.id AND l.expires_at > s.recorded_at
      AND (l.expires_at, l.id) < (coalesce(s.expires_at, 'infinity'), s.id)
    LEFT JOIN uses u ON u.lot_id = l.id AND u.seq <= s.seq
    GROUP BY s.wallet_id, s.transaction_id, l.id, l.begun
  )
  SELECT 14, wallet_id, transaction_id, format('lot %s was spent after its expiry', id) FROM spent
  WHERE expires_at <= recorded_at
  UNION ALL
  SELECT 14, wallet_id, transaction_id, format('lot %s was passed over', id) FROM passed_over WHERE was_there > 0;
END $$;

-- What is wrong with the wallets of a range. With `_since`, those without a movement since then are only looked at: do
-- they still stand as their last movement left them?
CREATE FUNCTION loyalty_violations(_from bigint, _to bigint, _since timestamptz) RETURNS SETOF loyalty_violation
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
  ours bigint[];
BEGIN
  SELECT array_agg(w.member_id) INTO ours
  FROM loyalty_wallet w LEFT JOIN loyalty_movement m ON m.wallet_id = w.member_id AND m.seq = w.seq
  WHERE w.member_id BETWEEN _from AND _to AND (_since IS NULL OR m.recorded_at >= _since
    OR (w.available, w.pending, w.held, w.debt, w.head_hash) IS DISTINCT FROM (coalesce(m.available_after, 0),
      coalesce(m.pending_after, 0), coalesce(m.held_after, 0), coalesce(m.debt_after, 0), coalesce(m.hash, '')));
  IF ours IS NULL THEN
    RETURN;
  END IF;
  RETURN QUERY SELECT * FROM ledger_private.wrong_movements(ours);
  RETURN QUERY SELECT * FROM ledger_private.wrong_transactions(ours);
  RETURN QUERY SELECT * FROM ledger_private.wrong_lots(ours);
  RETURN QUERY SELECT * FROM ledger_private.wrong_holds(ours);
  RETURN QUERY SELECT * FROM ledger_private.wrong_order(ours);
END $$;

-- What is wrong with the house around the ledger, and with what no single wallet shows. `_app_role`: who may not rewrite
-- it; empty where one role does everything.
CREATE FUNCTION loyalty_house_violations(_app_role text, _since timestamptz) RETURNS SETOF loyalty_violation
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY
  SELECT 8, NULL::bigint, NULL::bigint, format('%s points are in transit', sum(CASE source WHEN 'T' THEN -points ELSE points END))
  FROM loyalty_movement
  WHERE 'T' IN (source, target) AND (_since IS NULL OR recorded_at >= _since)
  HAVING sum(CASE source WHEN 'T' THEN -points ELSE points END) <> 0
  UNION ALL
  SELECT 11, NULL, NULL, 'the unique key (programme, key) is not there, or not valid'
  WHERE NOT EXISTS (
    SELECT 1 FROM pg_index i WHERE i.indrelid = 'loyalty_transaction'::regclass AND i.indisunique AND i.indisvalid
      AND i.indpred IS NULL AND pg_get_indexdef(i.indexrelid) LIKE '%(programme_id, key)')
  UNION ALL
  SELECT 12, t.wallet_id, t.id, 'a transaction without its movements'
  FROM loyalty_transaction t
  WHERE (_since IS NULL OR t.recorded_at >= _since) AND NOT EXISTS (
    SELECT 1 FROM loyalty_movement m
    WHERE m.wallet_id = t.wallet_id AND m.seq = t.first_seq AND m.transaction_id = t.id)
  UNION ALL
  SELECT 12, l.wallet_id, l.transaction_id, format('lot %s of a transaction that is not there, or of another wallet', l.id)
  FROM loyalty_lot l LEFT JOIN loyalty_transaction t ON t.id = l.transaction_id AND t.wallet_id = l.wallet_id
  WHERE t.id IS NULL AND (_since IS NULL OR l.pending + l.remaining + l.held > 0)
  UNION ALL
  SELECT 12, NULL, u.transaction_id, format('a use of lot %s by a transaction that is not there', u.lot_id)
  FROM loyalty_lotuse u WHERE _since IS NULL
    AND NOT EXISTS (SELECT 1 FROM loyalty_transaction t WHERE t.id = u.transaction_id)
  UNION ALL
  SELECT 12, h.wallet_id, NULL, format('hold %s without its transaction', h.id) FROM loyalty_hold h
  WHERE (_since IS NULL OR h.created_at >= _since)
    AND NOT EXISTS (SELECT 1 FROM loyalty_transaction t WHERE t.hold_id = h.id AND t.kind = 'hold')
  UNION ALL
  SELECT 13, NULL, NULL, format('%s can be rewritten: its trigger %s is gone or asleep', guarded.name, guarded.trigger)
  FROM (VALUES ('loyalty_transaction', 'transaction'), ('loyalty_movement', 'movement'), ('loyalty_lotuse', 'use'))
    AS guarded_tables(name, thing)
  CROSS JOIN LATERAL (VALUES (name, thing || '_is_append_only'), (name, thing || '_is_never_truncated'))
    AS guarded(name, trigger)
  WHERE NOT EXISTS (
    SELECT 1 FROM pg_trigger g
    WHERE g.tgrelid = guarded.name::regclass AND g.tgname = guarded.trigger AND g.tgenabled IN ('O', 'A'))
  UNION ALL
  SELECT 13, NULL, NULL, format('%s may %s %s', _app_role, deed, name)
  FROM unnest(ARRAY['loyalty_transaction', 'loyalty_movement', 'loyalty_lotuse', 'loyalty_lot', 'loyalty_wallet',
    'loyalty_hold']) AS name
  CROSS JOIN unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS deed
  WHERE _app_role <> '' AND has_table_privilege(_app_role, name, deed)
  UNION ALL
  SELECT 15, NULL, NULL, format('%s entries of %s are parked for want of a lock', count(*), p.reaction)
  FROM crm_parkedentry p WHERE p.reaction LIKE 'loyalty.%' AND p.next_try_at IS NULL AND p.error LIKE 'OperationalError%'
  GROUP BY p.reaction
  UNION ALL
  SELECT 17, NULL, NULL, format('%s points came in and were not used up, %s are there', moved.came, stands.points)
  FROM (
    SELECT coalesce(sum(CASE WHEN source IN ('A', 'P', 'H', 'D', 'T') THEN 0 ELSE points END
      - CASE WHEN target IN ('A', 'P', 'H', 'D', 'T') THEN 0 ELSE points END), 0) AS came
    FROM loyalty_movement WHERE _since IS NULL
  ) moved, (
    SELECT coalesce(sum(available + pending + held - debt), 0) AS points FROM loyalty_wallet
  ) stands
  WHERE _since IS NULL AND moved.came <> stands.points;
END $$;

-- Every balance derived again from the movements, where that differs from what stands.
CREATE FUNCTION loyalty_differing_balances(_from bigint, _to bigint)
RETURNS TABLE (wallet_id bigint, bucket text, stands bigint, derived bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT w.member_id, b.bucket, b.stands, b.derived::bigint
  FROM loyalty_wallet w
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(CASE 'A' WHEN target THEN points WHEN source THEN -points END), 0) AS available,
      coalesce(sum(CASE 'P' WHEN target THEN points WHEN source THEN -points END), 0) AS pending,
      coalesce(sum(CASE 'H' WHEN target THEN points WHEN source THEN -points END), 0) AS held,
      coalesce(sum(CASE 'D' WHEN target THEN -points WHEN source THEN points END), 0) AS debt
    FROM loyalty_movement m WHERE m.wallet_id = w.member_id
  ) its
  CROSS JOIN LATERAL (VALUES ('A', w.available, its.available), ('P', w.pending, its.pending), ('H', w.held, its.held),
    ('D', w.debt, its.debt)) AS b(bucket, stands, derived)
  WHERE w.member_id BETWEEN _from AND _to AND b.stands <> b.derived
$$;

REVOKE ALL ON FUNCTION loyalty_violations, loyalty_house_violations, loyalty_differing_balances FROM PUBLIC;

CREATE TRIGGER proof_is_append_only BEFORE UPDATE OR DELETE ON loyalty_proof
  FOR EACH ROW EXECUTE FUNCTION crm_refuse_rewriting();
CREATE TRIGGER proof_is_never_truncated BEFORE TRUNCATE ON loyalty_proof EXECUTE FUNCTION crm_refuse_rewriting();
