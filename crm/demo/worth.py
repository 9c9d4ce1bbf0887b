"""What the people of «Липа» are worth, from the first look on: otherwise pages would say so only after a night."""

from __future__ import annotations

from datetime import datetime, timedelta

from crm.demo.history import Progress
from crm.models import Customer, Valuation
from crm.worth import valuing
from crm.worth.tasks import asked

WEEKS_AGO = timedelta(days=21)


def value(*, now: datetime, progress: Progress) -> None:
    """Of the day that is over, once; whoever bought since is followed by the clock, as everywhere.

    Before it, of a day three weeks ago: a star that fell silent since is a star still, and figures tell what changed.
    """
    how = asked(now, days_ago=1)
    if Valuation.objects.filter(as_of__gte=how.as_of, finished_at__isnull=False).exists():
        return
    everybody = Customer.objects.filter(merged_into=None, erased_at=None).count()
    earlier = now - WEEKS_AGO
    valuing.value_everybody(asked=asked(earlier, days_ago=1), at=earlier)
    valuing.value_everybody(
        asked=how, at=now, heard=lambda done: progress("what customers are worth", done, everybody)
    )
