"""What is wrong, who said so, and answers by which it is measured."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from crm.models import Customer, User
from surveys.answers import answering
from surveys.closing import issues
from surveys.closing.issues import Told
from surveys.models import Department, Feedback, Issue, Response, SurveyVersion
from tests.factories.shops import NOON, UserFactory
from tests.factories.survey_answers import invitation
from tests.factories.surveys import only, published, survey

DELIVERY = {"measure": "csat", "aspect": "delivery"}


def department(slug: str = "delivery", **more: Any) -> Department:
    found = Department.objects.filter(slug=slug).first()
    return found or Department.objects.create(slug=slug, names={"en": slug.title()}, **more)


def told(**more: Any) -> Told:
    said = {"title": "Delivery in Varna is late", "department": department()}
    return Told(**{**said, "owner": more.pop("owner", None) or UserFactory(), **more})


def issue(by: User | None = None, *, at: datetime = NOON, feedback: Any = (), **more: Any) -> Issue:
    return issues.open_issue(told(**more), by=by or UserFactory(), at=at, feedback=feedback)


def said(text: str = "Курьер опоздал", *, customer: Customer | None = None, **more: Any) -> Feedback:
    told = {
        "source": "review",
        "source_id": str(Feedback.objects.count()),
        "language": "ru",
        "occurred_at": NOON,
        "recorded_at": NOON,
        "department": department(),
        "due_at": NOON + timedelta(days=3),
    }
    return Feedback.objects.create(text=text, customer=customer, **{**told, **more})


def delivery_survey() -> SurveyVersion:
    """One question: how satisfied with the delivery."""
    return published(survey("delivery"), content=only("csat", aspect="delivery"))


def scored(version: SurveyVersion, value: int, *, at: datetime, **more: Any) -> Response:
    """Somebody answers so."""
    return answering.answer(
        invitation(version, at=at, **more), answers={"score": value}, at=at, language="ru", channel="email"
    )
