"""Which promise of service a ticket has, and the forms in which calendars and promises are written."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from support.models import Calendar, Holiday, SlaPolicy, Ticket, Topic, WorkingInterval
from support.timekeeping.business_time import Hours, NeverOpens, UnusableHours, is_open
from support.timekeeping.calendar_days import add_public_holidays
from support.timekeeping.deadlines import Kind
from support.timekeeping.opening_times import read_times
from support.timekeeping.policies import terms_for
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty import MemberFactory
from tests.factories.loyalty_rules import holds_tier, ladder
from tests.factories.shops import NOON, ShopFactory, UserFactory
from tests.factories.support import SlaPolicyFactory, TicketFactory, calendar_of_weekdays

pytestmark = pytest.mark.django_db


def asks(field: str, value: object, op: str = "eq") -> dict[str, object]:
    return {"field": field, "op": op, "value": value}


def minutes_promised(ticket: Ticket) -> float | None:
    target = terms_for(ticket, at=NOON).targets.get(Kind.FIRST_RESPONSE)
    return target / timedelta(minutes=1) if target else None


class TestWhichPromiseCounts:
    def test_the_first_that_fits_by_position(self):
        SlaPolicyFactory(position=2, first_response_minutes=240)
        SlaPolicyFactory(position=1, conditions=asks("ticket.channel", "chat"), first_response_minutes=1)

        assert minutes_promised(TicketFactory(channel="chat")) == 1
        assert minutes_promised(TicketFactory(channel="email")) == 240

    def test_one_that_ended_counts_no_longer(self):
        SlaPolicyFactory(first_response_minutes=60, ended_at=NOON)

        assert minutes_promised(TicketFactory()) is None

    @pytest.mark.parametrize(
        ("field", "op", "value", "fits"),
        [
            ("ticket.priority", "gte", 3, {"priority": 4}),
            ("ticket.language", "eq", "bg", {"language": "bg"}),
            ("ticket.state", "eq", "new", {"category": "new"}),
            ("ticket.subject", "contains", "посылка", {"subject": "Где моя ПОСЫЛКА"}),
            ("customer.language", "eq", "ru", {}),
        ],
    )
    def test_it_is_asked_about_the_ticket_and_its_customer(self, field, op, value, fits):
        SlaPolicyFactory(conditions=asks(field, value, op), first_response_minutes=15)

        assert minutes_promised(TicketFactory(**fits)) == 15
        other = {"priority": 1, "language": "en", "category": "open", "subject": "Обмен"}
        assert minutes_promised(TicketFactory(**other, customer=CustomerFactory(language="en"))) is None

    def test_it_is_asked_about_topic_and_shop(self):
        topic, shop = Topic.objects.create(slug="returns", names={"en": "Returns"}), ShopFactory()
        tree = {"all": [asks("ticket.topic", topic.pk), asks("ticket.shop", shop.pk)]}
        SlaPolicyFactory(conditions=tree, first_response_minutes=15)

        assert minutes_promised(TicketFactory(topic=topic, shop=shop)) == 15
        assert minutes_promised(TicketFactory(topic=topic)) is None

    def test_members_of_a_tier_are_promised_more(self):
        member = MemberFactory()
        tier = ladder(member.programme)["gold"]
        holds_tier(member, tier)
        SlaPolicyFactory(conditions=asks("member.tier", tier.slug), first_response_minutes=5)

        assert minutes_promised(TicketFactory(customer=member.customer)) == 5
        assert minutes_promised(TicketFactory()) is None

    def test_python_and_the_database_fit_the_same_tickets(self):
        from crm import rules

        tree = {"any": [asks("ticket.priority", 4), asks("customer.language", "bg")]}
        urgent, plain = TicketFactory(priority=4), TicketFactory()
        where = rules.where(tree, "ticket", at=NOON, clock=UTC)

        assert list(Ticket.objects.filter(where)) == [urgent]
        assert not rules.holds(tree, "ticket", plain, at=NOON, clock=UTC)

    def test_the_first_calendar_counts_where_no_promise_names_one(self):
        calendar_of_weekdays((0, 24), name="Chat", position=2)
        first = calendar_of_weekdays((9, 18), name="Shop", position=1)

        assert terms_for(TicketFactory(), at=NOON).calendar == first


class TestCalendars:
    def test_rows_are_read_as_hours(self):
        calendar = calendar_of_weekdays((14, 18), (9, 13))
        Holiday.objects.create(calendar=calendar, on=date(2026, 3, 3))
        Holiday.objects.create(calendar=calendar, on=date(2026, 3, 4), times="10:00–12:00, 13.30 - 24:00")

        hours = calendar.hours()

        assert hours.of(date(2026, 3, 2)) == [Hours(time(9), time(13)), Hours(time(14), time(18))]
        assert hours.of(date(2026, 3, 3)) == ()
        assert hours.of(date(2026, 3, 4)) == (Hours(time(10), time(12)), Hours(time(13, 30), time(0)))
        assert is_open(hours, datetime(2026, 3, 4, 21, 59, tzinfo=UTC))

    def test_one_that_never_opens_is_refused(self):
        with pytest.raises(NeverOpens):
            Calendar.objects.create(name="Closed").hours()

    @pytest.mark.parametrize(
        "typed", ["9-", "25:00–26:00", "18:00–9:00", "9:00–12:00, 11:00–13:00", "closed"]
    )
    def test_hours_that_cannot_be_read_are_refused(self, typed):
        with pytest.raises(UnusableHours):
            read_times(typed)
        with pytest.raises(ValidationError):
            Holiday(calendar=calendar_of_weekdays((9, 18)), on=date(2026, 3, 3), times=typed).full_clean()

    def test_a_zone_that_does_not_exist_is_refused(self):
        with pytest.raises(ValidationError):
            Calendar(name="Moon", time_zone="Moon/Tranquility").full_clean()

    def test_public_holidays_are_put_in_once_and_leave_what_stands(self):
        calendar = calendar_of_weekdays((9, 18))
        Holiday.objects.create(calendar=calendar, on=date(2026, 12, 24), times="9:00–13:00")

        assert add_public_holidays(calendar, country="BG", years=[2026]) > 10
        assert add_public_holidays(calendar, country="BG", years=[2026]) == 0
        assert calendar.holidays.get(on=date(2026, 12, 24)).times == "9:00–13:00"
        assert calendar.holidays.filter(on=date(2026, 3, 3), times="").exists()


def colleague(role: str) -> Client:
    user = UserFactory()
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def manager() -> Client:
    return colleague("manager")


CALENDARS, POLICIES = "/admin/support/calendar/", "/admin/support/slapolicy/"


def calendar_typed(*hours: tuple[int, str, str], **more: str) -> dict[str, str]:
    typed = {
        "name": "Shop",
        "time_zone": "Europe/Sofia",
        "position": "0",
        "holidays_of": "",
        **{f"intervals-{name}": value for name, value in _counts(len(hours)).items()},
        **{f"holidays-{name}": value for name, value in _counts(0).items()},
        **more,
    }
    for row, (weekday, opens, closes) in enumerate(hours):
        typed |= {
            f"intervals-{row}-weekday": str(weekday),
            f"intervals-{row}-opens": opens,
            f"intervals-{row}-closes": closes,
        }
    return typed


def _counts(total: int) -> dict[str, str]:
    return {
        "TOTAL_FORMS": str(total),
        "INITIAL_FORMS": "0",
        "MIN_NUM_FORMS": "0",
        "MAX_NUM_FORMS": "1000",
    }


class TestForms:
    def test_a_manager_writes_a_calendar_with_split_shifts_and_public_holidays(self, manager):
        typed = calendar_typed((0, "09:00", "13:00"), (0, "14:00", "18:00"), holidays_of="BG")

        answer = manager.post(CALENDARS + "add/", typed)

        assert answer.status_code == 302
        calendar = Calendar.objects.get(name="Shop")
        assert calendar.intervals.count() == 2
        year = timezone.localdate().year
        assert calendar.holidays.filter(on__year=year).exists()
        assert calendar.holidays.filter(on__year=year + 1).exists()
        assert calendar.changed_at is not None

    @pytest.mark.parametrize(
        "hours",
        [
            (),
            ((0, "09:00", "13:00"), (0, "12:00", "18:00")),
            ((0, "18:00", "09:00"),),
        ],
    )
    def test_hours_that_make_no_calendar_are_refused(self, manager, hours):
        answer = manager.post(CALENDARS + "add/", calendar_typed(*hours))

        assert answer.status_code == 200
        assert not Calendar.objects.exists()

    def test_a_manager_writes_a_promise_with_conditions(self, manager):
        tree = {"all": [asks("ticket.channel", "chat")]}
        typed = {
            "name": "Chat",
            "position": "1",
            "conditions": json.dumps(tree),
            "first_response_minutes": "1",
        }

        answer = manager.post(POLICIES + "add/", typed)

        assert answer.status_code == 302
        assert SlaPolicy.objects.get().conditions == tree

    def test_conditions_about_what_no_ticket_has_are_refused(self, manager):
        tree = {"all": [asks("order.net", "5")]}
        typed = {"name": "Chat", "position": "1", "conditions": json.dumps(tree)}

        answer = manager.post(POLICIES + "add/", typed)

        assert answer.status_code == 200
        assert not SlaPolicy.objects.exists()

    @pytest.mark.parametrize("minutes", ["0", "-5", "527041"])
    def test_a_promise_is_of_a_minute_to_a_year(self, manager, minutes):
        typed = {
            "name": "Chat",
            "position": "1",
            "conditions": '{"all": []}',
            "first_response_minutes": minutes,
        }

        assert manager.post(POLICIES + "add/", typed).status_code == 200
        assert not SlaPolicy.objects.exists()

    def test_the_list_says_for_which_tickets_in_words(self, manager):
        SlaPolicyFactory(name="Urgent ones", conditions=asks("ticket.priority", 3, "gte"))

        page = manager.get(POLICIES).content.decode()

        assert "Priority of the ticket" in page

    def test_the_editor_knows_the_fields_of_tickets(self, manager):
        page = manager.get(POLICIES + "add/").content.decode()

        assert "data-conditions" in page
        assert "ticket.channel" in page

    @pytest.mark.parametrize("path", [CALENDARS, POLICIES])
    def test_the_lists_ask_as_much_however_long_they_are(self, manager, path):
        def costs() -> int:
            with CaptureQueriesContext(connection) as asked:
                assert manager.get(path).status_code == 200
            return len(asked)

        def more(count: int) -> None:
            for number in range(count):
                name = f"{count}-{number}"
                calendar = calendar_of_weekdays((9, 18), name=name)
                Holiday.objects.create(calendar=calendar, on=timezone.localdate() + timedelta(days=1))
                SlaPolicyFactory(name=name, calendar=calendar, conditions=asks("ticket.channel", "chat"))

        more(2)
        before = costs()
        more(10)

        assert costs() == before

    @pytest.mark.parametrize(
        ("role", "sees", "writes"),
        [
            ("manager", 200, 200),
            ("team lead", 200, 403),
            ("agent", 403, 403),
            ("cashier", 403, 403),
        ],
    )
    def test_managers_write_what_team_leads_may_read(self, role, sees, writes):
        client = colleague(role)

        for path in (CALENDARS, POLICIES):
            assert client.get(path).status_code == sees
            assert client.get(path + "add/").status_code == writes

    def test_what_clocks_were_counted_by_is_not_deleted(self, manager):
        calendar, policy = calendar_of_weekdays((9, 18)), SlaPolicyFactory()

        assert manager.post(f"{CALENDARS}{calendar.pk}/delete/", {"post": "yes"}).status_code == 403
        assert manager.post(f"{POLICIES}{policy.pk}/delete/", {"post": "yes"}).status_code == 403

    def test_hours_are_kept_when_a_calendar_is_saved_again(self, manager):
        calendar = calendar_of_weekdays((9, 18))

        page = manager.get(f"{CALENDARS}{calendar.pk}/change/").content.decode()

        assert 'value="09:00"' in page
        assert WorkingInterval.objects.filter(calendar=calendar).count() == 5
