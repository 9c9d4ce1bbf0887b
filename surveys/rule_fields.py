"""What conditions can ask about what a customer answered: see crm.rules. Anonymous answers are nobody's.

What a person may still change does not count: see surveys.answers.settling.
"""

from __future__ import annotations

from typing import Any

from django.db.models import DateTimeField, IntegerField, QuerySet, Subquery
from django.db.models import Field as ModelField
from django.utils.translation import gettext_lazy as _

from crm.people.same_person import ids_of
from crm.rule_fields import OfPerson, everyones, first_of_each
from crm.rules.kinds import Choice, Instant, Reference, Whole
from crm.rules.moments import Moment
from crm.rules.registry import Collection, Field, Root, Row, add_fields, add_root
from surveys import questions
from surveys.models import Answer
from surveys.questions.csat import Csat
from surveys.questions.nps import Nps

LATEST = ("-answered_at", "-pk")


def _answers() -> QuerySet[Answer]:
    return Answer.objects.filter(response__settled_at__isnull=False)


def _latest(kind: str, path: str, output: ModelField[Any, Any]) -> dict[str, Any]:
    def scores() -> QuerySet[Answer]:
        return _answers().filter(kind=kind, value__isnull=False)

    def sql(row: Row, _moment: Moment) -> Any:
        theirs = scores().filter(OfPerson("response__customer_id", row.outer("pk")))
        return Subquery(theirs.order_by(*LATEST).values(path)[:1], output_field=output)

    def value(customer: Any, _moment: Moment) -> Any:
        theirs = scores().filter(response__customer__in=ids_of(customer))
        return theirs.order_by(*LATEST).values_list(path, flat=True).first()

    def told() -> Any:
        rows = everyones(scores(), "response__customer")
        return first_of_each(rows, path, order_by=list(LATEST), output=output)

    return {"sql": sql, "value": value, "everyones": told}


add_root(Root(name="answer", label=_("Answer to a survey")))
add_fields(
    "answer",
    Field(
        name="answer.survey",
        kind=Reference("surveys.Survey"),
        label=_("Survey of the answer"),
        path="version__survey_id",
    ),
    Field(
        name="answer.kind",
        kind=Choice(questions.choices),
        label=_("Kind of question of the answer"),
        path="kind",
    ),
    Field(
        name="answer.aspect",
        kind=Choice(lambda: questions.ASPECTS.items()),
        label=_("What the answer is about"),
        path="aspect",
    ),
    Field(name="answer.score", kind=Whole(), label=_("Score of the answer"), path="value"),
    Field(name="answer.at", kind=Instant(), label=_("It was answered"), path="answered_at"),
)
add_fields(
    "customer",
    Field(
        name="survey.last_nps",
        kind=Whole(),
        label=_("Latest answer to “would you recommend us”, from 0 to 10"),
        **_latest(Nps.kind, "value", IntegerField()),
    ),
    Field(
        name="survey.last_nps_at",
        kind=Instant(),
        label=_("Latest answer to “would you recommend us”, when"),
        **_latest(Nps.kind, "answered_at", DateTimeField()),
    ),
    Field(
        name="survey.last_csat",
        kind=Whole(),
        label=_("Latest answer about satisfaction, from 1 to 5"),
        **_latest(Csat.kind, "value", IntegerField()),
    ),
    Field(
        name="survey.last_csat_at",
        kind=Instant(),
        label=_("Latest answer about satisfaction, when"),
        **_latest(Csat.kind, "answered_at", DateTimeField()),
    ),
    Collection(
        name="customer.answers",
        item="answer",
        label=_("Answers of the customer to surveys"),
        number_label=_("Number of the customer's answers to surveys"),
        rows=lambda row: _answers().filter(OfPerson("response__customer_id", row.outer("pk"))),
        items=lambda customer: (
            _answers().filter(response__customer__in=ids_of(customer)).select_related("version")
        ),
        everyones=lambda: everyones(_answers(), "response__customer"),
    ),
)
