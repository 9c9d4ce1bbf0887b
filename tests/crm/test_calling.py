from datetime import timedelta
from itertools import permutations

import pytest
from django.test.utils import CaptureQueriesContext

from crm.channels.base import CallNews
from crm.demo.providers import pushing
from crm.messages import calling
from crm.models import Call, Customer, TimelineEntry
from crm.people.erasure import erase
from tests.factories.channel_accounts import ChannelAccountFactory
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.shops import NOON, UserFactory
from tests.fakes.bringing import bring, work_everything_off

pytestmark = pytest.mark.django_db
VERA = "+359887123101"
STEPS = (
    ("rang", 0, {"line": "+359 2 400 10 10"}),
    ("answered", 9, {"colleague": "201"}),
    ("ended", 189, {"talk_seconds": 180, "recording_url": "https://pbx.example/17.ogg"}),
)
DONE = NOON + timedelta(minutes=30)


@pytest.fixture
def exchange():
    return ChannelAccountFactory(channel="phone")


@pytest.fixture
def iva():
    return UserFactory(email="iva@lipa.example")


def step(name: str, seconds: int = 0, *, number: str = "17", phone: str = VERA, **more) -> CallNews:
    return CallNews(external_id=number, step=name, phone=phone, at=NOON + timedelta(seconds=seconds), **more)


def kinds() -> list[str]:
    return sorted(TimelineEntry.objects.filter(kind__startswith="crm.call_").values_list("kind", flat=True))


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_steps_in_any_order_and_twice_end_in_the_same_call(exchange, iva, order):
    person = IdentityFactory(kind="phone", value=VERA, verified=True).customer

    for position in (*order, *reversed(order)):
        name, seconds, more = STEPS[position]
        calling.hear(exchange, step(name, seconds, **more), at=DONE)

    call = Call.objects.get()
    assert (call.customer, call.colleague, call.state) == (person, iva, Call.State.ENDED)
    assert [call.rang_at, call.answered_at, call.ended_at] == [
        NOON + timedelta(seconds=seconds) for _name, seconds, _more in STEPS
    ]
    assert (call.talk_seconds, call.line, call.recording_url) == (
        180,
        "+359 2 400 10 10",
        "https://pbx.example/17.ogg",
    )
    assert kinds() == ["crm.call_ended", "crm.call_received"]
    assert TimelineEntry.objects.get(kind="crm.call_ended").fact.talk_minutes == 3


def test_what_the_exchange_tells_through_its_door_is_a_call(exchange, iva):
    person = IdentityFactory(kind="phone", value=VERA, verified=True).customer
    for name, seconds, more in STEPS:
        at = NOON + timedelta(seconds=seconds)
        push = pushing.call_step(exchange, number="17", step=name, who="0887 123 101", at=at, **more)
        assert bring(exchange, push) == 200
    work_everything_off(at=DONE)

    call = Call.objects.get()
    assert (call.customer, call.state, call.phone) == (person, Call.State.ENDED, VERA)


def test_a_recording_is_a_web_address_or_nothing(exchange):
    push = pushing.call_step(
        exchange, number="1", step="ended", who=VERA, at=NOON, recording_url="javascript:alert(1)"
    )
    bring(exchange, push)
    work_everything_off(at=DONE)

    assert Call.objects.get().recording_url == ""


def test_a_call_that_nobody_answered_is_missed_once(exchange):
    for name in ("rang", "missed", "missed", "rang"):
        calling.hear(exchange, step(name), at=DONE)

    assert Call.objects.get().state == Call.State.MISSED
    assert kinds() == ["crm.call_missed", "crm.call_received"]


def test_a_call_that_one_desk_missed_and_another_answered_was_answered(exchange):
    for name in ("rang", "answered", "missed", "ended"):
        calling.hear(exchange, step(name), at=DONE)

    assert Call.objects.get().state == Call.State.ENDED
    assert kinds() == ["crm.call_ended", "crm.call_received"]


