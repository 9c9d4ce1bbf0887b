"""A person is forgotten: of twenty planted values a dump of the database holds none; and they stay forgotten."""

from __future__ import annotations

import json
import subprocess
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from config import embedded
from crm import personal_data
from crm.colleagues import tasking
from crm.consents import consenting
from crm.errors import PersonErased
from crm.models import (
    Address,
    Company,
    CompanyPerson,
    Consent,
    Customer,
    Identity,
    ImportedDocument,
    ImportedRow,
    ImportJob,
    Look,
    Order,
    Return,
    SavedView,
    Shipment,
    Shop,
    Suppression,
    SuppressionLift,
    TimelineEntry,
    User,
)
from crm.people import erasure, merging, noting, suppression
from crm.people.customers import change_customer, enrol
from crm.people.identification import Hint, add_identities
from crm.purchases.ordering import advance_order
from crm.purchases.returning import LineReturned, register_return
from crm.purchases.shipping import note_shipment
from tests.api_client import ShopSystem
from tests.conftest import conninfo
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.orders import placed_order
from tests.factories.shops import NOON, ShopFactory, UserFactory

pytestmark = pytest.mark.django_db

PLANTED = {
    "given_name": "Плантелина",
    "family_name": "Закопанова",
    "patronymic": "Зарытовна",
    "former_name": "Прежнева",
    "birthday": "1961-02-03",
    "email": "planted.person@buried.example",
    "phone": "+359888765432",
    "typed_phone": "0888 76-54-32",
    "card": "PLANT4417881200",
    "telegram": "planted_handle",
    "external_id": "planted-c-777",
    "street": "улица Посаженная, 20",
    "role": "Planted bookkeeper",
    "note": "Planted note: her sister prefers mint",
    "event": "planted-course-answer",
    "proof": "planted proof: form 2031",
    "sign_in": "planted.sign.in@buried.example",
    "tracking": "PLANTEDTRACK0001",
    "pickup_point": "Planted Kiosk 12",
    "cancel_reason": "planted reason: she is in hospital",
    "return_reason": "planted return reason: broken cup",
    "task": "Planted: ring her daughter",
    "look_reason": "planted look reason",
    "import_cell": "Planted Cell Street 9",
}


def planted() -> Customer:
    """Somebody whose planted values have passed through everything that keeps any."""
    shop, agent = ShopFactory(slug="lipa"), UserFactory()
    system = ShopSystem(shop)
    person = _enrolled(system)
    _wrote_and_changed(person, shop, agent)
    _bought(person, shop)
    _left_traces(person, shop, agent)
    _second_record(person, agent)
    _went_over_pages(person)
    return Customer.objects.get(pk=person.pk)


def _enrolled(system: ShopSystem) -> Customer:
    told = {
        "external_id": PLANTED["external_id"],
        "identities": [
            {"kind": "email", "value": PLANTED["email"], "is_verified": True},
            {"kind": "phone", "value": PLANTED["typed_phone"]},
            {"kind": "card", "value": PLANTED["card"]},
            {"kind": "telegram", "value": PLANTED["telegram"]},
        ],
        "given_name": PLANTED["given_name"],
        "family_name": PLANTED["former_name"],
        "patronymic": PLANTED["patronymic"],
        "birthday": PLANTED["birthday"],
    }
    pk = system.post("customers/", told).body["id"]
    type_of_event = {"name": "course", "label_en": "Finished a course", "data_schema": {"type": "object"}}
    assert system.post("event-types/", type_of_event).status == 201
    event = {
        "customer": {"id": pk},
        "type": "course",
        "external_id": "e-planted-course-answer",
        "data": {"answer": PLANTED["event"], "deep": [{"er": PLANTED["note"]}]},
        "occurred_at": "2026-03-02T12:00:00Z",
    }
    assert system.post("events/", event).status == 201
    return Customer.objects.get(pk=pk)


