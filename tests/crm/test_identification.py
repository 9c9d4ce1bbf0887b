from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from crm.errors import ConflictingIdentities, UnreadableIdentity
from crm.models import Customer, Identity, Shop, TimelineEntry
from crm.people.customers import Enrolled, change_customer, enrol
from crm.people.identification import Hint, add_identities, identify
from crm.people.identifiers import identifiers
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.shops import NOON, ShopFactory

READERS = {known.kind.value: known.normal for known in identifiers()}


@pytest.fixture
def shop(db: None) -> Shop:
    return ShopFactory(slug="lipa", region="BG")


def email(value: str, *, verified: bool = False) -> Hint:
    return Hint(kind="email", value=value, is_verified=verified)


def number(value: str) -> Hint:
    return Hint(kind="external", value=value)


def come(shop: Shop, *hints: Hint, **details: object) -> Enrolled:
    return enrol(shop=shop, hints=hints, details=details, source=f"api:{shop.slug}", at=NOON)


# ── reading ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("kind", "region", "given", "normal"),
    [
        ("phone", "BG", "0888 12 34 56", "+359888123456"),
        ("phone", "BG", "+359 888 12-34-56", "+359888123456"),
        ("phone", "RU", "8 (912) 345-67-89", "+79123456789"),
        ("phone", "RU", "8 701 234 56 78", "+77012345678"),
        ("phone", "BG", "02 812 34 56 ext. 12", "+35928123456;ext=12"),
        ("email", "BG", " Elena.Petrova@Mail.Example ", "elena.petrova@mail.example"),
        ("card", "BG", "2400 1234-5678", "240012345678"),
        ("telegram", "BG", "@Elena_P", "elena_p"),
        ("external", "BG", " C-17 ", "C-17"),
    ],
)
def test_every_way_to_write_it_reads_the_same(kind: str, region: str, given: str, normal: str):
    assert READERS[kind](given, region) == normal


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("phone", "+359888123456; 0887123456"),
        ("phone", "0888123456/0887654321"),
        ("phone", "0888123456, 0887654321"),
        ("phone", "123"),
        ("phone", "elena"),
        ("phone", ""),
        ("email", "elena"),
        ("email", "elena@"),
        ("email", "a@b.example\0"),
        ("card", "12"),
        ("telegram", "@no"),
        ("viber", "has a space"),
        ("external", "  "),
        ("external", "a\nb"),
        ("external", "x" * 65),
    ],
)
def test_what_is_nothing_of_its_kind_is_refused(kind: str, given: str):
    with pytest.raises(ValueError):
        READERS[kind](given, "BG")


@given(
    kind=st.sampled_from(sorted(READERS)),
    text=st.text(max_size=80),
    region=st.sampled_from(["BG", "RU", "GB"]),
)
def test_reading_anything_gives_a_normal_form_or_a_value_error(kind: str, text: str, region: str):
    try:
        normal = READERS[kind](text, region)
    except ValueError:
        return
    assert READERS[kind](normal, region) == normal
    assert 0 < len(normal) <= 254


@given(st.from_regex(r"\+?[0-9 ()\-;,./#]{5,25}", fullmatch=True))
def test_a_phone_is_e164_whatever_was_typed(text: str):
    try:
        normal = READERS["phone"](text, "RU")
    except ValueError:
        return
    main, _, extension = normal.partition(";ext=")
    assert main[0] == "+"
    assert 4 <= len(main) <= 16
    assert len(extension) <= 8


# ── recognising ──────────────────────────────────────────────────────────────
def test_a_verified_address_names_its_owner(shop: Shop):
    identity = IdentityFactory(value="elena@mail.example", verified=True)

    assert identify([email("Elena@mail.example", verified=True)], shop=shop).customer == identity.customer


@pytest.mark.parametrize(("on_record", "said"), [(False, True), (True, False), (False, False)])
def test_weak_evidence_on_either_side_only_finds_candidates(shop: Shop, on_record: bool, said: bool):
    identity = IdentityFactory(value="elena@mail.example", verified=on_record)
    found = identify([email("elena@mail.example", verified=said)], shop=shop)

    assert found.customer is None
    assert found.candidates == (identity.customer,)


def test_a_shops_number_counts_in_that_shop_alone(shop: Shop):
    identity = IdentityFactory(external=True, namespace="lipa")

    assert identify([number("c-1")], shop=shop).customer == identity.customer
    assert identify([number("c-1")], shop=ShopFactory()).customer is None


