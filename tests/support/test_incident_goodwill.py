"""Goodwill for everybody affected: within its budget to the cent, each once, above a limit with a second person."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from crm.models import Customer, TimelineEntry, User
from loyalty.models import Lot, Programme
from support.incidents import goodwill
from support.incidents.errors import (
    BudgetTooSmall,
    GoodwillAskedAlready,
    GoodwillDecided,
    NobodyToGive,
    NotGoingOn,
    NotYoursToApprove,
)
from support.models import Incident, IncidentGift, IncidentGoodwill
from tests.factories.customers import IdentityFactory
from tests.factories.incidents import announced, drafted, waits_for
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.paper_channels import PaperAccountFactory, paper_channels
from tests.factories.shops import NOON, ShopFactory
from tests.factories.tickets import agent

pytestmark = pytest.mark.django_db
POINTS = 150


@pytest.fixture(autouse=True)
def _papers() -> Iterator[None]:
    ShopFactory()
    with paper_channels():
        PaperAccountFactory()
        yield


@pytest.fixture
def programme() -> Programme:
    """A point is worth a third of a cent: 150 points are 50 cents."""
    return ProgrammeFactory(point_value=Decimal("0.0033"))


@pytest.fixture
def lead() -> User:
    return agent(role="team lead")


@pytest.fixture
def incident(lead: User, programme: Programme) -> Incident:
    """Three members and a stranger wait for their orders, and were told."""
    for _n in range(3):
        waits_for(customer=member(programme))
    waits_for()
    its = drafted(by=lead)
    announced(its, by=lead)
    return its


def member(programme: Programme) -> Customer:
    customer = MemberFactory(programme=programme).customer
    IdentityFactory(customer=customer, verified=True)
    return customer


def ask(incident: Incident, by: User, **more: Any) -> IncidentGoodwill:
    incident.refresh_from_db()
    return goodwill.ask(
        incident, **{"points": POINTS, "budget": Decimal("1.50"), "by": by, "at": NOON, **more}
    )


def give(given: IncidentGoodwill) -> IncidentGoodwill:
    return goodwill.run(given, clock=lambda: NOON)


def test_everybody_with_an_account_is_given_once_and_the_budget_holds_to_the_cent(incident, lead) -> None:
    foreseen, price = goodwill.foresee(incident, points=POINTS, at=NOON)
    given = give(ask(incident, lead))

    assert (foreseen, price.amount) == (3, Decimal("1.50"))
    assert given.state == IncidentGoodwill.State.DONE
    assert given.used_amount == given.budget_amount == Decimal("1.50")
    assert sorted(Lot.objects.values_list("points", flat=True)) == [POINTS] * 3
    assert TimelineEntry.objects.filter(kind="support.incident_points_given").count() == 3


def test_given_again_nobody_has_more(incident, lead) -> None:
    given = give(ask(incident, lead))
    IncidentGoodwill.objects.update(state=IncidentGoodwill.State.GIVING)

    given = give(given)

    assert goodwill.progress(given) == {"given": 3, "ungiven": 0, "left": 0}
    assert Lot.objects.count() == 3
    assert given.used_amount == Decimal("1.50")


def test_a_cent_too_little_is_refused_before_anybody_has_anything(incident, lead) -> None:
    with pytest.raises(BudgetTooSmall) as refused:
        ask(incident, lead, budget=Decimal("1.49"))

    assert refused.value.figures == {"needs": "1.50", "currency": "EUR"}
    assert not IncidentGoodwill.objects.exists()


def test_the_database_keeps_what_is_used_within_the_budget(incident, lead) -> None:
    given = ask(incident, lead)

    with pytest.raises(IntegrityError), transaction.atomic():
        IncidentGoodwill.objects.filter(pk=given.pk).update(used_amount=Decimal("1.51"))


def test_above_the_limit_a_second_person_decides(incident, lead, settings) -> None:
    settings.INCIDENT_GOODWILL_ALONE = Decimal("1.49")
    asked = ask(incident, lead)
    assert give(asked).state == IncidentGoodwill.State.WAITING
    for somebody in (lead, agent()):
        with pytest.raises(NotYoursToApprove):
            goodwill.decide(asked, yes=True, by=somebody, at=NOON)

    goodwill.decide(asked, yes=True, by=agent(role="manager"), at=NOON)

    assert give(asked).used_amount == Decimal("1.50")
    with pytest.raises(GoodwillDecided):
        goodwill.decide(asked, yes=False, by=agent(role="manager"), at=NOON)


def test_what_was_refused_gives_nothing_and_can_be_asked_for_anew(incident, lead, settings) -> None:
    settings.INCIDENT_GOODWILL_ALONE = Decimal("0.10")
    refused = goodwill.decide(ask(incident, lead), yes=False, by=agent(role="manager"), at=NOON)

    assert give(refused).state == IncidentGoodwill.State.REFUSED
    assert not Lot.objects.exists()
    assert ask(incident, lead, points=3).state == IncidentGoodwill.State.WAITING


def test_it_is_asked_for_once_and_by_who_may(incident, lead) -> None:
    with pytest.raises(NotYoursToApprove):
        ask(incident, agent())
    ask(incident, lead)

    with pytest.raises(GoodwillAskedAlready):
        ask(incident, lead)


def test_nobody_is_given_anything_for_a_draft_or_without_members(lead, programme) -> None:
    its = drafted(by=lead)
    with pytest.raises(NotGoingOn):
        ask(its, lead)
    announced(its, by=lead)

    with pytest.raises(NobodyToGive):
        ask(its, lead)


def test_who_left_meanwhile_is_passed_over_and_costs_nothing(incident, lead) -> None:
    asked = ask(incident, lead)
    gone = IncidentGift.objects.order_by("pk").first().customer
    gone.memberships.update(left_at=NOON)

    given = give(asked)

    assert given.used_amount == Decimal("1.00")
    assert IncidentGift.objects.get(customer=gone).why_not == goodwill.NO_ACCOUNT
