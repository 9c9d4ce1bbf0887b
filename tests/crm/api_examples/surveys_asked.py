"""The surveys "delivery" and "after-delivery", who was asked and who answered; what people say, and issue 7."""

from __future__ import annotations

from datetime import datetime

from crm.models import Customer, Shop
from surveys.models import Feedback, Invitation, Issue, Response
from tests.crm.api_examples.numbers import next_is
from tests.factories import issues, surveys
from tests.factories.shops import UserFactory
from tests.factories.survey_answers import invitation


def furnish(shop: Shop, customer: Customer, *, at: datetime) -> None:
    version = surveys.published(surveys.survey("after-delivery"))
    surveys.published(surveys.survey("delivery"), content=surveys.only("csat", aspect="delivery"))
    next_is(Invitation, 88)
    invitation(version, shop=shop, at=at)
    next_is(Response, 41)
    Response.objects.create(
        version=version, shop=shop, source="test", source_id="1", answered_at=at, settled_at=at
    )
    _what_is_wrong(shop, customer)


def _what_is_wrong(shop: Shop, customer: Customer) -> None:
    issues.department(owner=UserFactory())
    for number in (301, 302, 303, 55):
        next_is(Feedback, number)
        issues.said(customer=customer, shop=shop, source_id=str(number))
    next_is(Issue, 7)
    issues.issue(shop=shop)