def _wrote_and_changed(person: Customer, shop: Shop, agent: User) -> None:
    change_customer(
        person, details={"family_name": PLANTED["family_name"]}, shop=shop, source="agent", at=NOON
    )
    noting.write_note(person, text=PLANTED["note"], author=agent, key="planted-note", at=NOON)
    told = {"purpose": "advertising", "channel": "email", "source": "agent", "occurred_at": NOON, "at": NOON}
    consenting.give(person, proof=PLANTED["proof"], **told)
    Address.objects.create(customer=person, country="BG", city="Русе", street=PLANTED["street"], is_main=True)
    company = Company.objects.create(name="Чайна ООД")
    CompanyPerson.objects.create(company=company, customer=person, role=PLANTED["role"])
    User.objects.create_user(PLANTED["sign_in"], customer=person, name=PLANTED["given_name"])
    EmailAddress.objects.create(user=person.sign_in, email=PLANTED["sign_in"])
    tasking.set_task(
        title=PLANTED["task"],
        owner=agent,
        customer=person,
        due_at=NOON,
        set_by=agent,
        key="1",
        at=NOON,
    )
    Look.objects.create(
        customer=person,
        colleague=agent,
        looked_at=NOON,
        hour=NOON,
        identity_id=1,
        identity_kind="phone",
        reason=PLANTED["look_reason"],
    )


def _bought(person: Customer, shop: Shop) -> None:
    order = placed_order("o-1", shop=shop, customer=person)
    Shipment.objects.create(
        order=order,
        external_id="1",
        tracking_number=PLANTED["tracking"],
        pickup_point=PLANTED["pickup_point"],
    )
    advance_order(
        order,
        moment="cancelled",
        occurred_at=NOON,
        reason=PLANTED["cancel_reason"],
        source="api:lipa",
        at=NOON,
    )
    Return.objects.create(
        shop=shop,
        customer=person,
        external_id="r",
        number="r",
        currency="EUR",
        amount=1,
        reason=PLANTED["return_reason"],
        returned_at=NOON,
    )


def _left_traces(person: Customer, shop: Shop, agent: User) -> None:
    job = ImportJob.objects.create(
        shop=shop, file_name="past.csv", currency="EUR", time_zone="UTC", created_at=NOON, moved_at=NOON
    )
    cells = ["L-1", PLANTED["typed_phone"], PLANTED["import_cell"]]
    ImportedRow.objects.create(job=job, line_number=1, refusal="unreadable-date", cells=cells)
    ImportedRow.objects.create(job=job, line_number=2, customer_ref=PLANTED["external_id"], cells=["L-2"])
    ImportedDocument.objects.create(
        job=job,
        number=1,
        kind="sale",
        reference="L-2",
        customer_ref=PLANTED["external_id"],
        occurred_at=NOON,
        rows_count=1,
        amount=1,
    )
    content_type = ContentType.objects.get_for_model(Customer)
    added = [{"added": {"name": "address", "object": PLANTED["street"]}}]
    LogEntry.objects.create(
        user=agent,
        content_type=content_type,
        object_id=person.pk,
        object_repr=f"{PLANTED['given_name']} {PLANTED['family_name']}",
        action_flag=CHANGE,
        change_message=json.dumps(added),
    )
    SavedView.objects.create(
        owner=agent,
        list_name="crm.customer",
        name="one",
        query=urlencode({"q": PLANTED["email"].upper()}),
        saved_at=NOON,
    )


def _second_record(person: Customer, agent: User) -> None:
    """Somebody merged into them, whose given name they took over."""
    other = CustomerFactory(
        given_name=PLANTED["given_name"], family_name=PLANTED["former_name"], birthday=date(1961, 2, 3)
    )
    IdentityFactory(customer=other, kind="phone", value=PLANTED["phone"], original=PLANTED["typed_phone"])
    merging.merge(person, other=other, by=agent, at=NOON, take=["family_name"])
    Customer.objects.filter(pk=person.pk).update(family_name=PLANTED["family_name"])


def _went_over_pages(person: Customer) -> None:
    """Searched for, looked at, taken out in a file, and searched for in a list that somebody keeps as a view."""
    manager, http = UserFactory(), Client()
    manager.groups.add(Group.objects.get(name="manager"))
    http.force_login(manager)
    for typed in (PLANTED["family_name"], PLANTED["email"], PLANTED["phone"][-4:], PLANTED["note"]):
        assert http.get(reverse("crm:search"), {"q": typed}).status_code in (200, 302)
        assert http.get(reverse("crm:suggestions"), {"q": typed}).status_code == 200
    assert http.get(reverse("crm:customer", args=[person.pk])).status_code == 200
    export = http.get(reverse("crm:export", args=["customer", "csv"]))
    assert PLANTED["email"] in b"".join(export).decode()
    view = {"list": "crm.customer", "name": "one", "query": urlencode({"q": PLANTED["email"]})}
    http.post(reverse("crm:saved-views"), view)


