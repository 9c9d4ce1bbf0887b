"""Rows of a person, whichever of their ids they stand on."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import (
    BigIntegerField,
    BooleanField,
    F,
    Func,
    QuerySet,
)


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


def everyones(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows with a customer, each with `whose` it is: see crm.rules.Collection."""
    known = rows.filter(customer__isnull=False).annotate(whose=Whose(F("customer_id")))
    return cast("QuerySet[Any]", known)
