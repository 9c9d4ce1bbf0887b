"""What points did, by day; and which tier somebody had when something happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from crm.models import TimelineEntry
from crm.rollups.rollup import Rollup, from_then_until_the_last_known, from_then_until_told
from loyalty.facts import (
    GiftGiven,
    PointsAdjusted,
    PointsBroughtAlong,
    PointsDonated,
    PointsEarned,
    PointsExpired,
    PointsGivenBack,
    PointsLowered,
    PointsMoved,
    PointsRedeemed,
    PointsTakenBack,
    ReferralPaid,
    RewardGivenBack,
    RewardRedeemed,
    TierLost,
    TierReached,
)
from loyalty.models import Member

# Of the customer's own membership under the id that something came with: a merge changes nothing that was.
TIER_THEN = """(
  SELECT t.slug
  FROM loyalty_member m JOIN loyalty_membertier had ON had.member_id = m.id JOIN loyalty_tier t ON t.id = had.tier_id
  WHERE m.customer_id = e.customer_id AND had.track = 'main'
    AND had.since_at <= e.moment AND (had.ended_at IS NULL OR had.ended_at > e.moment)
  ORDER BY t.level DESC, t.id LIMIT 1
)"""

# Points that come from a bucket count for it, and those that go back there against it: see loyalty.models.Bucket.
EVENTS = """
SELECT t.occurred_at AS moment, member.customer_id, o.shop_id, o.channel, t.programme_id::text AS unit,
       side.measure, (side.sign * v.points)::numeric AS amount
FROM loyalty_transaction t
JOIN loyalty_movement v ON v.wallet_id = t.wallet_id AND v.seq BETWEEN t.first_seq AND t.last_seq
JOIN loyalty_member member ON member.id = t.wallet_id
JOIN (VALUES ('I', 'issued', -1), ('J', 'issued', -1), ('R', 'redeemed', 1), ('E', 'expired', 1),
             ('C', 'taken_back', 1), ('N', 'donated', 1)) AS known(bucket, measure, counts) ON true
CROSS JOIN LATERAL (
  SELECT known.measure, known.counts * ((v.target = known.bucket)::int - (v.source = known.bucket)::int) AS sign
) AS side
LEFT JOIN crm_order o ON o.id = t.order_id
WHERE t.occurred_at >= %(since)s AND t.occurred_at < %(until)s AND side.sign <> 0
"""

EXTENT = "SELECT min(occurred_at), max(occurred_at) FROM loyalty_transaction"


def when_they_joined(entries: Sequence[TimelineEntry]) -> Iterable[datetime]:
    """A balance brought along is booked on the day the membership began."""
    members = {entry.subject_id for entry in entries if entry.subject_id}
    return Member.objects.filter(pk__in=members).values_list("joined_at", flat=True)


POINTS = Rollup(
    name="points",
    events=EVENTS,
    extent=EXTENT,
    stale={
        PointsBroughtAlong: when_they_joined,
        **dict.fromkeys(
            (
                *(
                    PointsEarned,
                    PointsTakenBack,
                    PointsLowered,
                    PointsGivenBack,
                    PointsRedeemed,
                    PointsDonated,
                    PointsExpired,
                ),
                *(PointsAdjusted, PointsMoved, RewardRedeemed, RewardGivenBack, GiftGiven, ReferralPaid),
            ),
            from_then_until_told,
        ),
    },
)

# Up, down, or come to a first tier: beside the one that the member had before on the same ladder.
MOVES = """
SELECT now.since_at AS moment, m.customer_id, NULL::bigint AS shop_id, NULL::text AS channel,
       m.programme_id::text AS unit,
       CASE WHEN before.level IS NULL THEN 'came' WHEN t.level > before.level THEN 'up' ELSE 'down' END AS measure,
       1::numeric AS amount
FROM loyalty_membertier now
JOIN loyalty_member m ON m.id = now.member_id JOIN loyalty_tier t ON t.id = now.tier_id
LEFT JOIN LATERAL (
  SELECT its.level FROM loyalty_membertier had JOIN loyalty_tier its ON its.id = had.tier_id
  WHERE had.member_id = now.member_id AND had.track = now.track AND had.id < now.id AND had.since_at <= now.since_at
  ORDER BY had.since_at DESC, had.id DESC LIMIT 1
) before ON true
WHERE now.since_at >= %(since)s AND now.since_at < %(until)s AND (before.level IS NULL OR before.level <> t.level)
"""
EXTENT_OF_MOVES = "SELECT min(since_at), max(since_at) FROM loyalty_membertier"

TIER_MOVES = Rollup(
    name="tier_moves",
    events=MOVES,
    extent=EXTENT_OF_MOVES,
    stale=dict.fromkeys((TierReached, TierLost), from_then_until_told),
)

TIERS = dict.fromkeys((TierReached, TierLost), from_then_until_the_last_known)