def erased(customer: Customer, **more: Any) -> TimelineEntry | None:
    return erasure.erase(customer, **{"reason": "asked", "by": UserFactory(), "at": NOON, **more})


def dump() -> str:
    """Everything that is committed in this process's database, as text."""
    found = subprocess.run(
        [embedded.program("pg_dump"), "--data-only", "--inserts", f"--dbname={conninfo()}"],
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    return found.stdout


@pytest.mark.django_db(transaction=True)
def test_of_what_was_planted_a_dump_holds_nothing_afterwards() -> None:
    person = planted()
    before = dump()
    assert [name for name, value in PLANTED.items() if value not in before] == []

    erased(person)

    after = dump()
    assert [name for name, value in PLANTED.items() if value in after] == []
    assert [name for name, value in PLANTED.items() if value.lower() in after.lower()] == []
    assert Suppression.objects.count() >= 5, "the digests are all that is left"


def test_a_tombstone_stays_with_its_orders_and_their_amounts() -> None:
    person = planted()

    erased(person)

    person.refresh_from_db()
    assert str(person) == f"№ {person.pk}"
    assert person.erased_at == NOON
    order = Order.objects.get()
    assert (order.customer_id, order.goods_amount) == (person.pk, Decimal("9.80"))
    kinds = set(TimelineEntry.objects.filter(customer=person).values_list("kind", flat=True))
    assert {"crm.order_placed", "crm.note_written", "crm.consent_given", "crm.customer_erased"} <= kinds


def test_what_was_done_is_on_record_with_who_and_why() -> None:
    agent = UserFactory()

    entry = erased(CustomerFactory(), by=agent, reference="2026/17")

    assert entry is not None
    assert (entry.fact.reason, entry.fact.reference, entry.actor_id) == ("asked", "2026/17", agent.pk)  # type: ignore[attr-defined]
    assert entry.fact.aloud("en") == "Personal data erased: the person asked for it"


def test_nobody_is_erased_without_a_reason() -> None:
    with pytest.raises(erasure.ErasureNeedsAReason):
        erased(CustomerFactory(), reason="because")


def test_erasing_again_records_nothing() -> None:
    person = CustomerFactory()
    erased(person)

    assert erased(person, at=NOON + timedelta(hours=1)) is None

    assert TimelineEntry.objects.get(kind="crm.customer_erased").payload["reason"] == "asked"


def _note(person: Customer, order: Order, agent: User) -> Any:
    noting.write_note(person, text="a late note", author=agent, key="late", at=NOON)


def _task(person: Customer, order: Order, agent: User) -> Any:
    tasking.set_task(title="Ring", owner=agent, customer=person, due_at=NOON, key="late", at=NOON)


def _details(person: Customer, order: Order, agent: User) -> Any:
    change_customer(person, details={"given_name": "Анна"}, shop=order.shop, source="agent", at=NOON)


def _identity(person: Customer, order: Order, agent: User) -> Any:
    hints = [Hint(kind="email", value="new@mail.example")]
    add_identities(person, hints=hints, shop=order.shop, source="agent", at=NOON)


def _cancellation(person: Customer, order: Order, agent: User) -> Any:
    advance_order(order, moment="cancelled", occurred_at=NOON, reason="ill", source="api:lipa", at=NOON)


def _parcel(person: Customer, order: Order, agent: User) -> Any:
    details = {"tracking_number": "TRACK-1"}
    note_shipment(order, external_id="late", details=details, source="api:lipa", at=NOON)


def _return(person: Customer, order: Order, agent: User) -> Any:
    register_return(
        order,
        external_id="late",
        lines=[LineReturned(line="1", quantity=Decimal(1))],
        returned_at=NOON,
        reason="Wrong size",
        source="api:lipa",
        at=NOON,
    )


def _consent(person: Customer, order: Order, agent: User) -> Any:
    told = {"purpose": "advertising", "channel": "email", "source": "agent", "occurred_at": NOON, "at": NOON}
    consenting.give(person, **told)


def _merging(person: Customer, order: Order, agent: User) -> Any:
    merging.merge(CustomerFactory(), other=person, by=agent, at=NOON)


def _order(person: Customer, order: Order, agent: User) -> Any:
    placed_order("late", shop=order.shop, customer=Customer.objects.get(pk=person.pk))


@pytest.mark.parametrize(
    "write",
    [_note, _task, _details, _identity, _cancellation, _parcel, _return, _consent, _merging, _order],
)
def test_a_tombstone_takes_no_words(write: Any) -> None:
    person, agent = CustomerFactory(), UserFactory()
    order = placed_order("o-1", customer=person)
    erased(person)

    with pytest.raises(PersonErased):
        write(person, order, agent)

    assert not Identity.objects.exists()
    assert TimelineEntry.objects.filter(customer=person).latest("pk").kind == "crm.customer_erased"


def test_the_books_go_on_in_numbers_amounts_and_times() -> None:
    person = CustomerFactory()
    order = placed_order("o-1", customer=person)
    erased(person)

    advance_order(order, moment="delivered", occurred_at=NOON, source="api:lipa", at=NOON)
    note_shipment(order, external_id="1", details={"delivered_at": NOON}, source="api:lipa", at=NOON)
    lines = [LineReturned(line="1", quantity=Decimal(1))]
    register_return(order, external_id="r", lines=lines, returned_at=NOON, source="api:lipa", at=NOON)

    assert Order.objects.get().delivered_at == NOON
    assert Return.objects.get().amount == Decimal("4.90")


def test_whoever_is_merged_is_erased_whole_by_any_of_their_ids() -> None:
    anna, other = CustomerFactory.create_batch(2)
    merging.merge(anna, other=other, by=None, at=NOON)

    erased(other)

    assert not Customer.objects.filter(erased_at=None).exists()
    assert TimelineEntry.objects.get(kind="crm.customer_erased").customer_id == anna.pk


def test_others_keep_everything() -> None:
    other = CustomerFactory(given_name="Ирина")
    IdentityFactory(customer=other, value="irina@mail.example")
    noting.write_note(other, text="Любит мяту", author=UserFactory(), key="1", at=NOON)

    erased(CustomerFactory())

    other.refresh_from_db()
    assert other.given_name == "Ирина"
    assert other.identities.exists()
    assert TimelineEntry.objects.get(kind="crm.note_written").payload == {"text": "Любит мяту"}


# ── the one door through which history is emptied ────────────────────────────
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE crm_timelineentry SET payload = '{}', preview = '', erased_at = now()",
        "UPDATE crm_consent SET proof = '', erased_at = now()",
    ],
)
def test_the_application_cannot_empty_history_even_with_the_word(statement: str) -> None:
    _something_on_record()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('veren.erasing', 'on', true)")
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "change",
    [
        "payload = '{\"text\": \"other\"}', preview = ''",
        "payload = '{}', preview = 'other'",
        "payload = '{}', preview = '', occurred_at = now()",
        "payload = '{}', preview = '', source_id = 'other'",
        "payload = '{}', preview = '', customer_id = NULL",
    ],
)
def test_even_the_owner_with_the_word_can_only_empty(change: str, owner_connection: Any) -> None:
    _something_on_record()
    owner_connection.execute("SELECT set_config('veren.erasing', 'on', false)")

    with pytest.raises(Exception, match="append-only"):
        owner_connection.execute(f"UPDATE crm_timelineentry SET erased_at = now(), {change}")
    with pytest.raises(Exception, match="append-only"):
        owner_connection.execute("DELETE FROM crm_timelineentry")


