"""How many answered what, stretch by stretch and part by part, in one question to the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from django.contrib.postgres.fields import ArrayField
from django.db import connection, transaction
from django.db.models import Count, DateTimeField, F, Func, IntegerField, QuerySet, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from surveys.models import Answer
from surveys.scores import Counts

# Each stretch is a range of an index: to find a row's stretch costs more than to read it.
STRETCHES = """
SELECT stretch.number - 1, its.*
FROM unnest(%s::timestamptz[], %s::timestamptz[]) WITH ORDINALITY AS stretch (since, until, number),
  LATERAL ({rows}) AS its
"""

Parts: TypeAlias = Mapping[str, Counts]


@dataclass(frozen=True)
class Counted:
    """`stretches`: by the number of the stretch between two edges. Parts: by the text of their column, “” for none."""

    stretches: Mapping[int, Counts]
    parts: Parts
    parts_before: Parts

    def within(self, numbers: Sequence[int]) -> Counts:
        return added([self.stretches.get(number, {}) for number in numbers])


def counted(
    rows: QuerySet[Answer],
    *,
    edges: Sequence[datetime],
    first: int,
    column: str = "aspect",
    is_joined: bool = False,
) -> Counted:
    """`edges`: ascending moments. From stretch `first` on it is now; the stretch 0 was before.

    `is_joined`: as `by_stretch` says.
    """
    stretches: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    parts: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    parts_before: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    found = by_stretch(
        rows.annotate(part=Cast(column, TextField())),
        moment="answered_at",
        edges=edges,
        columns=("part", "value"),
        counts={"many": Count("*")},
        is_joined=is_joined,
    )
    for number, part, value, many in found:
        stretches[number][value] += many
        if number >= first:
            parts[part or ""][value] += many
        elif number == 0:
            parts_before[part or ""][value] += many
    return Counted(stretches=stretches, parts=parts, parts_before=parts_before)


def by_stretch(
    rows: QuerySet[Any],
    *,
    moment: str,
    edges: Sequence[datetime],
    columns: Sequence[str],
    counts: Mapping[str, Any],
    is_joined: bool,
) -> Sequence[tuple[Any, ...]]:
    """The number of the stretch in which `moment` lies, then `columns`, then `counts`, of each group of rows.

    `is_joined`: with something large, such as the people of a segment, which is to be read once, not for each stretch.
    """
    if is_joined:
        array = Value(list(edges), output_field=ArrayField(DateTimeField()))
        number = Func(F(moment), array, function="width_bucket", output_field=IntegerField())
        within = rows.filter(**{f"{moment}__gte": edges[0], f"{moment}__lt": edges[-1]})
        grouped = within.order_by().values_list(number - 1, *columns).annotate(**counts)
        with transaction.atomic(), connection.cursor() as cursor:
            # The planner takes a segment for a handful of people, and would sort what they said in files.
            cursor.execute(
                "SELECT set_config('work_mem', '64MB', true), set_config('enable_sort', 'off', true)"
            )
            return list(grouped)
    between = {
        f"{moment}__gte": RawSQL("stretch.since", []),
        f"{moment}__lt": RawSQL("stretch.until", []),
    }
    grouped = rows.filter(**between).order_by().values_list(*columns)
    # Without a column of their own all rows are one group.
    told = (
        grouped.annotate(**counts)
        if columns
        else rows.filter(**between).values_list(Value(1)).annotate(**counts)
    )
    sql, params = told.order_by().query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(STRETCHES.format(rows=sql), [list(edges[:-1]), list(edges[1:]), *params])
        return list(cursor.fetchall())


def added(several: Sequence[Counts]) -> Counts:
    found: dict[int, int] = defaultdict(int)
    for counts in several:
        for value, count in counts.items():
            found[value] += count
    return dict(found)
