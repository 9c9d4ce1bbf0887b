import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm import timeline
from crm.facts import NoteWritten
from crm.models import CustomerFigures, ParkedEntry, ReactionCursor
from tests.factories.catalogue import OfferingFactory
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.orders import placed_order
from tests.factories.shops import NOON, ShopFactory, UserFactory

pytestmark = pytest.mark.django_db

OURS = [model for model in admin.site._registry if model._meta.app_label in ("crm", "auth")]
CUSTOMERS = reverse("admin:crm_customer_changelist")


@pytest.fixture
def colleague(client):
    colleague = UserFactory(is_superuser=True, language="en")
    client.force_login(colleague)
    return colleague


def rows_of(page) -> list[int]:
    return [row.pk for row in page.context["cl"].result_list]


def turned(page, way: str) -> str:
    place = getattr(page.context["cl"], way)
    return page.context["cl"].get_query_string({"p": place}) if place else ""


def walk(client, address: str, way: str = "older") -> list[int]:
    """Every row, page after page."""
    seen: list[int] = []
    query = address
    while query:
        page = client.get(query if query.startswith("/") else CUSTOMERS + query)
        seen += rows_of(page)
        query = turned(page, way)
    return seen


def test_pages_by_key_show_everybody_once(client, colleague):
    people = [CustomerFactory().pk for _ in range(120)]

    assert walk(client, CUSTOMERS) == sorted(people, reverse=True)


@pytest.mark.parametrize("order", ["4", "-4", "5", "-5"])
def test_a_list_sorted_by_a_column_shows_everybody_once(client, colleague, order):
    figures = {}
    for number in range(115):
        person = CustomerFactory()
        figures[person.pk] = (Decimal(number % 7), NOON + timedelta(days=number % 5))
        CustomerFigures.objects.create(
            customer=person, net_revenue=number % 7, currency="EUR", last_order_at=figures[person.pk][1]
        )

    seen = walk(client, f"{CUSTOMERS}?o={order}")

    column = 0 if order.endswith("4") else 1
    assert len(seen) == len(set(seen)) == 115
    assert [figures[pk][column] for pk in seen] == sorted(
        (value[column] for value in figures.values()), reverse=order.startswith("-")
    )


def test_going_back_leads_to_the_page_one_came_from(client, colleague):
    for _ in range(120):
        CustomerFactory()
    first = client.get(CUSTOMERS)
    second = client.get(CUSTOMERS + turned(first, "older"))
    back = client.get(CUSTOMERS + turned(second, "newer"))

    assert rows_of(back) == rows_of(first)
    assert turned(first, "newer") == "" == turned(back, "newer")


@pytest.mark.parametrize(
    "place", ["after-", "x", "after-9999999999999999999999", "before-0x1", "after--1", "after-٣"]
)
def test_a_place_that_means_nothing_is_the_first_page(client, colleague, place):
    person = CustomerFactory()

    assert rows_of(client.get(CUSTOMERS, {"p": place})) == [person.pk]


def test_no_list_counts_or_skips_rows(client, colleague):
    for _ in range(60):
        CustomerFactory()

    for model in OURS:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counted = [query["sql"] for query in queries if re.search(r"COUNT\(|OFFSET", query["sql"])]
        assert not counted or model._meta.app_label == "auth", f"{model.__name__}: {counted}"


def fill(shop, size: int) -> None:
    for number in range(size):
        person = CustomerFactory()
        IdentityFactory(customer=person)
        CustomerFigures.objects.create(customer=person, orders=1, currency="EUR", last_order_at=NOON)
        placed_order(f"{size}-{number}", shop=shop, customer=person)
        OfferingFactory(shop=shop)
        with transaction.atomic():
            entry = timeline.record(
                person, NoteWritten(text="x"), source="test", source_id=f"{size}-{number}", occurred_at=NOON
            )
        ParkedEntry.objects.create(reaction="test", entry=entry, customer=person, parked_at=NOON)
        ReactionCursor.objects.create(reaction=f"test {size} {number}")


@pytest.mark.parametrize(
    "name", ["customer", "order", "product", "timelineentry", "parkedentry", "reactioncursor", "user"]
)
def test_a_long_list_asks_the_database_no_more_than_a_short_one(client, colleague, name):
    shop = ShopFactory()
    address = reverse(f"admin:crm_{name}_changelist")
    fill(shop, 2)
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    fill(shop, 30)
    with CaptureQueriesContext(connection) as many:
        client.get(address)

    assert len(few) == len(many) <= 9


def test_every_list_and_every_form_opens(client, colleague):
    fill(ShopFactory(), 1)
    for model in OURS:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert client.get(reverse(f"{name}_changelist"), {"q": "x"}).status_code in (200, 302), model
        assert client.get(reverse(f"{name}_add")).status_code in (200, 302, 403), model
        for row in model._default_manager.all()[:1]:
            assert client.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200, model


def test_no_page_carries_a_style_or_a_script_of_its_own(client, colleague):
    fill(ShopFactory(), 1)
    person = CustomerFactory()
    addresses = [reverse("admin:index"), reverse("crm:customer", args=[person.pk]), CUSTOMERS]
    addresses += [
        reverse("admin:crm_order_changelist"),
        reverse("admin:crm_customer_change", args=[person.pk]),
    ]
    addresses += [reverse("admin:crm_user_change", args=[colleague.pk]), reverse("admin:crm_user_add")]
    for address in addresses:
        text = client.get(address).text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|<script>", text), address