def test_after_erasing_the_door_is_shut_again() -> None:
    erased(_something_on_record())

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE crm_consent SET erased_at = now(), proof = ''")


def _something_on_record() -> Customer:
    person = CustomerFactory()
    noting.write_note(person, text="Любит мяту", author=UserFactory(), key="1", at=NOON)
    told = {"purpose": "advertising", "channel": "email", "source": "agent", "occurred_at": NOON, "at": NOON}
    consenting.give(person, proof="form", **told)
    assert Consent.objects.exists()
    return person


# ── staying forgotten ────────────────────────────────────────────────────────
@pytest.fixture
def forgotten() -> Shop:
    """A shop whose customer c-1, anna@mail.example, was erased."""
    shop = ShopFactory(slug="lipa")
    person = CustomerFactory()
    IdentityFactory(customer=person, value="anna@mail.example")
    IdentityFactory(customer=person, external=True, namespace="lipa")
    erased(person)
    return shop


@pytest.mark.parametrize(
    "hint",
    [
        Hint(kind="email", value="Anna@Mail.example", is_verified=True),
        Hint(kind="email", value="anna@mail.example"),
        Hint(kind="external", value="c-1"),
    ],
)
def test_nobody_is_brought_back_unasked(forgotten: Shop, hint: Hint) -> None:
    with pytest.raises(PersonErased):
        enrol(shop=forgotten, hints=[hint], details={"given_name": "Анна"}, source="api:lipa", at=NOON)

    assert not Customer.objects.filter(erased_at=None).exists()
    assert not Identity.objects.exists()


