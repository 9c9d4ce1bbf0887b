"""Answers are told to the timeline when they have settled: a little after the last confirmation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from crm import timeline
from surveys import content, walking
from surveys.answers.scanning import SETTLES_AFTER
from surveys.facts import AnswerChanged, SurveyAnswered
from surveys.models import Answer, Response
from surveys.questions import Given

SOURCE = "surveys"
AT_ONCE = 200


def settle_due(*, at: datetime) -> int:
    """Tell what has settled by now; answers how many. May run beside itself."""
    due = Response.objects.filter(settled_at=None, answered_at__lte=at - SETTLES_AFTER)
    pks = list(due.order_by("answered_at").values_list("pk", flat=True)[:AT_ONCE])
    return sum(settle(pk, at=at) for pk in pks)


@transaction.atomic
def settle(pk: int, *, at: datetime) -> bool:
    """Record what one answered; False: it is settled, or not yet due. Locks the response, then the customer's row."""
    rows = Response.objects.select_for_update(skip_locked=True, of=("self",))
    due = rows.filter(pk=pk, settled_at=None, answered_at__lte=at - SETTLES_AFTER)
    response = due.select_related("version__survey", "customer", "shop").first()
    if response is None:
        return False
    fact = _fact(response)
    if not response.erased_at:
        timeline.record(
            response.customer,
            fact,
            source=SOURCE,
            source_id=_event(response),
            occurred_at=response.answered_at,
            shop=response.shop,
            channel=response.channel,
            direction="in",
            subject=response,
            language=response.language,
        )
    response.settled_at, response.votes, response.before = at, [], []
    response.save(update_fields=["settled_at", "votes", "before"])
    return True


def _fact(response: Response) -> SurveyAnswered:
    its = content.read(response.version.content)
    by_key = {one.question: one for one in response.answers.all()}
    answers = [by_key[question.key] for question in its.questions if question.key in by_key]
    given = {
        one.question: Given(value=one.value, choices=tuple(one.choices), text=one.text) for one in answers
    }
    score = next((one for one in answers if one.value is not None), None)
    told: dict[str, Any] = {
        "survey_slug": response.version.survey.slug,
        "survey_name": its.title_in(response.language) or str(response.version.survey),
        "measure": _measure(its, score),
        "value": score.value if score else None,
        "scale_high": score.scale_high if score else None,
        "is_unhappy": walking.is_unhappy(its, given),
        "text": " ".join(one.text for one in answers if one.text),
    }
    if not response.before:
        return SurveyAnswered(**told)
    was = next((one["value"] for one in response.before if one["value"] is not None), None)
    return AnswerChanged(**told, was=was)


def _measure(its: content.Content, score: Answer | None) -> str:
    question = its.question(score.question) if score else None
    return question.asked.measure if question else ""


def _event(response: Response) -> str:
    """Each telling is an event of its own."""
    again = f":{response.answered_at.isoformat()}" if response.before else ""
    return f"response:{response.pk}{again}"
