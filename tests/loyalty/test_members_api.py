from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from crm.models import TimelineEntry
from loyalty import ledger
from loyalty.ledger import Lot
from loyalty.models import Member, MemberTier, Tier, TierPrivilege
from tests.api_client import ShopSystem
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.orders import placed_order

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def till():
    return ShopSystem()


def earn(member, points, *, key, at=NOON, trace=None, order=None, **lot):
    return ledger.earn(
        member.pk,
        lots=[Lot(points=points, **lot)],
        key=key,
        occurred_at=at,
        at=at,
        trace=trace,
        order_id=order.pk if order else None,
    )


# ── joining ──────────────────────────────────────────────────────────────────
def test_a_customer_joins_by_id_and_again_changes_nothing(till):
    vera, programme = CustomerFactory(), ProgrammeFactory()

    first = till.post("members/", {"customer": vera.pk})
    second = till.post("members/", {"customer": vera.pk, "programme": programme.slug})

    assert (first.status, second.status) == (201, 201)
    assert first.body["balances"] == {"available": 0, "pending": 0, "held": 0, "debt": 0}
    assert first.body["joined_through"] == "api"
    assert second.body["id"] == first.body["id"]
    assert TimelineEntry.objects.filter(kind="loyalty.member_joined").count() == 1


def test_a_customer_becomes_known_and_joins_in_one_request(till):
    ProgrammeFactory()
    known = IdentityFactory(kind="phone", value="+359888123456", verified=True).customer
    phone = {"kind": "phone", "value": "0888 123 456", "is_verified": True}

    again = till.post("members/", {"identities": [phone]})
    fresh = till.post("members/", {"external_id": "c-7", "given_name": "Ада"})

    assert again.body["customer"] == known.pk
    assert Member.objects.get(pk=fresh.body["id"]).customer.given_name == "Ада"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"customer": 999_999}, "unknown-customer"),
        ({"customer": 1, "programme": "none"}, "unknown-programme"),
        ({}, "invalid-body"),
        ({"programme": "main"}, "invalid-body"),
        ({"customer": 1, "given_name": "Ада"}, "invalid-body"),
        ({"customer": "1"}, "invalid-body"),
        ({"customer": 1, "points": 100}, "invalid-body"),
    ],
)
def test_who_cannot_join_is_told_why(till, body, problem):
    ProgrammeFactory()

    assert till.post("members/", body).problem == (422, problem)
    assert Member.objects.count() == 0


def test_where_two_programmes_run_one_has_to_be_named(till):
    ProgrammeFactory(slug="one")
    ProgrammeFactory(slug="two")
    vera = CustomerFactory()

    assert till.post("members/", {"customer": vera.pk}).problem == (422, "unknown-programme")
    assert till.post("members/", {"customer": vera.pk, "programme": "two"}).body["programme"] == "two"


# ── reading ──────────────────────────────────────────────────────────────────
def test_members_are_listed_by_key_and_narrowed(till, django_assert_num_queries):
    members = [MemberFactory() for _ in range(3)]
    MemberFactory(customer__erased_at=NOON)
    till.warm("members/")

    with django_assert_num_queries(1):
        first = till.get("members/?limit=2")
    second = till.get(f"members/?limit=2&cursor={first.body['next_cursor']}")

    found = [item["id"] for item in first.body["items"] + second.body["items"]]
    assert found == [member.pk for member in members]
    assert second.body["next_cursor"] is None
    assert [m["id"] for m in till.get(f"members/?customer={members[1].customer_id}").body["items"]] == [
        members[1].pk
    ]
    assert till.get("members/?programme=other").body["items"] == []
    assert till.get("members/?customer=x").problem == (400, "invalid-query")
    assert till.get(f"members/?customer={'9' * 19}").problem == (400, "invalid-query")


def test_a_member_shows_what_they_have_and_what_goes_when(till, django_assert_num_queries):
    member = MemberFactory()
    soon = NOON + timedelta(days=30)
    earn(member, 150, key="a", expires_at=soon)
    earn(member, 1134, key="b")
    earn(member, 60, key="c", available_at=NOON + timedelta(days=14))
    till.warm(f"members/{member.pk}/")

    with django_assert_num_queries(7):
        answer = till.get(f"members/{member.pk}/")

    assert answer.body["balances"] == {"available": 1284, "pending": 60, "held": 0, "debt": 0}
    assert (answer.body["worth"], answer.body["currency"]) == ("12.84", "EUR")
    assert answer.body["expiring"] == [
        {"points": 150, "at": "2026-04-01T12:00:00Z"},
        {"points": 1134, "at": None},
    ]
    assert answer.body["becoming_available"] == [{"points": 60, "at": "2026-03-16T12:00:00Z"}]


