"""Comments on surveys and words of tickets become feedback. What stands there already is told anew, never twice."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from crm.models import Customer, Shop, User
from surveys.answers.answering import day_of
from surveys.feedback import handling
from surveys.feedback.routing import Source, take_in
from surveys.models import Answer, Feedback, Response, Survey
from surveys.scores import FEWEST_ANONYMOUS

# A rating of feedback is this one's scale.
RATED = (1, 5)
AT_ONCE = 500


def hear_answer(response_id: int, *, at: datetime) -> Feedback | None:
    """The words of an answer, if it has any. Idempotent; an answer that changed is read anew."""
    response = Response.objects.select_related("version__survey", "customer", "shop").get(pk=response_id)
    return _take_in(response, at=at)


def hear_anonymous(*, at: datetime) -> int:
    """The words of anonymous answers of days that are over, in no order; how many were taken in.

    Nothing may tell whose they are: neither a moment, nor the order of rows, nor that hardly anybody has answered yet.
    Colleagues are not customers: what they say stays among the figures about colleagues. Idempotent.
    """
    heard = Feedback.objects.filter(response=OuterRef("pk"))
    words = Answer.objects.filter(response=OuterRef("pk")).exclude(text="")
    waiting = (
        Response.objects.filter(version__survey__in=_spoken_of_by_enough(), answered_at__lt=day_of(at))
        .filter(Exists(words), ~Exists(heard))
        .select_related("version__survey", "shop")
    )
    found = list(waiting[:AT_ONCE])
    secrets.SystemRandom().shuffle(found)
    return sum(_take_in(response, at=day_of(at)) is not None for response in found)


def hear_ticket(
    ticket_id: int,
    *,
    text: str,
    language: str,
    customer: Customer,
    shop: Shop | None,
    occurred_at: datetime,
    at: datetime,
    settled_by: User | None = None,
) -> Feedback | None:
    """What a customer wrote to the desk, once per ticket; None: there are no words. Idempotent.

    `settled_by`: whoever has answered it to the customer's content. It counts, and waits for nobody.
    """
    if not text.strip():
        return None
    kept = take_in(
        source=Source.TICKET,
        source_id=str(ticket_id),
        text=text,
        language=language,
        occurred_at=occurred_at,
        at=at,
        customer=customer,
        shop=shop,
    )
    if settled_by:
        handling.settle([kept.pk], by=settled_by, at=at)
    return kept


def _take_in(response: Response, *, at: datetime) -> Feedback | None:
    answers = list(response.answers.order_by("pk"))
    text = "\n".join(one.text for one in answers if one.text)
    if response.erased_at or not text.strip():
        return None
    return take_in(
        source=Source.SURVEY,
        source_name=response.version.survey.slug,
        source_id=str(response.pk),
        text=text,
        language=response.language,
        occurred_at=response.answered_at,
        at=at,
        customer=response.customer,
        response=response,
        rating=next((one.value for one in answers if _is_rating(one)), None),
        shop=response.shop,
    )


def _is_rating(answer: Answer) -> bool:
    return (answer.scale_low, answer.scale_high, answer.direction) == (*RATED, 1)


def _spoken_of_by_enough() -> QuerySet[Survey]:
    """Anonymous surveys of customers that so many have answered that nobody is known by their words."""
    some = Response.objects.filter(version__survey=OuterRef("pk")).values("pk")
    nth = some.order_by("pk")[FEWEST_ANONYMOUS - 1 : FEWEST_ANONYMOUS]
    return Survey.objects.filter(Exists(nth), is_anonymous=True).exclude(budget=Survey.Budget.STAFF)
