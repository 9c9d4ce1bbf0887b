-- Counts anew what counts towards tiers, for these members and the months from _since to before _until: paid purchases in
-- the programme's currency since the membership began, under any id of the person, less what came back.
CREATE FUNCTION loyalty_recount_months(_members bigint[], _since date, _until date, _clock text) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp AS $$
WITH people AS MATERIALIZED (
  SELECT m.id AS member_id, m.programme_id, p.currency, m.joined_at, unnest(crm_same_person(m.customer_id)) AS customer_id
  FROM loyalty_member m JOIN loyalty_programme p ON p.id = m.programme_id
  WHERE m.id = ANY (_members)
), bought AS (
  SELECT who.member_id, o.channel, (o.placed_at AT TIME ZONE _clock)::date AS day, kept.spend, earned.points
  FROM people who
  CROSS JOIN LATERAL (
    SELECT id, channel, placed_at FROM crm_order
    WHERE customer_id = who.customer_id AND currency = who.currency AND cancelled_at IS NULL
      AND paid_at >= who.joined_at
      AND placed_at >= _since::timestamp AT TIME ZONE _clock AND placed_at < _until::timestamp AT TIME ZONE _clock
    OFFSET 0
  ) AS o
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(amount - round(amount * returned_quantity / quantity, 2)), 0) AS spend,
      coalesce(bool_or(returned_quantity < quantity), false) AS is_kept
    FROM crm_orderline WHERE order_id = o.id
  ) AS kept
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(t.points - coalesce(back.points, 0)), 0) AS points
    FROM loyalty_transaction t
    LEFT JOIN LATERAL (
      SELECT sum(r.points) AS points FROM loyalty_transaction r WHERE r.reverses_id = t.id
    ) AS back ON true
    WHERE t.order_id = o.id AND t.kind = 'earn' AND t.programme_id = who.programme_id
  ) AS earned
  WHERE kept.is_kept
), counted AS (
  SELECT member_id, date_trunc('month', day)::date AS month, sum(spend) AS spend, count(*) AS orders,
    sum(points) AS points, count(DISTINCT day) FILTER (WHERE channel = 'store') AS visits
  FROM bought GROUP BY 1, 2
), emptied AS (
  UPDATE loyalty_qualifyingmonth q SET spend = 0, orders = 0, points = 0, visits = 0
  WHERE q.member_id = ANY (_members) AND q.month >= _since AND q.month < _until
    AND NOT EXISTS (SELECT 1 FROM counted c WHERE c.member_id = q.member_id AND c.month = q.month)
)
INSERT INTO loyalty_qualifyingmonth AS q (member_id, month, spend, orders, points, visits, referrals)
SELECT member_id, month, spend, orders, points, visits, 0 FROM counted
ON CONFLICT (member_id, month) DO UPDATE SET spend = excluded.spend, orders = excluded.orders,
  points = excluded.points, visits = excluded.visits
WHERE (q.spend, q.orders, q.points, q.visits) IS DISTINCT FROM
  (excluded.spend, excluded.orders, excluded.points, excluded.visits)
$$;

-- What the night would change on one track: who goes up, who begins a grace, who comes down. The same decision as
-- loyalty.tiers.decide, for all members of the programme or for those named.
CREATE FUNCTION loyalty_due_tiers(_programme bigint, _track text, _since date, _before date, _at timestamptz,
  _members bigint[] DEFAULT NULL)
RETURNS TABLE (member_id bigint, had_id bigint, tier_id bigint, until_at timestamptz)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  tiers bigint[];
  thresholds numeric[];
  its record;
BEGIN
  SELECT array_agg(id ORDER BY level), array_agg(threshold ORDER BY level) INTO tiers, thresholds
  FROM loyalty_tier WHERE programme_id = _programme AND track = _track;
  IF tiers IS NULL THEN
    RETURN;
  END IF;
  SELECT figure, grace_days, lands_softly INTO its FROM loyalty_tier WHERE id = tiers[1];
  RETURN QUERY
  WITH figures AS (
    SELECT q.member_id,
      coalesce(sum(v.figure) FILTER (WHERE q.month >= _since), 0) AS now,
      coalesce(sum(v.figure) FILTER (WHERE q.month < _since), 0) AS before
    FROM loyalty_qualifyingmonth q
    CROSS JOIN LATERAL (
      SELECT CASE its.figure WHEN 'spend' THEN q.spend WHEN 'orders' THEN q.orders WHEN 'points' THEN q.points
        WHEN 'visits' THEN q.visits ELSE q.referrals END::numeric AS figure
    ) AS v
    WHERE q.month >= _before AND (_members IS NULL OR q.member_id = ANY (_members))
    GROUP BY q.member_id
  ), placed AS (
    SELECT m.id, had.tier_id AS had_id, had.until_at, coalesce(array_position(tiers, had.tier_id), 0) AS have,
      width_bucket(greatest(f.now, f.before, 0), thresholds) AS earned
    FROM loyalty_member m
    LEFT JOIN figures f ON f.member_id = m.id
    LEFT JOIN loyalty_membertier had ON had.member_id = m.id AND had.track = _track AND had.ended_at IS NULL
    WHERE m.programme_id = _programme AND m.merged_into_id IS NULL AND m.left_at IS NULL
      AND (_members IS NULL OR m.id = ANY (_members))
  ), decided AS (
    SELECT *,
      CASE WHEN earned >= have THEN earned
        WHEN until_at IS NULL AND its.grace_days > 0 OR until_at > _at THEN have
        WHEN its.lands_softly THEN greatest(have - 1, earned)
        ELSE earned END AS place
    FROM placed WHERE earned <> have OR until_at IS NOT NULL
  ), kept AS (
    SELECT d.id, d.had_id, d.until_at AS had_until, CASE WHEN d.place > 0 THEN tiers[d.place] END AS tier_id,
      CASE WHEN d.earned >= d.place THEN NULL
        WHEN d.place = d.have THEN coalesce(d.until_at, _at + make_interval(days => its.grace_days))
        ELSE _at + make_interval(days => coalesce(nullif(its.grace_days, 0), 30)) END AS until_at
    FROM decided d
  )
  SELECT k.id, k.had_id, k.tier_id, k.until_at FROM kept k
  WHERE k.tier_id IS DISTINCT FROM k.had_id OR k.until_at IS DISTINCT FROM k.had_until
  ORDER BY k.id;
END $$;
