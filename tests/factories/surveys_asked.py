"""People who can be asked, by mail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crm.models import Customer
from surveys.asking import inviting
from surveys.models import Invitation, Skip, SurveyVersion
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.paper_channels import PaperAccountFactory
from tests.factories.shops import NOON, ShopFactory
from tests.factories.surveys import published


def mailbox() -> None:
    """By which the company writes."""
    PaperAccountFactory(channel="email", shop=ShopFactory())


def reachable(mail: str = "", **more: Any) -> Customer:
    person: Customer = CustomerFactory(**more)
    IdentityFactory(customer=person, kind="email", value=mail or f"person-{person.pk}@mail.example")
    return person


def ask(
    version: SurveyVersion | None = None,
    *,
    customer: Customer | None = None,
    source_id: str = "1",
    at: datetime = NOON,
    **more: Any,
) -> Invitation | Skip:
    return inviting.invite(
        version or published(),
        customer=customer or reachable(),
        source="test",
        source_id=source_id,
        at=at,
        **more,
    )