def test_the_number_of_another_shop_is_another_person(forgotten: Shop) -> None:
    hint = Hint(kind="external", value="c-1")

    assert enrol(shop=ShopFactory(), hints=[hint], details={}, source="api:x", at=NOON).is_new


def test_a_sale_to_somebody_forgotten_is_kept_without_them(forgotten: Shop) -> None:
    system = ShopSystem(forgotten)
    order = {
        "external_id": "1",
        "customer": {"external_id": "c-1", "given_name": "Анна"},
        "lines": [{"external_id": "1", "quantity": "1", "unit_price": "5.00", "name": "Чай"}],
        "placed_at": "2026-03-02T12:00:00Z",
    }

    assert system.post("orders/", order).body["customer"] is None
    assert system.post("orders/", order).status == 201, "told again, it is the same order"


def test_the_api_says_why_and_knows_them_no_more(forgotten: Shop) -> None:
    system = ShopSystem(forgotten)
    pk = Customer.objects.get().pk

    assert system.post("customers/", {"external_id": "c-1"}).problem == (409, "person-erased")
    assert system.get(f"customers/{pk}/").problem == (404, "not-found")
    assert system.get("customers/").body["items"] == []


def test_who_comes_back_of_their_own_will_is_welcome(forgotten: Shop) -> None:
    agent = UserFactory()
    suppression.lift(("email", "", "anna@mail.example"), by=agent, reason="letter 2026/17", at=NOON)

    hint = Hint(kind="email", value="anna@mail.example", is_verified=True)
    assert enrol(shop=forgotten, hints=[hint], details={}, source="agent", at=NOON).is_new


def test_who_let_somebody_back_and_why_is_on_record(client: Any, forgotten: Shop) -> None:
    administrator = UserFactory()
    administrator.groups.add(Group.objects.get(name="administrator"))
    client.force_login(administrator)
    told = {"kind": "email", "value": "Anna@Mail.example", "shop": forgotten.pk, "reason": "letter 2026/17"}

    page = client.post(reverse("crm:suppression-lifts"), told, follow=True)

    lift = SuppressionLift.objects.get()
    assert (lift.lifted_by, lift.reason, lift.identity_kind) == (administrator, "letter 2026/17", "email")
    assert "letter 2026/17" in page.text
    assert "nna@" not in page.text.lower(), "what was typed is compared and not kept"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"value": "somebody.else@mail.example"}, "Nobody who was erased was known by this"),
        ({"value": "no address"}, "This cannot be read"),
        ({"reason": " "}, "required"),
    ],
)
def test_nobody_is_let_back_who_was_not_erased_or_without_a_reason(
    client: Any, forgotten: Shop, change: dict[str, str], said: str
) -> None:
    administrator = UserFactory(language="en")
    administrator.groups.add(Group.objects.get(name="administrator"))
    client.force_login(administrator)
    told = {"kind": "email", "value": "anna@mail.example", "shop": forgotten.pk, "reason": "letter", **change}

    page = client.post(reverse("crm:suppression-lifts"), told)

    assert said in page.text
    assert not SuppressionLift.objects.exists()


# ── nothing is forgotten to be forgotten ─────────────────────────────────────
def test_every_table_that_knows_customers_has_its_place_in_the_list() -> None:
    covered = {holding.model for holding in personal_data.holdings()}

    missing = {
        model._meta.label
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and field.related_model is Customer and not field.many_to_many
    } - {model._meta.label for model in covered}
    assert missing == set()
