"""The figures of a week go once to each colleague who asked for them."""

from __future__ import annotations

import smtplib
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core import mail
from django.urls import reverse

from crm.dashboards.narrowing import EVERYBODY, Narrowed
from crm.digest import links, sending, subscribing
from crm.digest.weeks import period_of_week, week_to_tell
from crm.models import DigestSubscription
from tests.factories.customers import CustomerFactory
from tests.factories.orders import placed_order
from tests.factories.shops import UserFactory

pytestmark = pytest.mark.django_db

SUNDAY = datetime(2026, 11, 22, 12, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _company_on_universal_time(settings):
    settings.TIME_ZONE = "UTC"


def manager(**more):
    colleague = UserFactory(**more)
    colleague.groups.add(Group.objects.get(name="manager"))
    return colleague


@pytest.mark.parametrize(
    ("now", "monday"),
    [
        (datetime(2026, 11, 22, 23, 59, tzinfo=UTC), date(2026, 11, 9)),
        (datetime(2026, 11, 23, 7, 59, tzinfo=UTC), date(2026, 11, 9)),
        (datetime(2026, 11, 23, 8, 0, tzinfo=UTC), date(2026, 11, 16)),
        (datetime(2026, 11, 29, 12, 0, tzinfo=UTC), date(2026, 11, 16)),
    ],
)
def test_a_week_is_told_from_its_monday_morning_on(now, monday):
    assert week_to_tell(now) == monday


def test_a_week_is_compared_with_the_week_before():
    week = period_of_week(date(2026, 11, 16))

    assert (week.since, week.until) == (date(2026, 11, 16), date(2026, 11, 22))
    assert (week.previous.since, week.previous.until) == (date(2026, 11, 9), date(2026, 11, 15))


def test_who_subscribes_is_told_once_of_the_next_week_that_ends():
    subscribing.subscribe(manager(), narrowed=EVERYBODY, at=SUNDAY)

    assert sending.send_due(at=SUNDAY + timedelta(hours=6)) == 0
    assert sending.send_due(at=MONDAY) == 1
    assert sending.send_due(at=MONDAY + timedelta(hours=1)) == 0
    assert sending.send_due(at=MONDAY + timedelta(days=7)) == 1
    assert len(mail.outbox) == 2


def test_the_letter_is_in_the_reader_s_language_and_tells_of_the_week():
    placed_order(customer=CustomerFactory(), placed_at=MONDAY - timedelta(days=3), at=MONDAY)
    subscribing.subscribe(manager(language="ru"), narrowed=EVERYBODY, at=SUNDAY)

    with time_machine.travel(MONDAY, tick=False):
        sending.send_due(at=MONDAY)

    letter = mail.outbox[0]
    assert "16 ноября" in letter.body
    assert "Заказы:" in letter.body
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert [kind for _html, kind in letter.alternatives] == ["text/html"]


def test_what_a_mail_server_refuses_is_sent_the_next_time(monkeypatch):
    subscribing.subscribe(manager(), narrowed=EVERYBODY, at=SUNDAY)

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", _refuse)
        assert sending.send_due(at=MONDAY) == 0

    assert sending.send_due(at=MONDAY) == 1


def _refuse(self, messages):
    raise smtplib.SMTPServerDisconnected("gone")


@pytest.mark.parametrize("left", ["the company", "the role"])
def test_whoever_may_not_read_figures_any_more_gets_none(left):
    colleague = manager()
    subscribing.subscribe(colleague, narrowed=EVERYBODY, at=SUNDAY)
    if left == "the role":
        colleague.groups.clear()
    else:
        type(colleague).objects.filter(pk=colleague.pk).update(is_active=False)

    assert sending.send_due(at=MONDAY) == 0
    assert not DigestSubscription.objects.exists()


def test_subscribing_again_changes_only_about_whom():
    colleague = manager()
    subscribing.subscribe(colleague, narrowed=EVERYBODY, at=SUNDAY)

    again = subscribing.subscribe(colleague, narrowed=Narrowed(shop=7), at=MONDAY)

    assert (again.narrowed, again.subscribed_at, again.sent_for) == ("shop=7", SUNDAY, date(2026, 11, 9))


# ── The page ─────────────────────────────────────────────────────────────────
@pytest.fixture
def reader(client):
    colleague = manager(language="en")
    client.force_login(colleague)
    return colleague


def test_a_manager_sees_how_it_reads_subscribes_and_has_it_sent(client, reader):
    assert b"Send it to me every Monday" in client.get(reverse("digest")).content

    client.post(f"{reverse('digest')}?channel=store")
    assert reader.digest.narrowed == "channel=store"
    assert b"Send me no more" in client.get(reverse("digest")).content

    client.post(reverse("digest-now"))
    assert mail.outbox[0].to == [reader.email]

    client.post(reverse("digest-ending"))
    assert not DigestSubscription.objects.exists()


def test_the_link_of_a_letter_asks_first_and_then_ends_it(client, reader):
    subscribing.subscribe(reader, narrowed=EVERYBODY, at=SUNDAY)
    client.logout()
    address = links.unsubscribe_address_of(reader.pk)

    assert client.get(address).status_code == 200
    assert DigestSubscription.objects.exists()

    assert client.post(address).status_code == 200
    assert not DigestSubscription.objects.exists()


def test_a_forged_link_ends_nothing(client, reader):
    subscribing.subscribe(reader, narrowed=EVERYBODY, at=SUNDAY)
    forged = links.unsubscribe_address_of(reader.pk + 1).replace(
        links.unsubscribe_address_of(reader.pk + 1)[-3:-1], "xx"
    )

    assert client.post(forged).status_code == 404
    assert DigestSubscription.objects.exists()
