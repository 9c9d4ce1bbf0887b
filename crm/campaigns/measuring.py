"""What came of campaigns: both sides are counted each night, and once the days are over everybody has an outcome."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

from crm.campaigns.drafting import hold
from crm.campaigns.results import Result, conclude
from crm.campaigns.spending import Spent, spent
from crm.models import Campaign, CampaignPerson, CampaignSide, RetentionPlan

AT_ONCE = 2_000
Side = CampaignPerson.Side

PEOPLE = "SELECT customer_id, side, id FROM crm_campaignperson WHERE campaign_id = %s"

OUTCOMES = """
UPDATE crm_campaignperson AS its SET outcome = CASE WHEN EXISTS (
  SELECT 1 FROM crm_order o
  WHERE o.customer_id = ANY (known.ids) AND o.cancelled_at IS NULL AND o.placed_at >= %s AND o.placed_at < %s
) THEN 'bought' ELSE 'not_bought' END
FROM (
  SELECT id, crm_same_person(customer_id) AS ids FROM crm_campaignperson
  WHERE campaign_id = %s AND outcome = '' ORDER BY id LIMIT %s
) known
WHERE its.id = known.id
"""


def over_at(campaign: Campaign) -> datetime | None:
    """The moment at which it is measured for good; None: it has not begun."""
    return campaign.started_at + timedelta(days=campaign.horizon_days) if campaign.started_at else None


def measure_due(*, at: datetime) -> int:
    """Count what has begun and is not measured for good; how many. May run twice."""
    due = Campaign.objects.filter(started_at__isnull=False, measured_at=None).order_by("pk")
    for campaign in due:
        measure(campaign, at=at)
    return len(due)


def measure(campaign: Campaign, *, at: datetime) -> Campaign:
    """Count both sides up to now; once the days are over, write everybody's outcome, and the plan's, for good.

    Again: counted anew until it is over, then nothing changes. Killed in the middle, it goes on where it stood. Locks
    rows of the campaign alone.
    """
    ends = over_at(campaign)
    if campaign.started_at is None or ends is None or campaign.measured_at:
        return campaign
    is_over = at >= ends
    if is_over:
        while _outcomes(campaign, until=ends):
            pass
    _count(campaign, until=min(at, ends), is_over=is_over, at=at)
    campaign.refresh_from_db()
    return campaign


def result_of(campaign: Campaign) -> Result:
    """By what was counted last. One query."""
    sides = {one.side: one for one in campaign.sides.all()}
    return conclude(
        _spent(sides.get(Side.TREATED)),
        _spent(sides.get(Side.HELD_OUT)),
        is_over=campaign.measured_at is not None,
        is_compared=campaign.hold_out > 0,
    )


@transaction.atomic
def _outcomes(campaign: Campaign, *, until: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', '60s', true)")
        cursor.execute(OUTCOMES, [campaign.started_at, until, campaign.pk, AT_ONCE])
        return int(cursor.rowcount)


@transaction.atomic
def _count(campaign: Campaign, *, until: datetime, is_over: bool, at: datetime) -> None:
    locked = hold(campaign)
    if locked.measured_at or locked.started_at is None:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', '60s', true)")
    found = spent((PEOPLE, [locked.pk]), currency=locked.currency, since=locked.started_at, until=until)
    for side in Side.values:
        its = found.get(side, Spent())
        CampaignSide.objects.update_or_create(campaign=locked, side=side, defaults=vars(its))
    locked.counted_at = at
    locked.measured_at = at if is_over else None
    locked.save(update_fields=["counted_at", "measured_at"])
    if is_over:
        RetentionPlan.objects.filter(campaign=locked, outcome="").update(
            outcome=result_of(locked).outcome, outcome_at=at
        )


def _spent(side: CampaignSide | None) -> Spent:
    if side is None:
        return Spent()
    return Spent(people=side.people, buyers=side.buyers, revenue=side.revenue, squares=side.squares)