def test_two_strong_hints_at_two_people_are_a_conflict(shop: Shop):
    IdentityFactory(external=True, namespace="lipa")
    IdentityFactory(value="elena@mail.example", verified=True)

    with pytest.raises(ConflictingIdentities) as refused:
        identify([number("c-1"), email("elena@mail.example", verified=True)], shop=shop)
    assert "elena" not in str(refused.value)


def test_a_merged_customer_is_who_they_were_merged_into(shop: Shop):
    other = CustomerFactory()
    IdentityFactory(external=True, namespace="lipa", customer__merged_into=other)

    assert identify([number("c-1")], shop=shop).customer == other


def test_an_unreadable_hint_is_pointed_at(shop: Shop):
    with pytest.raises(UnreadableIdentity) as refused:
        identify([number("c-1"), Hint(kind="phone", value="x"), Hint(kind="fax", value="1")], shop=shop)

    assert [fault.pointer for fault in refused.value.faults] == ["/identities/1/value", "/identities/2/value"]


def test_recognising_takes_one_query(shop: Shop, django_assert_num_queries):
    IdentityFactory(external=True, namespace="lipa")
    with django_assert_num_queries(1):
        identify([number("c-1"), email("a@mail.example"), Hint(kind="phone", value="0888123456")], shop=shop)


# ── becoming known ───────────────────────────────────────────────────────────
def test_a_new_customer_and_each_identity_are_facts(shop: Shop):
    customer = come(shop, number("c-1"), email("a@mail.example"), given_name="Elena").customer

    entries = TimelineEntry.objects.filter(customer=customer).order_by("id")
    assert [entry.kind for entry in entries] == [
        "crm.customer_joined",
        "crm.identity_added",
        "crm.identity_added",
    ]
    assert "a@mail" not in str(list(entries.values("payload", "preview")))


def test_a_known_customer_is_updated_and_gains_what_is_new(shop: Shop):
    first = come(shop, number("c-1"), given_name="Elena")
    again = come(shop, number("c-1"), email("a@mail.example"), family_name="Petrova")

    assert (first.is_new, again.is_new) == (True, False)
    assert again.customer == first.customer
    assert str(Customer.objects.get()) == "Elena Petrova"
    assert Identity.objects.count() == 2


def test_a_known_customer_of_whom_all_is_on_record_costs_one_query(shop: Shop, django_assert_num_queries):
    come(shop, number("c-1"), email("a@mail.example"))
    with django_assert_num_queries(1):
        come(shop, number("c-1"), email("a@mail.example"))


def test_somebody_known_by_weak_evidence_alone_is_never_taken_for_another(shop: Shop):
    first = come(shop, email("a@mail.example"))
    second = come(shop, email("a@mail.example"))

    assert second.customer != first.customer
    assert second.candidates == (first.customer,)


def test_proof_makes_a_typed_address_verified(shop: Shop):
    customer = come(shop, number("c-1"), email("a@mail.example")).customer
    come(shop, number("c-1"), email("a@mail.example", verified=True))

    assert Identity.objects.get(customer=customer, kind="email").verified_at == NOON


def test_a_verified_address_of_somebody_else_is_not_taken_from_them(shop: Shop):
    owner = IdentityFactory(value="a@mail.example", verified=True).customer
    other = come(shop, number("c-2")).customer

    with pytest.raises(ConflictingIdentities):
        add_identities(other, hints=[email("a@mail.example", verified=True)], shop=shop, source="x", at=NOON)
    with pytest.raises(ConflictingIdentities):
        change_customer(
            other,
            details={"given_name": "Eva"},
            hints=[email("a@mail.example", verified=True)],
            shop=shop,
            source="x",
            at=NOON,
        )
    assert Identity.objects.get(kind="email").customer == owner
    assert Customer.objects.get(pk=other.pk).given_name == ""


@pytest.mark.django_db(transaction=True)
def test_ten_first_tellings_at_once_make_one_customer(shop: Shop):
    def tell(_: int) -> int:
        try:
            return come(shop, number("c-9"), email("nine@mail.example", verified=True)).customer.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as threads:
        assert len(set(threads.map(tell, range(10)))) == 1
    assert Identity.objects.count() == 2
