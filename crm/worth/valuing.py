"""A night's valuation: everybody is counted, the company is fitted, everybody is judged. In short transactions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from crm.models import CustomerLoyalty, CustomerWorth, Valuation
from crm.worth import census, channels, coming_back, counting, fitting, judging, outcomes, turns
from crm.worth.beginnings import beginnings
from crm.worth.counting import Asked, Gaps
from crm.worth.tally import Tally

CHUNK = 1000


def value_everybody(
    *,
    asked: Asked,
    at: datetime,
    heard: Callable[[int], object] = lambda done: None,
    patience_seconds: int = 0,
) -> Valuation | None:
    """What every customer is worth at the end of the day; None while somebody else is at it, and for a day before
    the latest one that was counted.

    Idempotent for a day: what was counted is counted anew, cut points of a month and stages entered stay. Killed in the
    middle, it leaves whole chunks behind, and the next night goes over all of them.
    Locks rows of CustomerWorth and CustomerLoyalty alone, a chunk at a time.
    """
    with turns.alone(patience_seconds=patience_seconds) as free:
        if not free or Valuation.objects.filter(as_of__gt=asked.as_of).exists():
            return None
        turns.queue_who_is_ahead(asked.as_of, at=at)
        valuation = _begun(asked, at)
        tally = Tally(asked.as_of, asked.horizon_days)
        gaps = _count_everybody(valuation, asked, tally, at=at, heard=heard)
        valuation.usual_gaps = fitting.usual_gaps(gaps)
        fitting.freeze_cut_points(as_of=asked.as_of, at=at)
        fitting.fit(valuation)
        fitting.fit_amounts(valuation)
        _judge_everybody(valuation)
        census.take(valuation, tally)
        valuation.finished_at = at
        valuation.save()
        return valuation


def _begun(asked: Asked, at: datetime) -> Valuation:
    """An empty row of the day: nothing of an earlier try is left in it."""
    known = Valuation.objects.filter(as_of=asked.as_of).values_list("pk", flat=True).first()
    valuation = Valuation(pk=known, as_of=asked.as_of, horizon_days=asked.horizon_days, started_at=at)
    valuation.save()
    return valuation


def _count_everybody(
    valuation: Valuation, asked: Asked, tally: Tally, *, at: datetime, heard: Callable[[int], object]
) -> Gaps:
    gaps: Gaps = Counter()
    board = outcomes.Board(asked.as_of, asked.horizon_days)
    after = 0
    while people := counting.bought(after, many=CHUNK, asked=asked):
        counting.keep(people, asked=asked, at=at)
        coming_back.keep(people, as_of=asked.as_of)
        channels.keep(people)
        gaps.update(counting.gaps_of(people))
        began = beginnings(people)
        tally.add(people, began)
        board.add(people, began)
        valuation.customers += len(people)
        valuation.buyers += sum(bool(one.days) for one in people)
        after = people[-1].customer_id
        heard(valuation.customers)
    # Merged into somebody since, or forgotten: told as the other person, or not at all.
    CustomerWorth.objects.exclude(as_of=asked.as_of).delete()
    CustomerLoyalty.objects.exclude(as_of=asked.as_of).delete()
    outcomes.keep(board)
    return gaps


def _judge_everybody(valuation: Valuation) -> None:
    by = fitting.company_of(valuation)
    after = 0
    while people := list(CustomerWorth.objects.filter(pk__gt=after).order_by("pk")[:CHUNK]):
        judging.judge(people, by)
        after = people[-1].pk
