"""A survey asks by itself so long after something happened, where it is still so; and each that it leaves out, why."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from crm import relay, timeline
from crm.facts import FACTS, OrderDelivered
from crm.models import Customer, Message, Order, TimelineEntry
from crm.purchases.ordering import advance_order
from crm.rules.registry import ROOTS
from loyalty.facts import TierLost
from support import joining, labelling, states
from support.models import Ticket
from support.models.tagging import Category
from surveys.asking import triggering
from surveys.asking.occasions import Occasion, occasions
from surveys.models import Invitation, PlannedAsk, Skip, Survey, SurveyVersion, Trigger
from tests.factories.orders import placed_order
from tests.factories.shops import NOON
from tests.factories.surveys import published, survey
from tests.factories.surveys_asked import mailbox, reachable
from tests.factories.tickets import after, agent, ticket

pytestmark = pytest.mark.django_db
DELIVERED, RESOLVED = "crm.order_delivered", "support.ticket_resolved"
FIRST = {"field": "order.is_first", "op": "eq", "value": True}
A_DAY = timedelta(days=1)
Reason = Skip.Reason


@pytest.fixture(autouse=True)
def _mailbox() -> None:
    mailbox()


def trigger(version: SurveyVersion | None = None, *, fact: str = DELIVERED, **more: Any) -> Trigger:
    its = (version or published()).survey
    return Trigger.objects.create(survey=its, fact=fact, **{"delay": 3 * A_DAY, **more})


def delivered(number: str, person: Customer, *, at: datetime = NOON) -> Order:
    order = placed_order(number, customer=person, placed_at=at, at=at)
    advance_order(order, moment="delivered", occurred_at=at, source="api:test", at=at)
    return order


def happen(at: datetime = NOON) -> None:
    """Whoever reacts has reacted, and what is due then is asked."""
    with time_machine.travel(at, tick=False):
        while relay.pump():
            pass
    while triggering.ask_due(at=at):
        pass


def reasons() -> list[str]:
    return list(Skip.objects.order_by("pk").values_list("reason", flat=True))


def test_a_first_delivered_order_asks_and_a_second_does_not() -> None:
    person = reachable()
    trigger(conditions=FIRST, delay=3 * A_DAY)
    first = delivered("o-1", person)
    delivered("o-2", person, at=NOON + 40 * A_DAY)

    happen(NOON + 3 * A_DAY)
    happen(NOON + 43 * A_DAY)

    asked = Invitation.objects.get()
    assert (asked.about_type, asked.about_id, asked.shop) == ("crm.order", first.pk, first.shop)
    assert reasons() == [Reason.CONDITION]


def test_nobody_is_asked_before_its_time() -> None:
    trigger(delay=3 * A_DAY)
    delivered("o-1", reachable())

    happen(NOON + 3 * A_DAY - timedelta(minutes=1))
    assert not Invitation.objects.exists()
    happen(NOON + 3 * A_DAY)
    assert Invitation.objects.get().asked_at == NOON + 3 * A_DAY


def test_what_is_told_twice_asks_once() -> None:
    trigger()
    delivered("o-1", reachable())
    happen(NOON + 3 * A_DAY)
    entry = TimelineEntry.objects.get(kind=DELIVERED)
    triggering.plan([entry])
    happen(NOON + 3 * A_DAY)

    assert (PlannedAsk.objects.count(), Invitation.objects.count(), Message.objects.count()) == (1, 1, 1)


def test_an_order_that_was_cancelled_since_asks_nobody() -> None:
    trigger()
    order = delivered("o-1", reachable())
    Order.objects.filter(pk=order.pk).update(cancelled_at=NOON + A_DAY)
    happen(NOON + 3 * A_DAY)

    assert reasons() == [Reason.CONDITION]


def test_a_trigger_that_ended_meanwhile_asks_nobody() -> None:
    its = trigger()
    delivered("o-1", reachable())
    happen(NOON)
    Trigger.objects.filter(pk=its.pk).update(ended_at=NOON + A_DAY)
    happen(NOON + 3 * A_DAY)

    assert reasons() == [Reason.ENDED]


def test_a_survey_that_is_only_written_asks_nobody() -> None:
    trigger(published(state="retired"))
    delivered("o-1", reachable())
    happen(NOON + 3 * A_DAY)

    assert reasons() == [Reason.ENDED]


def test_what_was_left_lying_for_a_week_asks_nobody() -> None:
    trigger()
    delivered("o-1", reachable())
    happen(NOON)
    happen(NOON + 10 * A_DAY + timedelta(minutes=1))

    assert reasons() == [Reason.TOO_LATE]


def test_two_triggers_at_once_ask_once() -> None:
    trigger(published())
    trigger(published(survey("other")))
    delivered("o-1", reachable())
    happen(NOON + 3 * A_DAY)

    assert Invitation.objects.count() == 1
    assert reasons() == [Reason.ASKED_LATELY]


def test_a_share_is_drawn_and_the_share_is_kept() -> None:
    trigger(probability=Decimal("0.5"))
    for n in range(24):
        delivered(f"o-{n}", reachable())
    happen(NOON + 3 * A_DAY)

    assert Invitation.objects.count() + Skip.objects.count() == 24
    assert 4 < Invitation.objects.count() < 20
    assert set(reasons()) == {Reason.NOT_DRAWN}
    assert {one.probability for one in Invitation.objects.all()} == {Decimal("0.5")}


def test_an_imported_past_asks_nobody() -> None:
    trigger()
    person = reachable()
    told = {"source": "import:x", "occurred_at": NOON, "recorded_at": NOON, "is_history": True}
    timeline.record(person, OrderDelivered(order_number="1"), source_id="1", **told)
    happen(NOON + 3 * A_DAY)

    assert not PlannedAsk.objects.exists()


def test_one_that_fails_does_not_hold_up_the_others() -> None:
    trigger(conditions={"field": "order.gone", "op": "eq", "value": True})
    trigger(published(survey("other")))
    delivered("o-1", reachable())
    happen(NOON + 3 * A_DAY)

    assert Invitation.objects.get().version.survey.slug == "other"
    assert PlannedAsk.objects.get(done_at=None).due_at > NOON + 3 * A_DAY


# ── tickets ──────────────────────────────────────────────────────────────────
@pytest.fixture
def helped() -> Ticket:
    """Somebody wrote, and a colleague helped."""
    trigger(fact=RESOLVED, delay=A_DAY)
    its = ticket(customer=reachable())
    states.move(its, to=Category.RESOLVED, by=agent(), at=after(hours=1))
    its.refresh_from_db()
    return its


def test_a_resolved_ticket_asks_a_day_later(helped: Ticket) -> None:
    happen(after(hours=25))

    asked = Invitation.objects.get()
    assert (asked.about_type, asked.about_id) == ("support.ticket", helped.pk)


def test_a_ticket_that_closed_by_itself_meanwhile_still_asks_once(helped: Ticket) -> None:
    states.close_resolved(at=after(days=8))
    helped.refresh_from_db()
    assert helped.category == Category.CLOSED
    happen(after(days=8))

    assert Invitation.objects.count() == 1


def test_a_ticket_that_nobody_resolved_asks_nobody() -> None:
    trigger(fact=RESOLVED, delay=A_DAY)
    its = ticket(customer=reachable())
    states.move(its, to=Category.RESOLVED, by=None, at=after(hours=1))
    happen(after(hours=25))

    assert reasons() == [Reason.CONDITION]


def test_a_ticket_closed_without_help_is_no_occasion() -> None:
    trigger(fact=RESOLVED, delay=A_DAY)
    states.move(ticket(customer=reachable()), to=Category.CLOSED, by=agent(), at=after(hours=1))
    happen(after(hours=25))

    assert not PlannedAsk.objects.exists()
    assert not Invitation.objects.exists()


def test_a_ticket_that_was_opened_again_asks_nobody(helped: Ticket) -> None:
    states.move(helped, to=Category.OPEN, by=agent(), at=after(hours=3))
    happen(after(hours=25))

    assert reasons() == [Reason.CONDITION]


def test_a_ticket_resolved_again_asks_once_and_of_the_second_time(helped: Ticket) -> None:
    states.move(helped, to=Category.OPEN, by=agent(), at=after(hours=3))
    states.move(helped, to=Category.RESOLVED, by=agent(), at=after(hours=5))
    happen(after(hours=40))

    assert Invitation.objects.count() == 1
    assert reasons() == [Reason.CONDITION]


def test_a_merged_ticket_asks_nobody(helped: Ticket) -> None:
    other = ticket(customer=helped.customer, at=after(days=9), by="email")
    happen(after(hours=2))
    joining.merge(helped, into=other, by=agent(), at=after(hours=3))
    happen(after(hours=25))

    assert reasons() == [Reason.CONDITION]


def test_spam_asks_nobody(helped: Ticket) -> None:
    labelling.add_tag(helped, name="Спам", by=agent(), at=after(hours=2))
    happen(after(hours=25))

    assert reasons() == [Reason.CONDITION]


def test_conditions_of_a_ticket_hold_or_ask_nobody() -> None:
    urgent = {"field": "ticket.priority", "op": "gte", "value": 4}
    trigger(fact=RESOLVED, delay=A_DAY, conditions=urgent)
    states.move(ticket(customer=reachable()), to=Category.RESOLVED, by=agent(), at=after(hours=1))
    happen(after(hours=25))

    assert reasons() == [Reason.CONDITION]


def test_about_a_customer_conditions_are_asked_of_the_customer() -> None:
    russian = {"field": "customer.language", "op": "eq", "value": "ru"}
    version = published(survey("left", budget=Survey.Budget.TRANSACTIONAL))
    its = trigger(version, fact="loyalty.tier_lost", conditions=russian)
    people = [reachable(language="ru"), reachable(language="bg")]
    for person in people:
        told = {"source": "test", "occurred_at": NOON, "recorded_at": NOON}
        timeline.record(
            person,
            TierLost(tier_name="Gold", tier_slug="gold", now_name="", track=""),
            source_id=str(person.pk),
            **told,
        )
    happen(NOON + its.delay)

    assert Invitation.objects.get().customer == people[0]
    assert Skip.objects.get().customer == people[1]


@pytest.mark.parametrize("occasion", occasions(), ids=lambda occasion: occasion.kind)
def test_what_can_be_asked_after_is_a_fact_whose_conditions_can_be_written(occasion: Occasion) -> None:
    assert FACTS[occasion.kind] is occasion.fact
    assert occasion.root in ROOTS
    assert str(occasion.label)
