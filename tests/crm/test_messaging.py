"""The house writes to somebody by one verb: a row first; and by itself only where, when and how often it may."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from crm import company
from crm.channels.base import Letter, NotTaken
from crm.company import Company
from crm.consents import consenting
from crm.errors import PersonErased
from crm.messages import messaging, notice_texts, preferred_channel, sending
from crm.messages.messaging import NothingToSay
from crm.messages.notifying import Notified, WhyNot, notify, send_another_way
from crm.messages.preferred_channel import Habit
from crm.models import ChannelAccount, Customer, Message
from crm.notices import UnknownNotice, notice_named
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.paper_channels import Paper, PaperAccountFactory, paper_channels
from tests.factories.shops import NOON, ShopFactory, UserFactory

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# 23:00 in Sofia.
NIGHT = NOON.replace(hour=21)
MORNING = (NOON + DAY).replace(hour=7)
FIGURES = {"order.number": "LP-1", "order.total": "42,60 €"}


@pytest.fixture
def papers() -> Iterator[dict[str, Paper]]:
    with paper_channels() as papers:
        ShopFactory(region="BG")
        yield papers


def account(channel: str = "email", **more: Any) -> ChannelAccount:
    return PaperAccountFactory(channel=channel, **more)


def somebody(*channels: str, **more: Any) -> Customer:
    anna = CustomerFactory(**{"language": "bg", "given_name": "Елена", **more})
    for kind in channels:
        IdentityFactory(customer=anna, kind=kind, **ADDRESSES[kind])
    return anna


ADDRESSES: dict[str, dict[str, Any]] = {
    "email": {"value": "elena@mail.example"},
    "phone": {"value": "+359888123456"},
    "telegram": {"value": "77", "evidence": "message", "verified_at": NOON},
    "viber": {"value": "viber-77", "evidence": "message", "verified_at": NOON},
    "chat": {"value": "a" * 32, "evidence": "message", "verified_at": NOON},
}


def tell(customer: Customer, notice: str = "order_paid", **more: Any) -> Notified:
    told = {"figures": FIGURES, "source": "test", "source_id": "1", "at": NOON, **more}
    return notify(customer, notice, **told)


def gift(customer: Customer, number: int = 1, at: datetime = NOON) -> Notified:
    return tell(customer, "birthday_gift", figures={"gift.name": "200"}, source_id=f"gift-{number}", at=at)


def written(customer: Customer, **more: Any) -> Message:
    told = tell(customer, **more).message
    assert told
    return told


def agree(customer: Customer, channel: str, at: datetime = NOON - DAY) -> None:
    consenting.give(customer, purpose="advertising", channel=channel, source="agent", occurred_at=at, at=NOON)


def switched_on(name: str) -> None:
    notice_texts.switch(notice_named(name), on=True, by=UserFactory(), at=NOON)


def exchanged(customer: Customer, its: ChannelAccount, *, answered: bool, times: int, address: str) -> None:
    for number in range(times):
        at = NOON - timedelta(days=60 - number * 5)
        told: dict[str, Any] = {"customer": customer, "account": its, "address": address, "source": "past"}
        common = {**told, "identity_kind": "email", "text": "…", "recorded_at": at}
        Message.objects.create(
            **common,
            direction="out",
            author_kind="rule",
            state="sent",
            occurred_at=at,
            source_id=f"{its.pk}:{number}:out",
        )
        if answered:
            Message.objects.create(
                **common,
                direction="in",
                author_kind="customer",
                state="received",
                occurred_at=at + HOUR,
                source_id=f"{its.pk}:{number}:in",
            )


# ── write ────────────────────────────────────────────────────────────────────


def write(customer: Customer, its: ChannelAccount, **more: Any) -> Message:
    told = {"to": "elena@mail.example", "text": "Здравейте", "source": "test", "source_id": "1", "at": NOON}
    return messaging.write(customer, account=its, **{**told, **more})


@pytest.mark.django_db
def test_a_message_is_written_once_however_often_it_is_asked_for(papers: dict[str, Paper]) -> None:
    anna, its = somebody("email"), account()

    assert write(anna, its) == write(anna, its, text="something else")
    assert Message.objects.count() == 1


@pytest.mark.django_db
def test_nothing_is_no_message(papers: dict[str, Paper]) -> None:
    with pytest.raises(NothingToSay):
        write(somebody("email"), account(), text=" \n\0 ")


@pytest.mark.django_db
def test_nobody_writes_to_somebody_who_was_erased(papers: dict[str, Paper]) -> None:
    with pytest.raises(PersonErased):
        write(somebody(erased_at=NOON), account())


@pytest.mark.django_db
def test_a_message_is_taken_back_until_somebody_began_to_send_it(papers: dict[str, Paper]) -> None:
    anna, its = somebody("email"), account()
    first, second = write(anna, its), write(anna, its, source_id="2", send_at=NOON + HOUR)
    sending.send_next(at=NOON)

    assert not messaging.cancel(first, at=NOON)
    assert messaging.cancel(second, at=NOON)
    assert sending.send_next(at=NOON + HOUR) is None


# ── notify: once, and whether ────────────────────────────────────────────────


@pytest.mark.django_db
def test_a_notice_is_said_in_the_persons_language(papers: dict[str, Paper]) -> None:
    account()
    message = written(somebody("email"))

    assert message.subject == "Поръчка LP-1 е платена"
    assert message.text.startswith("Елена!")
    assert (message.language, message.notice, message.purpose) == ("bg", "order_paid", "service")


@pytest.mark.django_db
def test_who_has_no_name_is_greeted_without_one(papers: dict[str, Paper]) -> None:
    account()

    assert written(somebody("email", given_name="")).text.startswith("Добър ден!")


@pytest.mark.django_db
def test_a_notice_goes_out_once_however_often_its_event_repeats(papers: dict[str, Paper]) -> None:
    account()
    anna = somebody("email")

    assert len({written(anna).pk for _time in range(5)}) == 1
    sending.send_next(at=NOON)
    sending.send_next(at=NOON)
    assert len(papers["email"].letters) == 1


@pytest.mark.django_db
def test_who_gave_no_address_is_not_written_to(papers: dict[str, Paper]) -> None:
    account()

    assert tell(somebody()).why_not == WhyNot.NO_WAY
    assert tell(somebody("telegram")).why_not == WhyNot.NO_WAY


@pytest.mark.django_db
def test_a_notice_that_is_switched_off_does_not_go_out(papers: dict[str, Paper]) -> None:
    account()
    notice_texts.switch(notice_named("order_paid"), on=False, by=UserFactory(), at=NOON)

    assert tell(somebody("email")).why_not == WhyNot.SWITCHED_OFF


@pytest.mark.django_db
def test_what_a_text_cannot_do_without_blocks_it(papers: dict[str, Paper]) -> None:
    account()

    assert tell(somebody("email"), figures={"order.number": "LP-1"}).why_not == WhyNot.VALUE_MISSING
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_who_was_erased_hears_nothing(papers: dict[str, Paper]) -> None:
    account()

    assert tell(somebody("email", erased_at=NOON)).why_not == WhyNot.ERASED


@pytest.mark.django_db
def test_there_are_no_notices_but_those_that_are_listed(papers: dict[str, Paper]) -> None:
    with pytest.raises(UnknownNotice):
        tell(somebody("email"), "spam")


@pytest.mark.django_db
def test_advertising_needs_a_consent_for_its_channel(papers: dict[str, Paper]) -> None:
    account()
    account("sms")
    switched_on("birthday_gift")
    anna = somebody("email", "phone")
    assert gift(anna).why_not == WhyNot.NO_CONSENT
    agree(anna, "sms")
    told = gift(anna).message

    assert told
    assert told.account.channel == "sms"


@pytest.mark.django_db
def test_advertising_comes_at_most_so_often_in_seven_days(papers: dict[str, Paper], settings: Any) -> None:
    settings.ADVERTISING_PER_WEEK = 2
    account()
    switched_on("birthday_gift")
    anna = somebody("email")
    agree(anna, "email")

    found = [gift(anna, number, NOON + number * DAY).why_not for number in range(9)]

    assert found == [None, None, *[WhyNot.TOO_OFTEN] * 5, None, None]


@pytest.mark.django_db
def test_the_company_says_how_often_and_when_it_is_quiet(papers: dict[str, Paper], settings: Any) -> None:
    settings.ADVERTISING_PER_WEEK = 2
    account("sms")
    switched_on("birthday_gift")
    anna = somebody("phone")
    agree(anna, "sms")
    company.remember(Company(quiet_from_hour=11, quiet_until_hour=15, own_advertising_per_week=1))
    try:
        found = [gift(anna, number, NOON + number * DAY) for number in range(2)]
    finally:
        company.forget()

    assert found[0].message
    assert found[0].message.send_at == NOON.replace(hour=13)
    assert found[1].why_not == WhyNot.TOO_OFTEN


# ── notify: by which way ─────────────────────────────────────────────────────


def chosen(customer: Customer, **more: Any) -> str:
    return written(customer, **more).account.channel


@pytest.mark.django_db
def test_an_answer_goes_where_they_wrote(papers: dict[str, Paper]) -> None:
    account()
    telegram = account("telegram")
    anna = somebody("email", "telegram", preferred_channel="email")
    question = Message.objects.create(
        customer=anna,
        account=telegram,
        direction="in",
        author_kind="customer",
        state="received",
        identity_kind="telegram",
        address="77",
        text="?",
        source="x",
        source_id="x",
        occurred_at=NOON,
        recorded_at=NOON,
        thread="77",
    )

    answer = written(anna, answers=question)

    assert (answer.account, answer.thread, answer.in_reply_to) == (telegram, "77", question)


@pytest.mark.django_db
@pytest.mark.parametrize(("declared", "channel"), [("email", "email"), ("phone", "sms"), ("viber", "viber")])
def test_what_they_declared_comes_first(papers: dict[str, Paper], declared: str, channel: str) -> None:
    for name in ("email", "sms", "telegram", "viber"):
        account(name)

    assert chosen(somebody("email", "phone", "telegram", "viber", preferred_channel=declared)) == channel


@pytest.mark.django_db
def test_otherwise_where_they_are_seen_to_answer(papers: dict[str, Paper]) -> None:
    mail, viber = account(), account("viber")
    account("telegram")
    anna = somebody("email", "telegram", "viber")
    exchanged(anna, mail, answered=False, times=5, address="elena@mail.example")
    exchanged(anna, viber, answered=True, times=3, address="viber-77")

    assert preferred_channel.learned(anna) == "viber"
    assert chosen(anna) == "viber"
    habits = preferred_channel.habits_of({anna.pk: [anna.pk]})
    assert habits == {anna.pk: Habit(channel="viber", answers=3, sent=3)}


@pytest.mark.django_db
def test_otherwise_the_surest_comes_first(papers: dict[str, Paper]) -> None:
    for name in ("email", "sms", "telegram"):
        account(name)

    assert chosen(somebody("email", "phone", "telegram")) == "telegram"
    assert chosen(somebody("email", "phone"), source_id="2") == "email"


@pytest.mark.django_db
def test_a_bot_cannot_begin_and_a_closed_window_hears_nothing(papers: dict[str, Paper]) -> None:
    for name in ("telegram", "chat", "phone"):
        account(name)
    typed = CustomerFactory()
    IdentityFactory(customer=typed, kind="telegram", value="elena_p")

    assert tell(typed).why_not == WhyNot.NO_WAY
    assert tell(somebody("chat", "phone")).why_not == WhyNot.NO_WAY


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["+78005553535", "+359888123456;ext=12", "+35929876543"])
def test_no_sms_goes_to_what_cannot_read(papers: dict[str, Paper], number: str) -> None:
    account("sms")
    anna = CustomerFactory()
    IdentityFactory(customer=anna, kind="phone", value=number)

    assert tell(anna).why_not == WhyNot.NO_WAY


@pytest.mark.django_db
def test_where_nothing_arrives_nothing_is_sent_until_they_write_from_there(papers: dict[str, Paper]) -> None:
    mail = account()
    anna = somebody("email")
    dead = write(anna, mail, source_id="dead")
    Message.objects.filter(pk=dead.pk).update(state="failed", is_address_dead=True)
    assert tell(anna).why_not == WhyNot.NO_WAY

    exchanged(anna, mail, answered=True, times=13, address="elena@mail.example")
    assert chosen(anna) == "email"


@pytest.mark.django_db
def test_an_sms_says_the_short_words(papers: dict[str, Paper]) -> None:
    account("sms")
    message = written(somebody("phone"))

    assert message.text == message.short_text == "Veren: поръчка LP-1 е платена, 42,60 €."


# ── notify: when ─────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_a_telephone_does_not_ring_at_night_and_a_mail_wakes_nobody(papers: dict[str, Paper]) -> None:
    account("sms")
    account()

    assert written(somebody("phone"), at=NIGHT).send_at == MORNING
    assert written(somebody("email"), at=NIGHT, source_id="2").send_at == NIGHT


@pytest.mark.django_db
def test_advertising_keeps_to_the_day_by_mail_too(papers: dict[str, Paper]) -> None:
    account()
    switched_on("birthday_gift")
    anna = somebody("email")
    agree(anna, "email")
    told = gift(anna, at=NIGHT).message

    assert told
    assert told.send_at == MORNING


@pytest.mark.django_db
def test_morning_comes_on_the_persons_own_clock(papers: dict[str, Paper]) -> None:
    account("sms")
    lisbon = somebody("phone", time_zone="Europe/Lisbon")

    assert written(lisbon, at=NIGHT).send_at == MORNING + 2 * HOUR


# ── another way ──────────────────────────────────────────────────────────────


def refuse(letter: Letter) -> None:
    raise NotTaken("no such mailbox", is_address_dead=True)


@pytest.mark.django_db
def test_a_notice_that_did_not_arrive_goes_another_way_once(papers: dict[str, Paper]) -> None:
    account()
    account("sms")
    anna = somebody("email", "phone")
    message = written(anna)
    papers["email"].fails = papers["sms"].fails = refuse
    sending.send_next(at=NOON)
    message.refresh_from_db()

    other = send_another_way(message, at=NOON)
    assert other == send_another_way(message, at=NOON)
    assert other
    assert (other.account.channel, other.instead_of, other.text) == ("sms", message, message.short_text)
    sending.send_next(at=NOON)
    other.refresh_from_db()
    assert other.state == "failed"
    assert send_another_way(other, at=NOON) is None


@pytest.mark.django_db
def test_advertising_goes_another_way_only_with_a_consent_for_it(papers: dict[str, Paper]) -> None:
    account()
    account("sms")
    switched_on("birthday_gift")
    anna = somebody("email", "phone")
    agree(anna, "email")
    message = gift(anna).message
    assert message
    papers["email"].fails = refuse
    sending.send_next(at=NOON)
    message.refresh_from_db()

    assert message.state == "failed"
    assert send_another_way(message, at=NOON) is None


@pytest.mark.django_db
def test_what_a_colleague_wrote_stays_with_the_colleague(papers: dict[str, Paper]) -> None:
    account("sms")
    anna, its = somebody("email", "phone"), account()
    message = write(anna, its, author=UserFactory())
    papers["email"].fails = refuse
    sending.send_next(at=NOON)
    message.refresh_from_db()

    assert send_another_way(message, at=NOON) is None


# ── whatever happens, no advertising leaves without a consent ────────────────

CHANNELS = ("email", "sms", "telegram")
STEPS = st.one_of(
    st.tuples(st.just("give"), st.sampled_from(["", *CHANNELS])),
    st.tuples(st.just("withdraw"), st.sampled_from(["", *CHANNELS])),
    st.tuples(st.just("processing"), st.sampled_from(["give", "withdraw"])),
    st.tuples(st.just("gift"), st.just("")),
    st.tuples(st.just("send"), st.just("")),
    st.tuples(st.just("break"), st.sampled_from(CHANNELS)),
)


class AdvertisingTest(TestCase):
    @settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
    @given(steps=st.lists(STEPS, max_size=12))
    def test_whatever_the_sequence_no_advertising_leaves_without_a_consent(self, steps: list[Any]) -> None:
        with paper_channels() as papers:
            _Life(papers).live(steps)


class _Life:
    """A person who changes their mind, and a house that would like to send gifts; each step an hour after the last."""

    def __init__(self, papers: dict[str, Paper]) -> None:
        ShopFactory(region="BG")
        for channel in CHANNELS:
            account(channel)
            papers[channel].fails = lambda letter, channel=channel: self._leaves(channel)  # type: ignore[misc]
        switched_on("birthday_gift")
        self.anna = somebody("email", "phone", "telegram", time_zone="UTC")
        self.at, self.broken, self.left = NOON - 2 * DAY, set[str](), 0

    def live(self, steps: list[Any]) -> None:
        for number, (step, what) in enumerate(steps):
            self.at += timedelta(minutes=10)
            getattr(self, f"_{step}")(what, number)
        self._send("", 0)

    def _say(self, decision: str, purpose: str, channel: str) -> None:
        say = consenting.give if decision == "give" else consenting.withdraw
        say(self.anna, purpose=purpose, channel=channel, source="page", occurred_at=self.at, at=self.at)

    def _give(self, channel: str, _number: int) -> None:
        self._say("give", "advertising", channel)

    def _withdraw(self, channel: str, _number: int) -> None:
        self._say("withdraw", "advertising", channel)

    def _processing(self, decision: str, _number: int) -> None:
        self._say(decision, "processing", "")

    def _gift(self, _what: str, number: int) -> None:
        gift(self.anna, number, self.at)

    def _break(self, channel: str, _number: int) -> None:
        self.broken.add(channel)

    def _send(self, _what: str, _number: int) -> None:
        while message := sending.send_next(at=self.at):
            message.refresh_from_db()
            send_another_way(message, at=self.at)

    def _leaves(self, channel: str) -> None:
        assert consenting.may(self.anna, purpose="advertising", channel=channel)
        if channel in self.broken:
            raise NotTaken("blocked")