def test_an_unknown_number_is_somebody_new_and_the_same_person_the_next_time(exchange):
    for number in ("1", "2"):
        calling.hear(exchange, step("rang", number=number), at=DONE)

    first, second = Call.objects.order_by("pk")
    assert first.customer == second.customer is not None
    # A number can be forged by whoever rings: it is not proved by ringing.
    assert first.customer.identities.get().verified_at is None


def test_a_number_that_several_gave_is_nobodys_until_a_colleague_says_whose(exchange):
    people = [IdentityFactory(kind="phone", value=VERA).customer for _one in range(2)]
    call = calling.hear(exchange, step("rang"), at=NOON)

    assert call.customer is None and not kinds()
    assert set(calling.candidates(call)) == set(people) and Customer.objects.count() == 2

    calling.say_who(call, people[0], at=NOON)

    assert kinds() == ["crm.call_received"]
    with pytest.raises(calling.CallBelongsToSomebody):
        calling.say_who(call, people[1], at=NOON)


@pytest.mark.parametrize("phone", ["", "anonymous", "\0", "+" * 400])
def test_a_hidden_number_is_nobodys(exchange, phone):
    call = calling.hear(exchange, step("rang", phone=phone), at=NOON)

    assert call.customer is None and not Customer.objects.exists()
    assert calling.candidates(call) == ()


def test_the_number_of_somebody_who_was_erased_is_not_kept_again(exchange):
    person = IdentityFactory(kind="phone", value=VERA, verified=True).customer
    erase(person, reason="asked", by=UserFactory(), at=NOON)

    call = calling.hear(exchange, step("rang"), at=DONE)

    assert (call.customer, call.phone) == (None, "")
    assert not TimelineEntry.objects.filter(kind="crm.call_received").exists()


def test_a_recording_that_is_ready_later_is_told_later(exchange):
    for more in ({}, {"recording_url": "https://pbx.example/17.ogg"}):
        bring(exchange, pushing.call_step(exchange, number="17", step="ended", who=VERA, at=NOON, **more))
    work_everything_off(at=DONE)

    assert Call.objects.get().recording_url == "https://pbx.example/17.ogg"


def test_what_rings_is_shown_to_the_desk_it_rings_at_and_to_everybody_where_it_has_none(exchange, iva):
    other = UserFactory()
    calling.hear(exchange, step("rang", 1, number="1", colleague="201"), at=NOON)
    calling.hear(exchange, step("rang", number="2"), at=NOON)
    calling.hear(exchange, step("rang", number="3"), at=NOON)
    calling.hear(exchange, step("answered", 5, number="3"), at=NOON)
    calling.hear(exchange, step("rang", number="4", direction="out"), at=NOON)
    soon = NOON + timedelta(seconds=30)

    with CaptureQueriesContext(calling.transaction.get_connection()) as queries:
        mine = calling.ringing_for(iva, at=soon)

    assert [call.external_id for call in mine] == ["1", "2"]
    assert len(queries) == 1
    assert [call.external_id for call in calling.ringing_for(other, at=soon)] == ["2"]
    assert not calling.ringing_for(iva, at=NOON + timedelta(minutes=3))


def test_a_colleague_writes_a_call_down_once(exchange, iva):
    person = CustomerFactory()
    told = {
        "account": exchange, "direction": "out", "phone": VERA, "began_at": NOON, "seconds": 95,
        "note": "Обещахме да върнем парите", "by": iva, "key": "k1", "at": DONE,
    }  # fmt: skip

    first = calling.log_call(person, **told)
    again = calling.log_call(person, **told)

    assert first == again and first.is_manual and first.state == Call.State.ENDED
    assert kinds() == ["crm.call_ended", "crm.call_placed"]
    ended = TimelineEntry.objects.get(kind="crm.call_ended")
    assert (ended.fact.talk_minutes, ended.fact.text, ended.actor) == (2, "Обещахме да върнем парите", iva)


def test_nobody_picked_up_is_no_talk(exchange, iva):
    calling.log_call(
        CustomerFactory(), account=exchange, direction="in", phone=VERA, began_at=NOON, seconds=0, note="",
        by=iva, key="k2", at=DONE,
    )  # fmt: skip

    assert Call.objects.get().state == Call.State.MISSED
    assert kinds() == ["crm.call_missed", "crm.call_received"]
