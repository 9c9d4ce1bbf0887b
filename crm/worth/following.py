"""Between two nights: whoever bought or brought something back is counted again, by what the last night found out.

The day goes on, so they are counted up to today; the night counts everybody up to yesterday and queues those who were
ahead of it. Nothing is fitted, and no cut point moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from crm.models import Customer, CustomerLoyalty, CustomerToValue, CustomerWorth, Valuation
from crm.people.same_person import survivors
from crm.segments import waiting
from crm.worth import channels, coming_back, counting, fitting, judging, turns
from crm.worth.counting import Asked

AT_ONCE = 200


def follow_due(*, asked: Asked, at: datetime) -> int:
    """Count the next of those who wait. Returns how many; 0: nobody waits, or the night has not been yet, or is now."""
    with turns.alone() as free:
        valuation = latest()
        those = turns.waiting(AT_ONCE) if free and valuation else []
        if those and valuation:
            _follow(those, valuation, asked=asked, at=at)
        return len(those)


def latest() -> Valuation | None:
    """The last night that came to its end."""
    return Valuation.objects.exclude(finished_at=None).order_by("-as_of").first()


@transaction.atomic
def _follow(those: Sequence[CustomerToValue], valuation: Valuation, *, asked: Asked, at: datetime) -> None:
    """Locks rows of CustomerWorth, CustomerLoyalty and of the two queues alone."""
    # A horizon that was declared anew today begins with the next night, for everybody.
    its = replace(asked, as_of=max(asked.as_of, valuation.as_of), horizon_days=valuation.horizon_days)
    ids = [one.customer_id for one in those]
    stood = _standing(ids)
    people = counting.bought_by(sorted(survivors(ids)), asked=its)
    counting.keep(people, asked=its, at=at)
    coming_back.keep(people, as_of=its.as_of)
    channels.keep(people)
    counted = [one.customer_id for one in people]
    rows = list(CustomerWorth.objects.filter(pk__in=counted).order_by("pk"))
    judging.judge(rows, replace(fitting.company_of(valuation), as_of=its.as_of))
    _leave(set(ids).difference(counted))
    turns.served(those)
    now = _standing(counted)
    waiting.look_at([pk for pk in counted if now[pk] != stood.get(pk)], at=at)


def _standing(ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """By what conditions can part people."""
    rows = CustomerWorth.objects.filter(pk__in=ids).values_list("pk", "category", "stage", "risk")
    return {pk: tuple(told) for pk, *told in rows}


def _leave(ids: set[int]) -> None:
    """Merged into somebody, or forgotten: told as the other person, or not at all."""
    gone = Customer.objects.filter(pk__in=ids)
    CustomerWorth.objects.filter(customer__in=gone).delete()
    CustomerLoyalty.objects.filter(customer__in=gone).delete()
