"""How figures ask how many different people bought, in each of some steps and in several of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from crm.dashboards.narrowing import EVERYBODY, Narrowed
from crm.rollups import reading
from crm.rollups.people import LONGEST, PEOPLE_BY_DAY

# Each day's row is looked at twice: from the beginning of its step, and from the beginning of all.
IN_STEPS = """
SELECT NULL::int AS step, 0::bigint AS people, 0::bigint AS people_in_all
WHERE {stands}
UNION ALL
SELECT step - 1, sum(people - coalesce(again[width_bucket(in_step::smallint, gaps)], 0)),
       sum(people - coalesce(again[width_bucket(in_all::smallint, gaps)], 0))
FROM (
  SELECT f.people, f.gaps, f.again, own.step, f."on" - (%(days)s::date[])[own.step] AS in_step,
         f."on" - %(begin)s::date AS in_all
  FROM crm_daypeople f CROSS JOIN LATERAL (SELECT width_bucket(f."on", %(days)s::date[]) AS step) own
  WHERE rollup = %(rollup)s AND "on" >= %(first)s AND "on" < %(last)s AND {place} AND {stands}
) f
GROUP BY step
"""


@dataclass(frozen=True)
class Buyers:
    """Distinct customers who bought, in each step and in all of them (from the `first` asked for) together."""

    by_step: list[int]
    in_all: int


def in_steps(edges: Sequence[datetime], *, first: int = 0, narrowed: Narrowed = EVERYBODY) -> Buyers | None:
    """Buyers of steps as crm.dashboards.sales.buyers asks for them; None: days cannot tell, ask the orders.

    Days tell of whole days, of steps (and of all of them together) no longer than LONGEST, and once they stand.
    """
    days = reading.whole_days(edges)
    if not days or _longest(days, first) > timedelta(days=LONGEST):
        return None
    found = reading.standing_rows(PEOPLE_BY_DAY, IN_STEPS, days, narrowed, begin=days[first])
    if found is None:
        return None
    steps = {step: (people, in_all) for step, people, in_all in found}
    by_step = [steps.get(step, (0, 0)) for step in range(len(days) - 1)]
    return Buyers([people for people, _all in by_step], sum(in_all for _people, in_all in by_step[first:]))


def _longest(days: Sequence[date], first: int) -> timedelta:
    return max(days[-1] - days[first], *(after - day for day, after in pairwise(days)))
