"""The figures again, from real rows: what test_measures works out by hand is played by the verbs and read back."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from crm.dashboards.dashboard import Figure, Question
from crm.dashboards.periods import Period
from crm.measures.intervals import Share
from crm.models import Call, ChannelAccount, Message
from support import tiles
from support.answering import focusing
from support.figures import Asked, handling, resolutions, responses
from support.measures.waiting import Wait, Waits
from support.models import (
    FocusStretch,
    Holiday,
    Team,
    Ticket,
    TicketCall,
    TicketEvent,
    TicketMessage,
    Topic,
    WorkingInterval,
)
from support.models.tagging import Category
from support.timekeeping import clocks
from tests.factories.customers import CustomerFactory
from tests.factories.orders import placed_order
from tests.factories.shops import UserFactory
from tests.factories.support import SlaPolicyFactory, TicketFactory, calendar_of_weekdays

pytestmark = pytest.mark.django_db

SOFIA = ZoneInfo("Europe/Sofia")
_numbers = count(1)


def at(month: int, day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=SOFIA)


ASKED_AT = at(4, 9, 12)
ASKED = Asked(since=at(2, 1, 0), until=ASKED_AT, at=ASKED_AT)


@pytest.fixture(autouse=True)
def calendars():
    """The shop's, which counts where nothing else is said, and one for the night chat, which never closes."""
    shop = calendar_of_weekdays((9, 13), (14, 18), name="Shop")
    WorkingInterval.objects.create(calendar=shop, weekday=5, opens=time(10), closes=time(14))
    Holiday.objects.create(calendar=shop, on=date(2026, 3, 2), times="9:00–12:00")
    Holiday.objects.create(calendar=shop, on=date(2026, 3, 3))
    night = calendar_of_weekdays((0, 24), name="Night", position=1)
    for weekday in (5, 6):
        WorkingInterval.objects.create(calendar=night, weekday=weekday, opens=time(0), closes=time(0))
    SlaPolicyFactory(
        calendar=night, conditions={"field": "ticket.channel", "op": "eq", "value": "chat"}, position=1
    )


@pytest.fixture
def mailbox():
    return ChannelAccount.objects.create(channel="email", name="Mail", opened_at=at(1, 1, 0))


@pytest.fixture
def agent():
    return UserFactory()


class Desk:
    """Tickets by the verbs of clocks, with the messages that stand in them."""

    def __init__(self, mailbox: ChannelAccount, agent: Any) -> None:
        self.mailbox, self.agent = mailbox, agent

    def opens(self, wrote: datetime, **more: Any) -> Ticket:
        ticket = TicketFactory(opened_at=wrote, last_message_at=wrote, **more)
        self._message(ticket, wrote, direction="in", author_kind="customer", state="received")
        clocks.opened(ticket, at=wrote)
        return ticket

    def writes(self, ticket: Ticket, moment: datetime) -> None:
        self._message(ticket, moment, direction="in", author_kind="customer", state="received")
        clocks.customer_wrote(ticket, at=moment)

    def answers(self, ticket: Ticket, moment: datetime) -> None:
        self._message(
            ticket, moment, direction="out", author_kind="colleague", author=self.agent, state="sent"
        )
        clocks.answered(ticket, at=moment)

    def robot(self, ticket: Ticket, moment: datetime) -> None:
        self._message(ticket, moment, direction="out", author_kind="rule", state="sent")

    def moves(self, ticket: Ticket, category: Category, moment: datetime) -> None:
        ticket.category = category
        ticket.save()
        clocks.state_changed(ticket, at=moment)

    def resolves(self, ticket: Ticket, moment: datetime) -> None:
        ticket.category = Category.RESOLVED
        ticket.save()
        clocks.resolved(ticket, at=moment)

    def reopens(self, ticket: Ticket, moment: datetime) -> None:
        ticket.category = Category.OPEN
        ticket.save()
        clocks.reopened(ticket, at=moment, by_customer=True)
        self.writes(ticket, moment)

    def settles(self, wrote: datetime, answered: datetime, resolved: datetime, **more: Any) -> Ticket:
        ticket = self.opens(wrote, **more)
        self.answers(ticket, answered)
        self.resolves(ticket, resolved)
        return ticket

    def merges(self, ticket: Ticket, into: Ticket, moment: datetime) -> None:
        ticket.merged_into = into
        ticket.save()
        clocks.merged(ticket, into, at=moment)

    def _message(self, ticket: Ticket, moment: datetime, **more: Any) -> None:
        message = Message.objects.create(
            customer=ticket.customer,
            account=self.mailbox,
            identity_kind="email",
            address="person@mail.example",
            source="test",
            source_id=str(next(_numbers)),
            occurred_at=moment,
            recorded_at=moment,
            **more,
        )
        TicketMessage.objects.create(ticket=ticket, message=message, placed_at=moment)


