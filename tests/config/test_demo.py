"""The demo company loads once, whole and quickly; its doors open to nobody but this machine."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from datetime import timedelta
from random import Random

import phonenumbers
import pytest
from django.conf import settings
from django.db import connection
from django.db.models import Count, F, Q, Sum
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config import demo
from crm import feed, relay
from crm.demo import characters, company, history, plots
from crm.demo.characters import HANNAH, KALINA, VERA, Character
from crm.demo.lives import FIRST_NUMBER, ONLINE, draw_life
from crm.demo.order_numbers import OrderNumbers
from crm.demo.trickle import Trickle
from crm.facts import fact_from
from crm.models import (
    ApiKey,
    Customer,
    CustomerFigures,
    Identity,
    Order,
    OrderLine,
    OutboxRow,
    Return,
    Shipment,
    TimelineEntry,
    User,
)

in_the_demo = override_settings(DEMO=True, ROOT_URLCONF="config.demo_urls")
TINY = history.Size(customers=80, days=730, mix=history.SIZES["small"].mix)


def silent(what: str, done: int, total: int) -> None:
    pass


def load(customers: int = TINY.customers) -> None:
    now = timezone.now()
    stage = company.build()
    size = history.Size(customers=customers, days=TINY.days, mix=TINY.mix)
    history.write(stage, size=size, now=now, progress=silent)
    company.open_business_accounts(stage.manager)
    plots.tell(stage, now=now)


def person(character: Character) -> Customer:
    return Identity.objects.get(kind="external", namespace=ONLINE, value=str(character.number)).customer


@pytest.fixture
def loaded(db: None) -> None:
    load()


@pytest.fixture
def cast(db: None) -> None:
    """The company and its characters, without the crowd."""
    plots.tell(company.build(), now=timezone.now())


# ── What is loaded ───────────────────────────────────────────────────────────
@pytest.mark.django_db
def test_loading_tells_how_far_it_is_and_a_second_load_changes_nothing(monkeypatch):
    monkeypatch.setitem(history.SIZES, "small", TINY)
    told: list[tuple[str, int, int]] = []
    assert not demo.is_loaded()

    demo.load(size="small", progress=lambda *step: told.append(step))

    assert demo.is_loaded()
    assert ("customers", 80, 80) in told
    chapter, done, total = told[-1]
    assert (chapter, done) == ("points", total)
    before = (Customer.objects.count(), Order.objects.count(), TimelineEntry.objects.count())
    demo.load(size="small", progress=silent)
    assert (Customer.objects.count(), Order.objects.count(), TimelineEntry.objects.count()) == before


@pytest.mark.django_db
def test_an_interrupted_load_goes_on_where_it_stopped(monkeypatch):
    monkeypatch.setattr(history, "BATCH", 20)
    stage, now = company.build(), timezone.now()
    history.write(stage, size=history.Size(customers=40, days=730, mix=TINY.mix), now=now, progress=silent)
    assert not demo.is_loaded()

    monkeypatch.setitem(history.SIZES, "small", history.Size(customers=60, days=730, mix=TINY.mix))
    demo.load(size="small", progress=silent)

    numbers = Identity.objects.filter(kind="external", namespace=ONLINE).values_list("value", flat=True)
    assert len(numbers) == len(set(numbers)) == 60 + len(characters.CUSTOMERS)


def test_one_number_is_one_life():
    now = timezone.now()
    lives = [draw_life(FIRST_NUMBER + 7, mix=TINY.mix, days=730, now=now) for _ in range(2)]

    assert lives[0] == lives[1]


@pytest.mark.django_db
def test_every_entry_is_what_its_fact_would_write(loaded):
    for entry in TimelineEntry.objects.select_related("customer"):
        fact = fact_from(entry.kind, entry.payload)
        assert fact.payload() == entry.payload
        assert entry.preview == fact.aloud(entry.language or "en")[:200]


@pytest.mark.django_db
def test_entries_written_by_copy_are_what_the_verbs_would_write(loaded):
    """The characters are told by verbs, the crowd by COPY: the same columns are filled in the same way."""

    def shapes(entries):
        columns = ("kind", "version", "channel", "subject_type", "visibility", "depth", "is_history")
        events = (
            (
                *(getattr(entry, column) for column in columns),
                re.sub(r"\d+", "n", entry.source_id.partition("T")[0]),
            )
            for entry in entries
        )
        return {
            event
            for event in events
            if event[0].startswith(("crm.order", "crm.parcel", "crm.goods", "crm.cust"))
        }

    cast = [person(character).pk for character in characters.CUSTOMERS]
    by_verbs = shapes(TimelineEntry.objects.filter(customer__in=cast))
    by_copy = shapes(TimelineEntry.objects.exclude(customer__in=cast))

    assert by_verbs <= by_copy
    assert {shape[0] for shape in by_copy - by_verbs} <= {"crm.order_cancelled", "crm.goods_returned"}


@pytest.mark.django_db
def test_what_happened_to_an_order_stands_on_its_customers_timeline(loaded):
    told = TimelineEntry.objects.filter(subject_type="crm.order").values_list("subject_id", "kind")
    by_order: dict[int, set[str]] = {}
    for order_id, kind in told:
        by_order.setdefault(order_id, set()).add(kind.removeprefix("crm.order_"))

    for order in Order.objects.all():
        assert by_order[order.pk] == {moment for moment, when in order.moments.items() if when}


@pytest.mark.django_db
def test_nothing_lies_in_the_future_and_nothing_waits_for_its_place(loaded):
    while feed.sequence():
        pass
    now = timezone.now()

    assert not TimelineEntry.objects.filter(Q(occurred_at__gt=now) | Q(recorded_at__gt=now)).exists()
    assert not Order.objects.filter(placed_at__gt=now).exists()
    assert not OutboxRow.objects.exists()
    assert feed.head() == TimelineEntry.objects.count()


@pytest.mark.django_db
def test_one_customers_entries_stand_in_the_feed_in_the_order_in_which_they_happened(loaded):
    entries = TimelineEntry.objects.filter(feed_row__isnull=False).order_by(
        "customer_id", "feed_row__position"
    )
    last: dict[int | None, object] = {}
    for customer_id, occurred_at in entries.values_list("customer_id", "occurred_at"):
        assert customer_id not in last or last[customer_id] <= occurred_at
        last[customer_id] = occurred_at


@pytest.mark.django_db
def test_figures_are_counted_and_reactions_need_not_read_the_past(loaded):
    before = list(CustomerFigures.objects.order_by("pk").values())
    rounds = 0
    while relay.pump():
        rounds += 1

    assert rounds < 5  # the characters' entries, told by verbs
    assert list(CustomerFigures.objects.order_by("pk").values()) == before
    assert len(before) == Customer.objects.count()


@pytest.mark.django_db
def test_amounts_add_up(loaded):
    orders = Order.objects.annotate(sum=Sum("lines__amount"))
    assert not orders.exclude(sum=F("goods_amount")).exists()
    assert not Return.objects.annotate(sum=Sum("lines__amount")).exclude(sum=F("amount")).exists()
    returned = OrderLine.objects.annotate(back=Sum("returns__quantity")).filter(returned_quantity__gt=0)
    assert returned.exists()
    assert not returned.exclude(back=F("returned_quantity")).exists()


@pytest.mark.django_db
def test_shares_are_those_of_a_real_shop():
    load(600)
    orders = Order.objects.count()
    crowd = Customer.objects.filter(orders__isnull=False).annotate(n=Count("orders"))

    assert 0.01 < Order.objects.filter(progress="cancelled").count() / orders < 0.035
    assert 0.025 < Return.objects.count() / orders < 0.055
    assert 0.3 < crowd.filter(n=1).distinct().count() / 600 < 0.5
    parcels = Shipment.objects.exclude(delivered_at=None)
    late = parcels.filter(delivered_at__date__gt=F("promised_on")).count()
    assert 0.04 < late / parcels.count() < 0.15
    languages = dict(Customer.objects.values_list("language").annotate(n=Count("pk")))
    assert set(languages) == {"bg", "ru", "en"}


@pytest.mark.django_db
def test_people_look_like_people_and_can_be_reached_by_nobody(loaded):
    for customer in Customer.objects.all():
        assert customer.given_name.isalpha() and customer.family_name.isalpha()
    for mail in Identity.objects.filter(kind="email"):
        assert mail.value.endswith(("@example.org", "@example.com", "@example.net"))
    for phone in Identity.objects.filter(kind="phone"):
        assert phonenumbers.is_valid_number(phonenumbers.parse(phone.value))


@pytest.mark.django_db
def test_order_numbers_count_the_days_orders_of_a_shop(loaded):
    now = timezone.now()
    numbers = OrderNumbers()
    first, second = (
        numbers.next(ONLINE, now + timedelta(days=2)),
        numbers.next(ONLINE, now + timedelta(days=2)),
    )

    assert (first[-2:], second[-2:]) == ("-1", "-2")
    assert not Order.objects.values("shop", "number").annotate(n=Count("pk")).filter(n__gt=1).exists()


# ── The story ────────────────────────────────────────────────────────────────
@pytest.mark.django_db
def test_veras_parcel_is_late(loaded):
    vera = person(VERA)
    parcel = Shipment.objects.overdue(timezone.localdate()).get(order__customer=vera)

    assert (vera.language, vera.addresses.get().city) == ("ru", "Варна")
    assert parcel.order.progress == "shipped"
    assert vera.returns.count() == 1


@pytest.mark.django_db
def test_kalina_comes_back_and_sends_friends_and_hannah_came_once(loaded):
    kalina, hannah = person(KALINA), person(HANNAH)

    assert kalina.figures.orders > 24 and kalina.companies.count() == 1 and kalina.account_manager
    assert TimelineEntry.objects.filter(customer=kalina, kind="crm.shop_event").count() == 4
    assert hannah.figures.orders == 1


@pytest.mark.django_db
def test_colleagues_have_roles_and_no_password_that_opens(loaded):
    agent = User.objects.get(email=characters.AGENT.email)
    manager = User.objects.get(email=characters.MANAGER.email)

    assert [group.name for group in agent.groups.all()] == ["agent"]
    assert [group.name for group in manager.groups.all()] == ["manager"]
    assert not any(user.has_usable_password() or user.is_superuser for user in User.objects.all())


# ── The trickle ──────────────────────────────────────────────────────────────
@pytest.mark.django_db
def test_the_trickle_places_orders_and_moves_them_on_and_leaves_the_story_alone(loaded):
    cast = [person(character).pk for character in characters.CUSTOMERS]
    told = TimelineEntry.objects.filter(customer__in=cast).count()
    orders = Order.objects.count()
    trickle = Trickle(company.build(), Random(3))
    now = timezone.now()

    for second in range(80):
        trickle.step(at=now + timedelta(seconds=second))

    assert Order.objects.count() > orders + 15
    kinds = set(TimelineEntry.objects.filter(recorded_at__gte=now).values_list("kind", flat=True))
    assert {"crm.order_placed", "crm.order_paid", "crm.order_shipped", "crm.order_delivered"} <= kinds
    assert TimelineEntry.objects.filter(customer__in=cast).count() == told


@pytest.mark.django_db(transaction=True)
def test_the_trickle_stops_within_two_seconds_of_being_told(child_environment):
    child = subprocess.Popen(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "demo_trickle"], env=child_environment
    )
    deadline = time.monotonic() + 60
    while not Order.objects.exists() and time.monotonic() < deadline and child.poll() is None:
        time.sleep(0.2)
    child.send_signal(signal.SIGTERM)
    asked = time.monotonic()

    assert child.wait(timeout=10) == 0
    assert time.monotonic() - asked < 2


# ── The doors ────────────────────────────────────────────────────────────────
DOORS = ("/demo/agent/", "/demo/manager/", "/demo/shop/", "/demo/customer/vera/")


STRANGERS = (
    ("localhost", "192.168.1.7"),
    ("localhost", "10.0.0.1"),
    ("localhost", ""),
    ("localhost", "unix:"),
    ("localhost", "::ffff:192.168.1.7"),
    ("localhost", "0.0.0.0"),  # noqa: S104
    ("evil.example.com", "127.0.0.1"),
    ("127.0.0.1.evil.example.com", "127.0.0.1"),
    ("localhost.evil.example.com:8000", "127.0.0.1"),
    ("evil.example.com:127.0.0.1", "127.0.0.1"),
    ("localhost@evil.example.com", "127.0.0.1"),
    ("127.0.0.2", "127.0.0.1"),
    ("0.0.0.0:8000", "127.0.0.1"),
    ("2130706433", "127.0.0.1"),
    ("testserver", "127.0.0.1"),
    ("", "127.0.0.1"),
)
CLAIMS = (
    ({"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, "localhost", "203.0.113.9"),
    ({"HTTP_X_REAL_IP": "127.0.0.1"}, "localhost", "203.0.113.9"),
    ({"HTTP_FORWARDED": "for=127.0.0.1;host=localhost"}, "localhost", "203.0.113.9"),
    ({"HTTP_X_FORWARDED_HOST": "localhost"}, "evil.example.com", "127.0.0.1"),
)


def visitor(host: str = "localhost:8000", address: str = "127.0.0.1", **more: str) -> Client:
    return Client(headers={"host": host}, REMOTE_ADDR=address, **more)


@in_the_demo
@override_settings(ALLOWED_HOSTS=["*"])
@pytest.mark.django_db
def test_the_doors_are_not_there_for_anybody_else(cast):
    for host, address in STRANGERS:
        client = visitor(host, address)

        assert client.get("/").status_code in (400, 404), (host, address)
        for door in DOORS:
            assert client.post(door).status_code in (400, 404), (host, address)
        assert "_auth_user_id" not in client.session
    assert not ApiKey.objects.exists()


@in_the_demo
@override_settings(ALLOWED_HOSTS=["*"], USE_X_FORWARDED_HOST=True)
@pytest.mark.django_db
def test_a_header_that_claims_to_be_near_opens_nothing(cast):
    for headers, host, address in CLAIMS:
        client = visitor(host, address, **headers)

        assert client.get("/").status_code == 404, headers
        for door in DOORS:
            assert client.post(door).status_code == 404, headers


@in_the_demo
@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("localhost:8000", "127.0.0.1"),
        ("127.0.0.1:8000", "127.0.0.1"),
        ("[::1]:8000", "::1"),
        ("LOCALHOST", "127.0.0.1"),
        ("localhost", "::ffff:127.0.0.1"),
    ],
)
@override_settings(ALLOWED_HOSTS=["localhost", "127.0.0.1", "[::1]"])
@pytest.mark.django_db
def test_on_this_machine_the_page_opens(cast, host, address):
    assert visitor(host, address).get("/").status_code == 200


@pytest.mark.django_db
def test_without_the_demo_there_are_no_doors(cast):
    client = visitor()

    assert client.get("/").status_code == 302
    for door in DOORS:
        assert client.post(door).status_code == 404


@override_settings(DEMO=False, ROOT_URLCONF="config.demo_urls")
@pytest.mark.django_db
def test_even_with_its_addresses_the_demo_is_shut_when_it_is_off(cast):
    client = visitor()

    assert client.get("/").status_code == 404
    for door in DOORS:
        assert client.post(door).status_code == 404


@in_the_demo
@pytest.mark.django_db
def test_a_door_needs_a_click_on_our_own_page(cast):
    client = Client(headers={"host": "localhost"}, REMOTE_ADDR="127.0.0.1", enforce_csrf_checks=True)

    for door in DOORS:
        assert client.get(door).status_code == 405
        assert client.post(door).status_code == 403
    assert "_auth_user_id" not in client.session


@in_the_demo
@pytest.mark.django_db
def test_the_agents_door_leads_to_the_customers_in_the_visitors_language(cast):
    client = visitor()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "ru"

    answer = client.post("/demo/agent/", follow=True)

    assert answer.status_code == 200
    assert answer.request["PATH_INFO"] == "/admin/crm/customer/"
    assert answer.headers["Content-Language"] == "ru"
    assert "Вера Соколова" in answer.content.decode()
    assert client.get(f"/admin/crm/customer/{person(VERA).pk}/").status_code == 200


@in_the_demo
@pytest.mark.django_db
def test_the_managers_door_leads_to_the_desk(cast):
    answer = visitor().post("/demo/manager/", follow=True)

    assert (answer.status_code, answer.request["PATH_INFO"]) == (200, "/admin/")


@in_the_demo
@pytest.mark.django_db
def test_the_shops_door_makes_a_key_that_is_shown_once_and_expires(cast):
    client = visitor()
    answer = client.post("/demo/shop/")
    shown = re.findall(r"vrn_live_[0-9a-f]{8}_[0-9a-f]+", answer.content.decode())
    key = ApiKey.objects.get()

    assert len(set(shown)) == 1
    assert shown[0].startswith(key.prefix)
    assert key.expires_at < timezone.now() + timedelta(hours=25)
    assert "no-store" in answer.headers["Cache-Control"]
    assert client.post("/demo/shop/").content.decode().count(shown[0]) == 0


@in_the_demo
@pytest.mark.django_db
def test_the_customers_door_shows_their_own_orders_in_their_language_and_nothing_else(cast):
    client = visitor()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "bg"

    answer = client.post("/demo/customer/vera/", follow=True)
    page = answer.content.decode()

    assert answer.headers["Content-Language"] == "ru"
    vera = person(VERA)
    newest = list(vera.orders.order_by("-placed_at")[:8])
    assert all(order.number in page for order in newest)
    assert "Куриерът" not in page
    assert client.get("/admin/crm/customer/").status_code == 302
    assert client.post("/demo/customer/nobody/").status_code == 404


@in_the_demo
@pytest.mark.django_db
def test_earlier_orders_are_one_click_further_and_never_somebody_elses(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('crm_order_id_seq', 5000000)")
    plots.tell(company.build(), now=timezone.now())
    client = visitor()
    client.post("/demo/customer/kalina/")
    first = client.get("/demo/orders/")
    (link,) = re.findall(r'href="(\?before=[^"]*)"', first.content.decode())
    again = client.get(f"/demo/orders/{link}")
    strangers = person(VERA).orders.first().pk

    shown = [order.pk for answer in (first, again) for order in answer.context["orders"]]
    assert len(shown) == len(set(shown)) == 16
    assert client.get(f"/demo/orders/?before={strangers}").context["orders"] == first.context["orders"]
    for nonsense in ("-1", "x", "9" * 30, "٣", "\0"):
        assert client.get("/demo/orders/", {"before": nonsense}).status_code == 200


@in_the_demo
@pytest.mark.django_db
def test_the_orders_page_costs_the_same_for_one_order_as_for_many(cast):
    counts = []
    for who in ("hannah", "kalina"):
        client = visitor()
        client.post(f"/demo/customer/{who}/")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get("/demo/orders/")
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 8


@in_the_demo
@pytest.mark.django_db
def test_without_data_and_people_the_page_leads_to_the_setup():
    answer = visitor().get("/")

    assert (answer.status_code, answer.url) == (302, "/setup/")


@in_the_demo
@pytest.mark.django_db
def test_without_data_the_page_says_how_to_get_it():
    User.objects.create_user("first@lipa.example.com", is_staff=True)

    answer = visitor().get("/")

    assert answer.status_code == 200
    assert "python3 manage.py demo" in answer.content.decode()
    assert visitor().post("/demo/agent/").status_code == 404


@in_the_demo
@pytest.mark.django_db
def test_no_page_of_the_demo_carries_style_or_script_of_its_own(cast):
    client = visitor()
    client.post("/demo/customer/vera/")
    pages = [client.get("/"), client.get("/demo/orders/"), client.post("/demo/shop/")]

    for answer in pages:
        page = answer.content.decode()
        assert not re.search(r"<style|<script(?![^>]*src=)|\son\w+=|\sstyle=", page)
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


@in_the_demo
@pytest.mark.django_db
def test_the_doors_go_on_speaking_the_visitors_language_after_a_visit_as_somebody_else(cast):
    client = visitor()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    client.post("/demo/customer/vera/")

    assert client.get("/").headers["Content-Language"] == "en"
    assert client.get("/demo/orders/").headers["Content-Language"] == "ru"
