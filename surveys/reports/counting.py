"""How many answered what, stretch by stretch and part by part, in few questions to the database."""

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

# The people of conditions are read once, whatever is asked about them.
OF_SOME = """
WITH its_people (id) AS MATERIALIZED ({people})
{questions}
"""
ONE_OF_SOME = "(SELECT {number} AS question, row_to_json(its) AS told FROM ({rows}) AS its)"

Rows: TypeAlias = Sequence[tuple[Any, ...]]
Parts: TypeAlias = Mapping[str, Counts]


@dataclass(frozen=True)
class Counted:
    """`stretches`: by the number of the stretch between two edges. Parts: by the text of their column, “” for none."""

    stretches: Mapping[int, Counts]
    parts: Parts
    parts_before: Parts

    def within(self, numbers: Sequence[int]) -> Counts:
        return added([self.stretches.get(number, {}) for number in numbers])


@dataclass(frozen=True, kw_only=True)
class Question:
    """How many of `rows` lie between each two edges, by `columns`. `edges`: ascending moments."""

    rows: QuerySet[Any]
    moment: str
    edges: Sequence[datetime]
    columns: Sequence[str]
    counts: Mapping[str, Any]


def question(rows: QuerySet[Answer], *, edges: Sequence[datetime], column: str = "aspect") -> Question:
    """What `counted` reads."""
    return Question(
        rows=rows.annotate(part=Cast(column, TextField())),
        moment="answered_at",
        edges=edges,
        columns=("part", "value"),
        counts={"many": Count("*")},
    )


def counted(rows: Rows, *, first: int) -> Counted:
    """From stretch `first` on it is now; the stretch 0 was before."""
    stretches: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    parts: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    parts_before: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for number, part, value, many in rows:
        stretches[number][value] += many
        if number >= first:
            parts[part or ""][value] += many
        elif number == 0:
            parts_before[part or ""][value] += many
    return Counted(stretches=stretches, parts=parts, parts_before=parts_before)


def by_stretch(asked: Sequence[Question], *, people: QuerySet[Any] | None) -> Sequence[Rows]:
    """Of each question the number of the stretch, then its columns, then its counts, of each group of rows.

    `people`: the ids of those alone who are counted, in one question to the database; None: everybody.
    """
    return [_in_ranges(one) for one in asked] if people is None else _of_some(asked, people)


def _in_ranges(asked: Question) -> Rows:
    between = {
        f"{asked.moment}__gte": RawSQL("stretch.since", []),
        f"{asked.moment}__lt": RawSQL("stretch.until", []),
    }
    within = asked.rows.filter(**between).order_by()
    # Without a column of their own all rows are one group.
    grouped = within.values_list(*asked.columns) if asked.columns else within.values_list(Value(1))
    sql, params = grouped.annotate(**asked.counts).order_by().query.sql_with_params()
    with connection.cursor() as cursor:
        edges = [list(asked.edges[:-1]), list(asked.edges[1:])]
        cursor.execute(STRETCHES.format(rows=sql), [*edges, *params])
        return list(cursor.fetchall())


def _of_some(asked: Sequence[Question], people: QuerySet[Any]) -> Sequence[Rows]:
    its_sql, its_params = people.order_by().query.sql_with_params()
    questions, params = [], list(its_params)
    for number, one in enumerate(asked):
        sql, told = _joined(one).query.sql_with_params()
        questions.append(ONE_OF_SOME.format(number=number, rows=sql))
        params.extend(told)
    found: list[list[tuple[Any, ...]]] = [[] for _one in asked]
    with transaction.atomic(), connection.cursor() as cursor:
        # The planner takes a segment for a handful of people, and would sort what they said in files.
        cursor.execute("SELECT set_config('work_mem', '64MB', true), set_config('enable_sort', 'off', true)")
        cursor.execute(OF_SOME.format(people=its_sql, questions=" UNION ALL ".join(questions)), params)
        for number, row in cursor.fetchall():
            found[number].append(tuple(row.values()))
    return found


def _joined(asked: Question) -> QuerySet[Any]:
    edges = Value(list(asked.edges), output_field=ArrayField(DateTimeField()))
    number = Func(F(asked.moment), edges, function="width_bucket", output_field=IntegerField())
    its: QuerySet[Any] = asked.rows.filter(
        **{f"{asked.moment}__gte": asked.edges[0], f"{asked.moment}__lt": asked.edges[-1]},
        customer__in=RawSQL("SELECT id FROM its_people", []),
    )
    grouped: QuerySet[Any] = its.order_by().values_list(number - 1, *asked.columns).annotate(**asked.counts)
    return grouped


def added(several: Sequence[Counts]) -> Counts:
    found: dict[int, int] = defaultdict(int)
    for counts in several:
        for value, count in counts.items():
            found[value] += count
    return dict(found)