@pytest.fixture
def desk(mailbox, agent):
    return Desk(mailbox, agent)


@pytest.fixture
def eleven(desk):
    """As in test_measures."""
    topics = {slug: Topic.objects.create(slug=slug, names={"en": slug}) for slug in ("delivery", "charge")}
    about = {"topic": topics["delivery"]}

    long = desk.opens(at(2, 27, 12, 30), **about)
    desk.robot(long, at(2, 27, 12, 31))
    desk.writes(long, at(2, 27, 14, 10))
    desk.answers(long, at(3, 2, 9, 20, 15))
    desk.writes(long, at(3, 2, 11, 50))
    desk.answers(long, at(3, 4, 9, 5, 30))
    desk.moves(long, Category.WAITING_CUSTOMER, at(3, 4, 9, 5, 30))
    desk.moves(long, Category.OPEN, at(3, 5, 10, 5, 30))
    desk.writes(long, at(3, 5, 10, 5, 30))
    desk.answers(long, at(3, 5, 10, 30, 30))
    desk.resolves(long, at(3, 5, 10, 35, 30))
    desk.reopens(long, at(3, 9, 15))
    desk.answers(long, at(3, 9, 15, 45))
    desk.resolves(long, at(3, 9, 16))

    desk.settles(at(3, 29, 2, 50), at(3, 29, 4, 5), at(3, 29, 4, 20), channel="chat", **about)

    third = CustomerFactory()
    order = placed_order(customer=third)
    by_mail = desk.opens(at(3, 11, 9), customer=third, **about)
    by_telegram = desk.opens(at(3, 11, 9, 30), customer=third, channel="telegram", **about)
    by_telegram.orders.add(order)
    desk.merges(by_mail, by_telegram, at(3, 11, 9, 40))
    desk.answers(by_telegram, at(3, 11, 10))
    desk.resolves(by_telegram, at(3, 11, 10, 10))

    desk.opens(at(4, 8, 17, 15), **about)

    wordless = desk.opens(at(3, 17, 10), **about)
    desk.resolves(wordless, at(3, 17, 10, 30))

    seventh = {"customer": CustomerFactory(), "topic": topics["charge"]}
    desk.settles(at(3, 18, 10), at(3, 18, 10, 10), at(3, 18, 10, 15), **seventh)
    desk.settles(at(3, 21, 11), at(3, 21, 11, 5), at(3, 21, 11, 10), channel="telegram", **seventh)
    desk.settles(at(4, 1, 9), at(4, 1, 9, 30), at(4, 1, 9, 40), **seventh)

    escalated = desk.opens(at(3, 19, 9), **about)
    desk.answers(escalated, at(3, 19, 14, 30))
    TicketEvent.objects.create(ticket=escalated, kind="teamed", actor=desk.agent, at=at(3, 19, 14, 40))
    desk.resolves(escalated, at(3, 19, 16))

    desk.settles(at(4, 6, 9), at(4, 6, 9, 1), at(4, 6, 9, 5), **about)


def test_rows_give_the_first_responses_of_the_hand(eleven):
    waits = responses(ASKED).first

    assert sorted(waits.waits) == [
        *(Wait(60), Wait(300), Wait(600), Wait(900), Wait(1800, is_over=False), Wait(1800), Wait(3600)),
        *(Wait(13_500, is_over=False), Wait(16_200), Wait(31_815)),
    ]
    assert (waits.median, waits.still_waiting) == (1800, 2)


def test_rows_give_the_responses_of_the_hand_turn_by_turn(eleven):
    each = responses(ASKED).each

    assert sorted(each.waits) == sorted([*responses(ASKED).first.waits, Wait(930), Wait(1500), Wait(2700)])


def test_rows_give_the_resolutions_of_the_hand(eleven):
    found = resolutions(ASKED)

    assert sorted(wait.seconds for wait in found.first.waits) == [
        *(300, 600, 900, 1800, 1800, 2400, 4200, 21_600, 43_530)
    ]
    assert max(wait.seconds for wait in found.last.waits) == 131_400
    assert (found.reopened, found.one_touch, found.at_first_contact) == (
        Share(1, 9),
        Share(8, 9),
        Share(4, 7),
    )


