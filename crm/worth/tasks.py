"""What customers are worth: of everybody once a night, and within minutes of whoever bought. Each may run twice."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from celery import shared_task
from django.utils import timezone

from crm import company
from crm.models import Customer, CustomerToValue
from crm.worth import following, valuing
from crm.worth.counting import Asked

# Well below the time limit of a task: what is left is the next run's.
AT_A_TIME = timedelta(minutes=3)
# So many of the customers, queued since everybody was counted last, are an imported past: what all of them say together
# is another matter then, and everybody is counted anew.
MANY = 0.1
NEVER_MANY = 50
LONGEST_TO_FOLLOW = 30
NIGHT_IS_OVER = time(4)


@shared_task  # type: ignore[untyped-decorator]
def value_customers() -> None:
    """Of the day that is over: its purchases are all told."""
    at = timezone.now()
    # Whoever follows a few customers at this minute is soon done.
    valuing.value_everybody(asked=asked(at, days_ago=1), at=at, patience_seconds=LONGEST_TO_FOLLOW)


@shared_task  # type: ignore[untyped-decorator]
def follow_customers() -> None:
    """Everybody, where nobody was counted yet or a past was imported; else whoever bought, up to today."""
    at = timezone.now()
    if is_for_everybody(at):
        valuing.value_everybody(asked=asked(at, days_ago=1), at=at)
    while following.follow_due(asked=asked(timezone.now()), at=timezone.now()):
        if timezone.now() >= at + AT_A_TIME:
            return


def is_for_everybody(at: datetime) -> bool:
    """Nobody was counted yet, the night was missed, or a past was imported since."""
    valuation = following.latest()
    if valuation is None:
        return Customer.objects.exists()
    local = timezone.localtime(at, company.current().clock)
    if local.time() >= NIGHT_IS_OVER and valuation.as_of < local.date() - timedelta(days=1):
        return True
    queued = CustomerToValue.objects.filter(since__gt=valuation.started_at).count()
    return queued > max(NEVER_MANY, MANY * valuation.customers)


def asked(at: datetime, *, days_ago: int = 0) -> Asked:
    """As the company counts, up to the end of the day so many days ago."""
    its = company.current()
    return Asked(
        as_of=timezone.localdate(at, its.clock) - timedelta(days=days_ago),
        clock=its.clock.key,
        horizon_days=its.lost_after_days,
        by_margin=its.counts_margin,
    )