def test_a_member_shows_their_tier_and_the_way_to_the_next(till):
    member = MemberFactory()
    silver = Tier.objects.create(programme=member.programme, slug="silver", name="Silver", level=1)
    Tier.objects.create(
        programme=member.programme, slug="gold", name="Gold", level=2, threshold=Decimal("300.00")
    )
    MemberTier.objects.create(member=member, tier=silver, since_at=NOON)

    (way,) = till.get(f"members/{member.pk}/").body["tiers"]

    assert (way["tier"]["slug"], way["next_tier"]["slug"], way["share_percent"]) == ("silver", "gold", 0)
    assert way["to_rise"] == "Purchases for €300.00 more lead to the tier “Gold”."


def test_entitlements_say_what_the_tier_gives_and_what_the_next_would(till):
    member = MemberFactory()
    silver = Tier.objects.create(programme=member.programme, slug="silver", name="Silver", level=1)
    gold = Tier.objects.create(programme=member.programme, slug="gold", name="Gold", level=2)
    MemberTier.objects.create(member=member, tier=silver, since_at=NOON)
    TierPrivilege.objects.create(tier=silver, kind="priority_support")
    TierPrivilege.objects.create(tier=gold, kind="personal_manager")

    found = till.get(f"members/{member.pk}/entitlements/").body["items"]

    assert [(one["kind"], one["is_allowed"], one["tier"]["slug"]) for one in found] == [
        ("priority_support", True, "silver"),
        ("personal_manager", False, "gold"),
    ]


def test_of_a_merged_member_the_one_who_goes_on_is_shown(till):
    goes_on = MemberFactory()
    merged = MemberFactory(merged_into=goes_on)

    for path in ("", "statement/", "entitlements/"):
        assert till.get(f"members/{merged.pk}/{path}").status == 200
    assert till.get(f"members/{merged.pk}/").body["id"] == goes_on.pk


def test_nobody_is_found_by_an_unknown_id_or_after_erasure(till):
    erased = MemberFactory(customer__erased_at=NOON)

    for pk in (erased.pk, 999_999):
        for path in ("", "statement/", "entitlements/"):
            assert till.get(f"members/{pk}/{path}").problem == (404, "not-found")


# ── the statement ────────────────────────────────────────────────────────────
TRACE = {
    "rules": [
        {"name": "A point a euro", "points": 60, "why": {"code": "amount", "figures": {"amount": "60.20"}}}
    ]
}


def test_a_statement_explains_each_line_newest_first(till):
    member = MemberFactory()
    order = placed_order("o-1", number="LP-1", customer=member.customer)
    earn(member, 60, key="a", trace=TRACE, order=order)
    ledger.redeem(member.pk, points=25, key="b", at=NOON + timedelta(hours=1))

    spent, earned = till.get(f"members/{member.pk}/statement/").body["items"]

    assert (spent["kind"], spent["change"], spent["available_after"]) == ("redeem", -25, 35)
    assert spent["explanation"] == "Points were spent"
    assert (earned["change"], earned["order_number"]) == (60, "LP-1")
    assert earned["explanation"] == "Earned with order LP-1"
    assert earned["reasons"] == [
        {"rule": "A point a euro", "points": 60, "sentence": "The purchase counts with 60.20."}
    ]


def test_a_statement_is_in_the_language_that_was_asked_for(till):
    member = MemberFactory()
    earn(member, 60, key="a")

    answer = till.get(f"members/{member.pk}/statement/", accept_language="ru")

    assert answer.headers["Content-Language"] == "ru"


def test_a_statement_is_read_by_key_at_the_same_cost(till, django_assert_num_queries):
    member = MemberFactory()
    for number in range(7):
        earn(member, 10 + number, key=str(number), available_at=NOON + timedelta(days=1))
    ledger.confirm([member.pk], at=NOON + timedelta(days=2))
    till.warm(f"members/{member.pk}/statement/")

    seen, cursor = [], ""
    for _ in range(4):
        with django_assert_num_queries(3):
            page = till.get(f"members/{member.pk}/statement/?limit=2{cursor}")
        seen += page.body["items"]
        cursor = f"&cursor={page.body['next_cursor']}"

    assert page.body["next_cursor"] is None
    assert [line["kind"] for line in seen] == ["confirm"] + ["earn"] * 7
    assert seen[0]["change"] == 0
    assert [line["points"] for line in seen[1:]] == list(range(16, 9, -1))


def test_a_cursor_serves_its_own_statement_alone(till):
    member, other = MemberFactory(), MemberFactory()
    for number in range(3):
        earn(member, 10, key=str(number))
    cursor = till.get(f"members/{member.pk}/statement/?limit=1").body["next_cursor"]

    assert till.get(f"members/{other.pk}/statement/?cursor={cursor}").problem == (400, "invalid-query")
    assert till.get(f"members/{member.pk}/statement/?cursor=x").problem == (400, "invalid-query")


def test_a_key_needs_the_scopes_of_members():
    member = MemberFactory()
    outsider = ShopSystem(scopes="customers:read")

    assert outsider.get(f"members/{member.pk}/").problem == (403, "scope-missing")
    assert outsider.post("members/", {"customer": member.customer_id}).problem == (403, "scope-missing")
