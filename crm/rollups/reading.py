"""How figures ask what days come to: narrowed as an address says it, in steps, and by one dimension.

Two rows a day are read where a year of orders would have to be. Where a rollup does not stand yet, or is asked for
something else than whole days of the company's clock, the facts are asked instead: the same answer, later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeAlias

from django.db import connection

from crm import company
from crm.dashboards.narrowing import EVERYBODY, Narrowed
from crm.measures.intervals import Sum
from crm.models import RollupState
from crm.rollups import statements
from crm.rollups.marking import EARLIEST, LATEST
from crm.rollups.rollup import DIMENSIONS, Dimension, Rollup, rollup, tier_then

FACTS_OF: Mapping[Dimension, str] = {
    "shop": "coalesce(e.shop_id, 0)",
    "channel": "coalesce(e.channel, '')",
    "tier": "coalesce({tier}, '')",
    "category": f"coalesce({statements.CATEGORY_THEN}, '')",
}


@dataclass(frozen=True)
class Amount:
    """So many events, what they come to, and the sum of the squares (for an interval)."""

    count: int = 0
    total: Decimal = Decimal(0)
    squares: float = 0.0

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.count + other.count, self.total + other.total, self.squares + other.squares)

    def less(self, other: Amount) -> Amount:
        """Net of what was given back. Uncertainty adds up, whatever the sign; `count` stays that of the sales."""
        return Amount(self.count, self.total - other.total, self.squares + other.squares)

    @property
    def as_sum(self) -> Sum:
        return Sum(float(self.total), self.count, self.squares)


Steps: TypeAlias = dict[tuple[int, str, str], Amount]
Parts: TypeAlias = dict[tuple[int, str, str, str], Amount]


def steps(name: str, edges: Sequence[datetime], *, narrowed: Narrowed = EVERYBODY) -> Steps:
    """(step, measure, unit) → what it comes to. `edges`: ascending moments, one more than there are steps.

    What nothing happened in is not there. One question where the rollup stands, two where it does not.
    """
    its = parts(name, edges, by=None, narrowed=narrowed)
    return {(step, measure, unit): amount for (step, _part, measure, unit), amount in its.items()}


def parts(
    name: str, edges: Sequence[datetime], *, by: Dimension | None, narrowed: Narrowed = EVERYBODY
) -> Parts:
    """(step, part, measure, unit) → what it comes to, where a part is a shop's id (“0”: none), a channel, a tier's
    short name or a category, as text. “”: those who have none."""
    its = rollup(name)
    days = whole_days(edges)
    found = _standing(its, days, by, narrowed) if days else None
    return found if found is not None else _from_facts(its, edges, by, narrowed)


def day_steps(name: str, days: Sequence[date], *, narrowed: Narrowed = EVERYBODY) -> Steps:
    """As `steps`, from each of these days to before the next."""
    return steps(name, edges_of(days), narrowed=narrowed)


def edges_of(days: Sequence[date]) -> list[datetime]:
    """When these days begin on the company's clock; the earliest and the latest that are believed instead of others."""
    clock = company.current().clock
    return [datetime.combine(min(max(day, EARLIEST), LATEST), time.min, clock) for day in days]


def segment_counted_at(name: str, segment: int) -> datetime | None:
    """As of when the people of a segment are those whom its figures are about; None: as of now."""
    states = RollupState.objects.filter(rollup=name, segment=segment)
    return states.values_list("counted_at", flat=True).first()


def whole_days(edges: Sequence[datetime]) -> list[date]:
    """The days that begin at these moments on the company's clock; nothing where one of them is within a day."""
    clock = company.current().clock
    local = [edge.astimezone(clock) for edge in edges]
    return [edge.date() for edge in local] if all(edge.time() == time.min for edge in local) else []


def standing_rows(
    its: Rollup,
    statement: str,
    days: Sequence[date],
    narrowed: Narrowed,
    *,
    by: Dimension | None = None,
    **given: Any,
) -> list[tuple[Any, ...]] | None:
    """What a `statement` says of the days as they stand; None: they do not.

    It is given the place of its rows ({place}) and whether they stand ({stands}): where they do, it says so by a row
    without a step.
    """
    place = [
        "segment_id = %(segment)s" if narrowed.segment else "segment_id IS NULL",
        *(_place(dimension, narrowed, is_by=dimension == by) for dimension in its.dimensions),
    ]
    segment = "s.segment_id = %(segment)s" if narrowed.segment else "s.segment_id IS NULL"
    given |= {
        "rollup": its.name,
        "version": its.version,
        "days": list(days),
        "first": days[0],
        "last": days[-1],
        **_given(narrowed),
    }
    stands = statements.STANDS.format(segment=segment)
    found = _asked(statement.format(part=by or "''", place=" AND ".join(place), stands=stands), given)
    stand = any(step is None for step, *_rest in found)
    return [row for row in found if row[0] is not None] if stand else None


def _standing(its: Rollup, days: Sequence[date], by: Dimension | None, narrowed: Narrowed) -> Parts | None:
    """None: it does not stand."""
    if (
        narrowed.segment and by == "category"
    ):  # not kept: who is in a segment is of one category or another today
        return None
    found = standing_rows(its, statements.STANDING, days, narrowed, by=by)
    return None if found is None else _amounts(found)


def _place(dimension: Dimension, narrowed: Narrowed, *, is_by: bool) -> str:
    if _is_narrowed(dimension, narrowed):
        return f"{dimension} = %({dimension})s"
    return f"{dimension} IS NOT NULL" if is_by else f"{dimension} IS NULL"


def narrowing(narrowed: Narrowed) -> tuple[str, dict[str, Any]]:
    """A condition about events `e` and its values, for whoever asks facts themselves beside statements.SAME_PERSON."""
    tier = tier_then()
    conditions = [
        f"{FACTS_OF[dimension].format(tier=tier)} = %({dimension})s"
        for dimension in DIMENSIONS
        if _is_narrowed(dimension, narrowed)
    ]
    if narrowed.segment:
        conditions.append(statements.IN_SEGMENT)
    return " AND ".join(conditions) or "true", _given(narrowed)


def _from_facts(its: Rollup, edges: Sequence[datetime], by: Dimension | None, narrowed: Narrowed) -> Parts:
    condition, given = narrowing(narrowed)
    statement = statements.FROM_FACTS.format(
        same=statements.SAME_PERSON,
        part=FACTS_OF[by].format(tier=tier_then()) if by else "''",
        amounts=statements.AMOUNTS,
        events=its.events,
        narrowed=condition,
    )
    return _amounts(_asked(statement, {"edges": list(edges), "since": edges[0], "until": edges[-1], **given}))


def _is_narrowed(dimension: Dimension, narrowed: Narrowed) -> bool:
    return bool(getattr(narrowed, dimension, None))


def _given(narrowed: Narrowed) -> dict[str, Any]:
    return {
        "clock": company.current().clock.key,
        "segment": narrowed.segment,
        "shop": narrowed.shop,
        "channel": narrowed.channel,
        "tier": narrowed.tier,
    }


def _amounts(rows: Any) -> Parts:
    return {
        (step, part, measure, unit): Amount(count, total, float(squares))
        for step, part, measure, unit, count, total, squares in rows
    }


def _asked(statement: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
