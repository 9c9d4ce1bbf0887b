-- Counts anew what counts towards tiers, for these members and the months from _since to before _until. Under any id of
-- the person: paid purchases in the programme's currency since the membership began, less what came back; and friends who
-- came on their recommendation, in the month in which both sides were paid for it, when nothing can come back any more.
CREATE OR REPLACE FUNCTION loyalty_recount_months(_members bigint[], _since date, _until date, _clock text) RETURNS void
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
), brought AS (
  SELECT who.member_id, (r.paid_at AT TIME ZONE _clock)::date AS day
  FROM people who
  JOIN loyalty_member its ON its.customer_id = who.customer_id AND its.programme_id = who.programme_id
  JOIN loyalty_referral r ON r.referrer_id = its.id
  WHERE r.paid_at >= _since::timestamp AT TIME ZONE _clock AND r.paid_at < _until::timestamp AT TIME ZONE _clock
), counted AS (
  SELECT member_id, month, sum(spend) AS spend, sum(orders) AS orders, sum(points) AS points, sum(visits) AS visits,
    sum(referrals) AS referrals
  FROM (
    SELECT member_id, date_trunc('month', day)::date AS month, sum(spend) AS spend, count(*) AS orders,
      sum(points) AS points, count(DISTINCT day) FILTER (WHERE channel = 'store') AS visits, 0 AS referrals
    FROM bought GROUP BY 1, 2
    UNION ALL
    SELECT member_id, date_trunc('month', day)::date, 0, 0, 0, 0, count(*) FROM brought GROUP BY 1, 2
  ) AS of_both
  GROUP BY 1, 2
), emptied AS (
  UPDATE loyalty_qualifyingmonth q SET spend = 0, orders = 0, points = 0, visits = 0, referrals = 0
  WHERE q.member_id = ANY (_members) AND q.month >= _since AND q.month < _until
    AND NOT EXISTS (SELECT 1 FROM counted c WHERE c.member_id = q.member_id AND c.month = q.month)
)
INSERT INTO loyalty_qualifyingmonth AS q (member_id, month, spend, orders, points, visits, referrals)
SELECT member_id, month, spend, orders, points, visits, referrals FROM counted
ON CONFLICT (member_id, month) DO UPDATE SET spend = excluded.spend, orders = excluded.orders,
  points = excluded.points, visits = excluded.visits, referrals = excluded.referrals
WHERE (q.spend, q.orders, q.points, q.visits, q.referrals) IS DISTINCT FROM
  (excluded.spend, excluded.orders, excluded.points, excluded.visits, excluded.referrals)
$$;
