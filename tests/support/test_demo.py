"""The demo's chapter about the desk: what an agent finds in the morning is there, once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.demo import channels, company, plots
from crm.demo.characters import VERA
from crm.models import Customer, Identity, Message
from support.demo import desk, stories
from support.models import Clock, Ticket
from tests.factories.customers import CustomerFactory, IdentityFactory

pytestmark = pytest.mark.django_db


def silent(what: str, done: int, total: int) -> None:
    pass


@pytest.fixture
def told() -> None:
    now = timezone.now()
    stage = company.build()
    plots.tell(stage, now=now)
    for language in ("bg", "ru", "en"):
        for n in range(12):
            someone = CustomerFactory(language=language)
            IdentityFactory(customer=someone, kind="email", value=f"{language}{n}@example.org")
            IdentityFactory(customer=someone, kind="phone", value=f"+3598870{ord(language[0]):03d}{n:02d}")
    channels.open_accounts(channels.StandIns(url="http://127.0.0.1:9", smtp_port=9), at=now)
    stories.tell(desk.open_desk(stage, now=now), now=now, progress=silent)


def vera() -> Customer:
    return Identity.objects.get(kind="external", value=str(VERA.number)).customer


def test_vera_wrote_twice_on_two_channels_and_it_is_one_conversation(told):
    ticket = Ticket.objects.get(customer=vera())

    words = Message.objects.filter(place__ticket=ticket).order_by("occurred_at")
    assert [(one.account.channel, one.direction) for one in words] == [("email", "in"), ("telegram", "in")]
    assert (ticket.assignee.name, ticket.channel, ticket.first_answered_at) == (
        "Ива Маринова",
        "telegram",
        None,
    )
    assert ticket.orders.get() == vera().orders.latest("placed_at")


def test_the_morning_has_something_in_every_state_and_one_clock_ran_out(told):
    states = set(Ticket.objects.values_list("category", flat=True))

    assert states >= {"new", "open", "waiting_customer", "waiting_us", "resolved"}
    assert Ticket.objects.filter(snoozed_until__gt=timezone.now()).count() == 1
    assert Ticket.objects.overdue(timezone.now()).exists()
    assert Clock.objects.exists()


def test_nothing_of_the_past_is_sent_now(told):
    assert not Message.objects.filter(direction="out").exclude(state="sent").exists()


def test_told_again_it_changes_nothing(told):
    before = Message.objects.count(), Ticket.objects.count()

    stories.tell(desk.open_desk(company.build(), now=timezone.now()), now=timezone.now(), progress=silent)
    desk.open_desk(company.build(), now=timezone.now() + timedelta(minutes=5))

    assert (Message.objects.count(), Ticket.objects.count()) == before
