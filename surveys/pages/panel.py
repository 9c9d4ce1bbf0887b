"""What a customer answered lately: on their page, and beside a conversation with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from crm.customer_page import Panel, Visit
from surveys.models import Answer, Response
from surveys.reports import naming

SEES_ANSWERS = "surveys.see_answers"
SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Said:
    """`scores`: what about, and the number with the end of its scale."""

    survey: str
    at: datetime
    scores: Sequence[tuple[str | Promise, str]]
    text: str


def answers(visit: Visit) -> Panel | None:
    if not visit.reader.has_perm(SEES_ANSWERS):
        return None
    theirs = Response.objects.filter(customer__in=visit.people, erased_at=None)
    latest = theirs.select_related("version__survey").prefetch_related("answers")
    said = [_said(response) for response in latest.order_by("-answered_at")[:SHOWN]]
    if not said:
        return None
    return Panel(
        title=_("What they answered"), template="surveys/reports/_panel.html", context={"said": said}
    )


def _said(response: Response) -> Said:
    its = sorted(response.answers.all(), key=lambda answer: answer.pk)
    return Said(
        survey=str(response.version.survey),
        at=response.answered_at,
        scores=[_score(answer) for answer in its if answer.value is not None],
        text=" ".join(answer.text for answer in its if answer.text),
    )


def _score(answer: Answer) -> tuple[str | Promise, str]:
    about = naming.names("aspect", [answer.aspect])[answer.aspect] if answer.aspect else ""
    words = {"value": answer.value, "high": answer.scale_high}
    return about, _("{value} of {high}").format(**words)