def test_a_period_asks_as_much_however_many_tickets_it_has(desk, eleven):
    def costs() -> list[int]:
        found = []
        for figure in (responses, resolutions, handling):
            with CaptureQueriesContext(connection) as asked:
                figure(ASKED)
            found.append(len(asked))
        return found

    before = costs()
    for minute in range(20):
        desk.settles(at(3, 24, 10, minute), at(3, 24, 11), at(3, 24, 12))

    assert costs() == before
    assert max(before) <= 14


def test_what_happened_outside_of_the_period_is_not_in_it(desk):
    desk.settles(at(1, 30, 10), at(1, 30, 11), at(1, 30, 12))

    assert (responses(ASKED).first.n, resolutions(ASKED).first.n) == (0, 0)


def test_a_second_ticket_after_the_period_still_spoils_the_first_contact(desk):
    customer, topic = CustomerFactory(), Topic.objects.create(slug="t", names={"en": "t"})
    about = {"customer": customer, "topic": topic}
    desk.settles(at(3, 10, 10), at(3, 10, 10, 5), at(3, 10, 11), **about)
    desk.settles(at(3, 12, 10), at(3, 12, 10, 5), at(3, 12, 11), **about)

    asked = Asked(since=at(3, 10, 0), until=at(3, 11, 0), at=ASKED_AT)

    assert resolutions(asked).at_first_contact == Share(0, 1)


class TestHandling:
    def test_it_is_the_focus_on_what_was_resolved_shared_with_what_stood_beside(self, desk, agent):
        team = Team.objects.create(slug="desk", names={"en": "Desk"})
        one = desk.settles(at(3, 18, 9), at(3, 18, 9, 30), at(3, 18, 10), team=team)
        beside = desk.opens(at(3, 18, 9), team=team)
        for second in (0, 15, 30, 45, 60):
            focusing.beat(one, agent=agent, at=at(3, 18, 9, 10) + timedelta(seconds=second))
        for second in (30, 45):
            focusing.beat(beside, agent=agent, at=at(3, 18, 9, 10) + timedelta(seconds=second))

        found = handling(ASKED)

        # 0–30 alone, 30–60 beside the other, 60–75 alone.
        assert found.all == Waits([Wait(60)])
        assert found.by_team == {team.pk: Waits([Wait(60)])}

    def test_work_on_tickets_that_were_merged_is_one_work(self, desk, agent):
        customer = CustomerFactory()
        one, other = (desk.opens(at(3, 18, 9), customer=customer) for _each in range(2))
        focusing.beat(one, agent=agent, at=at(3, 18, 9, 10))
        focusing.beat(other, agent=agent, at=at(3, 18, 9, 20))
        desk.merges(one, other, at(3, 18, 9, 30))
        desk.resolves(other, at(3, 18, 10))

        assert handling(ASKED).all == Waits([Wait(30)])

    def test_a_break_of_more_than_a_minute_begins_a_new_stretch(self, desk, agent):
        ticket = desk.opens(at(3, 18, 9))
        for second in (0, 1, 15, 75, 136):
            focusing.beat(ticket, agent=agent, at=at(3, 18, 9) + timedelta(seconds=second))

        stretches = FocusStretch.objects.order_by("began_at").values_list("began_at", "last_at")
        assert list(stretches) == [
            (at(3, 18, 9), at(3, 18, 9, 1, 15)),
            (at(3, 18, 9, 2, 16), at(3, 18, 9, 2, 16)),
        ]

    def test_a_page_that_asks_for_news_more_often_beats_every_fifteen_seconds_all_the_same(self, desk, agent):
        ticket = desk.opens(at(3, 18, 9))
        for second in range(0, 57, 8):
            focusing.beat(ticket, agent=agent, at=at(3, 18, 9) + timedelta(seconds=second))

        assert FocusStretch.objects.get().last_at == at(3, 18, 9, 0, 48)

    def test_what_nobody_was_seen_to_work_on_has_no_time(self, desk):
        desk.settles(at(3, 18, 9), at(3, 18, 9, 30), at(3, 18, 10))

        assert handling(ASKED).all.n == 0

    def test_talk_on_the_phone_is_added(self, desk, agent):
        ticket = desk.settles(at(3, 18, 9), at(3, 18, 9, 30), at(3, 18, 10))
        focusing.beat(ticket, agent=agent, at=at(3, 18, 9, 20))
        rang(
            ticket,
            desk.mailbox,
            at(3, 18, 9, 10),
            answered=at(3, 18, 9, 11),
            ended=at(3, 18, 9, 13),
            by=agent,
        )

        assert handling(ASKED).all == Waits([Wait(120 + 15)])


