"""The worker is killed with kill −9 while it tells people of an incident: each of them is told, and once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from time import monotonic
from typing import Any

import pytest
from django.db import connections
from django.db.models import QuerySet
from django.utils import timezone

from crm.models import Message, User
from loyalty.models import Lot
from support.incidents import announcing, goodwill
from support.models import Incident, IncidentGift, IncidentGoodwill, IncidentNotice, IncidentTelling
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.incidents import draft_notice, drafted, waits_for
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.paper_channels import PaperAccountFactory
from tests.factories.shops import ShopFactory
from tests.factories.tickets import agent
from tests.faults.house import House, a_house, until

pytestmark = pytest.mark.django_db(transaction=True)

AFFECTED, OTHERS = 90, 10
POINTS, PRICE = 200, Decimal("2.00")
SWEEP = "support.incident_tasks.look_after_incidents"


@pytest.fixture
def house() -> Iterator[House]:
    with a_house() as house:
        yield house


def test_whoever_is_affected_is_told_once_and_given_once_though_the_worker_is_killed(house: House) -> None:
    lead = agent(role="team lead")
    incident = an_outage(lead)
    notice = announcing.let_out(draft_notice(incident), by=lead, at=timezone.now())
    house.start(["worker"])
    try:
        killed_at_work(
            house, notice, IncidentTelling.objects.filter(notice=notice, told_at__isnull=False), kills=2
        )
        asked = goodwill.ask(incident, points=POINTS, budget=AFFECTED * PRICE, by=lead, at=timezone.now())
        goodwill.decide(asked, yes=True, by=agent(role="manager"), at=timezone.now())
        killed_at_work(
            house, asked, IncidentGift.objects.filter(goodwill=asked, given_at__isnull=False), kills=1
        )
    except AssertionError as error:
        raise AssertionError(f"{error}\n{house.last_words()}") from error
    connections.close_all()  # ours broke as theirs did

    told = Counter(Message.objects.filter(source=announcing.SOURCE).values_list("customer", flat=True))
    affected = set(incident.people.values_list("customer", flat=True))
    assert len(affected) == AFFECTED
    assert told == dict.fromkeys(affected, 1)
    asked.refresh_from_db()
    assert asked.used_amount == asked.budget_amount == AFFECTED * PRICE
    given = Counter(Lot.objects.values_list("wallet__member__customer", flat=True))
    assert given == dict.fromkeys(affected, 1)


def an_outage(lead: User) -> Incident:
    """Members wait for what lies in Varna; a few others wait for what lies in Sofia."""
    programme = ProgrammeFactory(point_value=Decimal("0.01"))
    account = PaperAccountFactory(shop=ShopFactory())
    for n in range(AFFECTED + OTHERS):
        customer = CustomerFactory()
        IdentityFactory(customer=customer, verified=True)
        MemberFactory(programme=programme, customer=customer)
        waits_for("varna" if n < AFFECTED else "sofia", customer=customer, shop=account.shop)
    return drafted(by=lead)


def killed_at_work(
    house: House, work: IncidentNotice | IncidentGoodwill, done: QuerySet[Any], *, kills: int
) -> None:
    """Killed as soon as something is done, and again some way on; then let be until the work is over."""
    beat = Beat(house, work)
    for enough in range(20, 20 * (kills + 1), 20):
        until(lambda enough=enough: beat() or done.count() >= enough, "the work goes on", seconds=60)  # type: ignore[misc]
        assert done.count() < AFFECTED, "it was over before it could be killed"
        house.kill("worker")
    until(beat, "the work is over")


class Beat:
    """Sends what beat sends, and takes off the minute that a silence lasts. True: the work is over."""

    def __init__(self, house: House, work: IncidentNotice | IncidentGoodwill) -> None:
        self.house, self.work, self.sent_at = house, work, 0.0

    def __call__(self) -> bool:
        self.work.refresh_from_db()
        is_silent = self.work.moved_at < timezone.now() - timedelta(seconds=1)
        if self.work.is_at_work and is_silent and monotonic() > self.sent_at + 3:
            self.sent_at = monotonic()
            rows = type(self.work)._default_manager.filter(pk=self.work.pk)
            rows.update(moved_at=timezone.now() - timedelta(minutes=2))
            self.house.send(SWEEP)
        return not self.work.is_at_work
