"""What surveys keep about a person: what they were asked, what they answered, and what they said about us."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.personal_data import Erasing, Holding, Ids
from surveys.models import Answer, Feedback, Invitation, IssueTold, PlannedAsk, Recovery, Response, Skip


def _of_customers(model: type[Model]) -> Callable[[Ids], QuerySet[Any]]:
    return lambda ids: model._default_manager.filter(customer__in=ids)


def _answers(ids: Ids) -> QuerySet[Answer]:
    return Answer.objects.filter(response__customer__in=ids)


def _recoveries(ids: Ids) -> QuerySet[Recovery]:
    return Recovery.objects.filter(response__customer__in=ids)


def _erase_answers(erasing: Erasing) -> None:
    """Scores stay counted; words go."""
    _answers(erasing.ids).update(text="")
    Response.objects.filter(customer__in=erasing.ids, erased_at=None).update(erased_at=erasing.at, before=[])


def _erase_feedback(erasing: Erasing) -> None:
    said = Feedback.objects.filter(customer__in=erasing.ids, erased_at=None)
    said.update(text="", author_name="", url="", erased_at=erasing.at)


HOLDINGS = (
    Holding(
        name="questions_to_come",
        title=_("What we meant to ask you"),
        model=PlannedAsk,
        rows=_of_customers(PlannedAsk),
        tells=("due_at", "done_at"),
        erase=lambda erasing: PlannedAsk.objects.filter(customer__in=erasing.ids, done_at=None).delete(),
    ),
    Holding(
        name="surveys_not_asked",
        title=_("Surveys that we did not send you, and why"),
        model=Skip,
        rows=_of_customers(Skip),
        tells=("at", "reason"),
    ),
    Holding(
        name="invitations",
        title=_("Surveys that we asked you"),
        model=Invitation,
        rows=_of_customers(Invitation),
        tells=("asked_at", "channel", "opened_at", "answered_at"),
    ),
    Holding(
        name="calls_after_answers",
        title=_("How we made up for what you were unhappy with"),
        model=Recovery,
        rows=_recoveries,
        tells=("opened_at", "contacted_at", "cause", "action"),
        traces=("cause", "action"),
        erase=lambda erasing: _recoveries(erasing.ids).update(cause="", action=""),
    ),
    Holding(
        name="answers",
        title=_("What you answered"),
        model=Answer,
        rows=_answers,
        tells=("answered_at", "wording", "value", "text"),
        traces=("text",),
        erase=_erase_answers,
    ),
    Holding(
        name="responses",
        title=_("When you answered surveys"),
        model=Response,
        rows=_of_customers(Response),
        tells=("answered_at", "channel", "language"),
    ),
    Holding(
        name="feedback",
        title=_("What you said about us"),
        model=Feedback,
        rows=_of_customers(Feedback),
        tells=("occurred_at", "source_name", "rating", "text"),
        traces=("text",),
        erase=_erase_feedback,
    ),
    Holding(
        name="changes_we_told_of",
        title=_("What we told you that we changed because of you"),
        model=IssueTold,
        rows=_of_customers(IssueTold),
        tells=("at", "why_not"),
    ),
)