def rang(
    ticket: Ticket, account: ChannelAccount, moment: datetime, *, answered: datetime, ended: datetime, by: Any
) -> None:
    call = Call.objects.create(
        account=account,
        external_id=str(next(_numbers)),
        customer=ticket.customer,
        direction="in",
        phone="+359888123456",
        colleague=by,
        rang_at=moment,
        answered_at=answered,
        ended_at=ended,
        recorded_at=moment,
    )
    TicketCall.objects.create(ticket=ticket, call=call, placed_at=moment)


def test_ringing_again_the_next_day_is_a_second_contact(desk, agent):
    topic = Topic.objects.create(slug="t", names={"en": "t"})
    ticket = desk.settles(at(3, 10, 10), at(3, 10, 10, 5), at(3, 10, 11), topic=topic)
    assert resolutions(ASKED).at_first_contact == Share(1, 1)

    rang(ticket, desk.mailbox, at(3, 11, 12), answered=at(3, 11, 12, 1), ended=at(3, 11, 12, 2), by=agent)

    assert resolutions(ASKED).at_first_contact == Share(0, 1)


class TestTiles:
    @pytest.fixture(autouse=True)
    def nothing_is_known_yet(self):
        cache.clear()

    def figures(
        self,
        language: str = "en",
        *,
        reader: Any,
        moment: datetime = ASKED_AT,
        since: date = date(2026, 2, 1),
    ) -> list[Figure]:
        period = Period(since, date(2026, 4, 8))
        question = Question(period=period, reader=reader, at=moment)
        sources = (
            *(tiles.first_answers, tiles.each_answer, tiles.resolution),
            *(tiles.first_contact, tiles.reopened, tiles.handling),
        )
        with timezone.override(SOFIA), override(language):
            found = [source(question) for source in sources]
            for figure in found:
                if figure:
                    assert all(str(words) for words in figure.definition)
            return [figure for figure in found if figure]

    def test_a_house_without_tickets_has_no_tiles_of_the_desk(self, agent):
        assert self.figures(reader=agent) == []

    def test_each_says_its_median_its_interval_and_how_many(self, eleven, agent):
        first, each, resolution, contact, reopened, handled = self.figures(reader=agent)

        assert (first.value, first.basis) == (
            "30 min",
            "median; 95 %: 1 min…8 h 50 min; nine in ten: 8 h 50 min; 10 cases, 2 still wait",
        )
        assert each.value == "30 min"
        assert (resolution.value, resolution.small) == ("30 min", "for the last time: 30 min")
        assert (contact.value, contact.small) == ("4 of 7", "with one answer at most: 8 of 9")
        assert (reopened.value, reopened.change.words) == ("1 of 9", "too early to tell whether it changed")
        assert handled.value == "nobody was seen at work"

    def test_for_some_minutes_they_are_told_again_as_they_were_counted_and_say_as_of_when(
        self, eleven, agent
    ):
        counted, another = self.figures(reader=agent), UserFactory()
        with CaptureQueriesContext(connection) as queries:
            told = self.figures(reader=another, moment=ASKED_AT + timedelta(minutes=3))

        assert told == counted
        assert {figure.as_of for figure in told} == {ASKED_AT}
        assert not queries.captured_queries

    def test_another_period_or_language_is_counted_by_itself(self, eleven, agent):
        first, *_rest = self.figures(reader=agent)

        assert self.figures("ru", reader=agent)[0].title != first.title
        assert self.figures(reader=agent, since=date(2026, 3, 1))[0].table != first.table

    def test_the_numbers_stand_week_by_week(self, eleven, agent):
        first = self.figures(reader=agent)[0]

        assert sum(int(row[1]) for row in first.table.rows) == 10
        assert len(first.table.head) == len(first.table.rows[0]) == 6

    def test_a_period_without_questions_says_so(self, desk, agent):
        desk.settles(at(1, 10, 10), at(1, 10, 11), at(1, 10, 12))

        assert [figure.value for figure in self.figures(reader=agent)] == [
            *("nobody asked", "nobody asked", "nothing was resolved"),
            *("nothing was resolved", "nothing was resolved", "nobody was seen at work"),
        ]

    def test_teams_stand_by_name(self, desk, agent):
        for name in ("Shop floor", "Returns"):
            team = Team.objects.create(slug=name.lower().replace(" ", "-"), names={"en": name})
            ticket = desk.settles(at(3, 18, 9), at(3, 18, 9, 30), at(3, 18, 10), team=team)
            focusing.beat(ticket, agent=UserFactory(), at=at(3, 18, 9, 10))

        handled = self.figures(reader=agent)[-1]

        assert [row[0] for row in handled.table.rows] == ["Returns", "Shop floor"]
        assert handled.value == "15 s"
