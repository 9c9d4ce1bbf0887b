"""Rows of a person, whichever of their ids they stand on; and what is asked of everybody's rows at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib.postgres.aggregates import ArrayAgg, BoolOr
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Exists,
    F,
    Func,
    QuerySet,
    Value,
)
from django.db.models import Field as ModelField

from crm.people.same_person import ids_of
from crm.rules.registry import Row


class OfPerson(Func):
    """Whether a row's customer is one of the ids of the person whose id is the second expression."""

    template = "(%(expressions)s)))"
    arg_joiner = " = ANY(crm_same_person("
    output_field = BooleanField()

    def __init__(self, customer_id: str, person: Any) -> None:
        super().__init__(F(customer_id), person)


class Whose(Func):
    """Whose row it is today: the survivor's id, where the row stands on somebody who was merged."""

    template = (
        "(CASE WHEN %(expressions)s IN (SELECT gone.id FROM crm_customer gone WHERE gone.merged_into_id IS NOT NULL) "
        "THEN (crm_same_person(%(expressions)s))[1] ELSE %(expressions)s END)"
    )
    output_field = BigIntegerField()


def everyones(rows: QuerySet[Any], customer: str = "customer") -> QuerySet[Any]:
    """Rows with a customer, each with `whose` it is: see crm.rules.Collection."""
    theirs = rows.filter(**{f"{customer}__isnull": False}).annotate(whose=Whose(F(f"{customer}_id")))
    return cast("QuerySet[Any]", theirs)


def first_of_each(rows: QuerySet[Any], path: str, *, order_by: Any, output: ModelField[Any, Any]) -> Any:
    """Of `everyones` rows the first of each person, as `told`: see crm.rules.Field."""
    in_turn = ArrayAgg(path, order_by=order_by)
    first = Func(in_turn, template="(%(expressions)s)[1]", output_field=output)
    return rows.order_by().values("whose").annotate(told=first)


def known(row: Row, expression: Any) -> Any:
    """Nothing, where there is no customer at all: not even a count of 0."""
    return Func(
        row.column("pk"),
        expression,
        template="(CASE WHEN %(expressions)s END)",
        arg_joiner=" IS NOT NULL THEN ",
        output_field=expression.output_field,
    )


def there_is(rows: Callable[[], QuerySet[Any]], customer: str = "customer") -> dict[str, Any]:
    """Whether a person has any of these rows, in each way in which a field can be asked: see crm.rules.Field."""

    def told() -> Any:
        anybodys = everyones(rows(), customer).order_by().values("whose")
        return anybodys.annotate(told=BoolOr(Value(True)))

    return {
        "sql": lambda row, _moment: known(
            row, Exists(rows().filter(OfPerson(f"{customer}_id", row.outer("pk"))))
        ),
        "value": lambda one, _moment: rows().filter(**{f"{customer}__in": ids_of(one)}).exists(),
        "everyones": told,
        "otherwise": False,
    }
