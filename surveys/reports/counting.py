"""How many answered what, step by step and part by part, in one question to the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import DateTimeField, F, Func, IntegerField, QuerySet, TextField, Value
from django.db.models.functions import Cast

from surveys.models import Answer
from surveys.scores import Counts

# A set for each: steps, and parts now and before. `is_step` is 1 where the row is a step's.
SETS = """
SELECT grouping(part), step, step > %s AS is_now, part, value, count(*)
FROM ({rows}) AS counted (step, part, value)
GROUP BY GROUPING SETS ((step, value), (step > %s, part, value))
"""

Parts: TypeAlias = Mapping[str, Counts]


@dataclass(frozen=True)
class Counted:
    """`steps`: by the number of the stretch between two edges. Parts: by the text of their column, “” for none."""

    steps: Mapping[int, Counts]
    parts: Parts
    parts_before: Parts

    def within(self, steps: Sequence[int]) -> Counts:
        return added([self.steps.get(step, {}) for step in steps])


def counted(
    rows: QuerySet[Answer], *, edges: Sequence[datetime], first: int, column: str = "aspect"
) -> Counted:
    """`edges`: ascending moments; from step `first` on it is now, what lies earlier was before."""
    step = Func(F("answered_at"), _array(edges), function="width_bucket", output_field=IntegerField())
    narrow = rows.order_by().values_list(step - 1, Cast(column, TextField()), "value")
    sql, params = narrow.query.sql_with_params()
    steps: dict[int, dict[int, int]] = defaultdict(dict)
    parts: dict[bool, dict[str, dict[int, int]]] = {True: defaultdict(dict), False: defaultdict(dict)}
    with connection.cursor() as cursor:
        cursor.execute(SETS.format(rows=sql), [first - 1, *params, first - 1])
        for is_step, its_step, is_now, part, value, count in cursor.fetchall():
            if is_step:
                steps[its_step][value] = count
            else:
                parts[is_now][part or ""][value] = count
    return Counted(steps=steps, parts=parts[True], parts_before=parts[False])


def added(several: Sequence[Counts]) -> Counts:
    found: dict[int, int] = defaultdict(int)
    for counts in several:
        for value, count in counts.items():
            found[value] += count
    return dict(found)


def _array(edges: Sequence[datetime]) -> Any:
    return Value(list(edges), output_field=ArrayField(DateTimeField()))