def test_the_number_of_an_order_leads_straight_to_who_bought(client, colleague):
    person = CustomerFactory()
    placed_order(customer=person, number="LO-17")

    answer = client.get(CUSTOMERS, {"q": " LO-17 "})

    assert answer.headers["Location"] == reverse("crm:customer", args=[person.pk])


def test_a_phone_of_two_people_lists_both(client, colleague):
    ShopFactory(region="BG")
    people = {IdentityFactory(kind="phone", value="+359888456102").customer_id for _ in range(2)}

    assert set(rows_of(client.get(CUSTOMERS, {"q": "0888 456 102"}))) == people


def test_what_is_nowhere_says_what_to_try(client, colleague):
    page = client.get(CUSTOMERS, {"q": "<nobody>"})

    assert "Nothing is known by “<nobody>”" in unescape(page.text)
    assert "<nobody>" not in page.text


def test_reach_is_masked_in_lists(client, colleague):
    IdentityFactory(kind="phone", value="+359888456102")

    assert "888456102" not in client.get(CUSTOMERS).text.replace("\N{NO-BREAK SPACE}", "")


def test_a_parked_failure_is_replayed(client, colleague):
    fill(ShopFactory(), 1)
    parked = ParkedEntry.objects.get()
    ParkedEntry.objects.update(attempts=8, next_try_at=None, error="ValueError ← x.py:1 f")

    page = client.post(
        reverse("admin:crm_parkedentry_changelist"),
        {"action": "replay", "_selected_action": [parked.pk]},
        follow=True,
    )

    parked.refresh_from_db()
    assert parked.attempts == 0
    assert parked.next_try_at is not None
    assert "1 entry will be tried again" in page.text


def test_whoever_may_not_replay_is_not_offered_it(client):
    auditor = UserFactory()
    auditor.user_permissions.add(Permission.objects.get(codename="view_parkedentry"))
    client.force_login(auditor)
    fill(ShopFactory(), 1)

    assert 'value="replay"' not in client.get(reverse("admin:crm_parkedentry_changelist")).text


def test_the_bar_offers_what_one_may_open(client):
    client.force_login(UserFactory())

    page = client.get(reverse("admin:index"))

    assert [section["keys"] for section in page.context["sections"]] == ["g d"]
    assert "Nothing here is open to you yet" in page.text


def test_the_admin_s_own_door_is_ours(client):
    answer = client.get(reverse("admin:login"), {"next": "/admin/crm/order/"})

    assert answer.headers["Location"] == f"{reverse('account_login')}?next=/admin/crm/order/"


def test_a_customer_who_signs_in_is_told_and_not_sent_in_circles(client):
    client.force_login(UserFactory(is_staff=False, customer=CustomerFactory()))

    assert client.get(reverse("admin:index"), follow=True).status_code == 403


def test_a_colleague_signs_in_with_an_e_mail_and_a_password(client):
    colleague = UserFactory(is_superuser=True)
    colleague.set_password("a long enough password")
    colleague.save()

    answer = client.post(
        reverse("account_login"),
        {"login": colleague.email.upper(), "password": "a long enough password"},
        follow=True,
    )

    assert answer.request["PATH_INFO"] == reverse("admin:index")


def test_nobody_makes_an_account_from_outside(client):
    client.post(reverse("account_signup"), {"email": "x@example.org", "password1": "a long enough password"})

    assert not type(UserFactory.build()).objects.filter(email="x@example.org").exists()


def test_a_new_colleague_works_here(client, colleague):
    form = {
        "email": "new@lipa.example",
        "name": "New",
        "usable_password": "true",
        "password1": "a long enough password",
        "password2": "a long enough password",
    }

    client.post(reverse("admin:crm_user_add"), form)

    assert type(colleague).objects.get(email="new@lipa.example").is_staff


def test_dates_are_near_or_far(client, colleague):
    person = CustomerFactory()
    placed_order(customer=person, placed_at=datetime.now(UTC), at=datetime.now(UTC))

    page = client.get(reverse("admin:crm_order_changelist"))

    assert re.search(r'<time datetime="[^"]+">today, \d\d:\d\d</time>', page.text)


def test_an_administrator_cannot_make_anybody_almighty(client):
    administrator, almighty, other = UserFactory(), UserFactory(is_superuser=True), UserFactory()
    administrator.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user"]))
    client.force_login(administrator)
    form = {"email": other.email, "name": "Other", "is_active": "on", "is_staff": "on", "is_superuser": "on"}

    client.post(reverse("admin:crm_user_change", args=[other.pk]), form)
    refused = client.post(reverse("admin:crm_user_change", args=[almighty.pk]), form)

    other.refresh_from_db()
    assert (other.name, other.is_superuser) == ("Other", False)
    assert refused.status_code == 403


def test_neither_colleagues_nor_shops_nor_customers_are_deleted(client, colleague):
    for name, row in (("user", UserFactory()), ("shop", ShopFactory()), ("customer", CustomerFactory())):
        assert (
            client.post(reverse(f"admin:crm_{name}_delete", args=[row.pk]), {"post": "yes"}).status_code
            == 403
        )
