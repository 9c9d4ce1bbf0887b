"""A cart is quoted, and an order takes what was quoted: points set aside and coupons pay in its own transaction."""

from datetime import UTC, datetime, timedelta

import pytest

from crm.models import Order
from loyalty import ledger
from loyalty.coupons import couponing
from loyalty.models import Coupon, CouponUse, Hold, Member, Programme, Transaction
from loyalty.points import holds
from tests.api_client import ShopSystem
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.loyalty_rewards import CouponPoolFactory
from tests.factories.loyalty_rules import ladder, rule

NOW = datetime.now(UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme() -> Programme:
    return ProgrammeFactory(pending_days=14, largest_share_percent=50)


@pytest.fixture
def vera(programme: Programme) -> Member:
    rule(programme, name="Base")
    member = MemberFactory(programme=programme)
    ledger.earn(member.pk, lots=[ledger.Lot(points=1500)], key="gift", occurred_at=NOW, at=NOW)
    return member


def cart(member: Member | None, *amounts: str, **more):
    lines = [
        {"id": f"line-{n}", "sku": f"TEA-{n}", "quantity": "1", "amount": amount}
        for n, amount in enumerate(amounts or ("20.00",), 1)
    ]
    return {"lines": lines, **({"member": member.pk} if member else {}), **more}


def quote(body, shop: ShopSystem | None = None):
    answer = (shop or ShopSystem()).post("quotes/", body)
    assert answer.status == 200, answer.body
    return answer.body


def test_a_cart_is_told_what_it_would_earn_by_line_and_when(vera):
    body = quote(cart(vera, "19.60", "0.50"))

    assert body["earns"]["points"] == 20
    assert body["earns"]["lines"] == [{"id": "line-1", "points": 19}, {"id": "line-2", "points": 1}]
    assert body["earns"]["why"] == [
        {"rule": "Base", "points": 20, "code": "amount", "sentence": "The purchase counts with 20.10."}
    ]
    assert not Transaction.objects.filter(kind="earn", order__isnull=False).exists()


def test_points_may_pay_the_share_that_the_programme_allows(vera):
    spends = quote(cart(vera, "20.00"))["spends"]

    assert (spends["points"], spends["amount"], spends["most_points"]) == (1000, "10.00", 1000)
    assert [reason["code"] for reason in spends["why_not"]] == ["largest-share"]


def test_a_small_balance_cannot_pay_yet_and_is_told_how_much_is_missing(programme, vera):
    programme.smallest_balance_points = 2000
    programme.save()

    spends = quote(cart(vera))["spends"]

    assert spends["points"] == 0
    assert spends["why_not"][0]["sentence"] == "Points missing until they can be spent: 500."


def test_excluded_goods_and_delivery_are_not_paid_with_points(programme, vera):
    programme.excluded_goods = {"field": "line.sku", "op": "eq", "value": "TEA-2"}
    programme.save()

    spends = quote(cart(vera, "10.00", "100.00", delivery_amount="5.00"))["spends"]

    assert spends["most_points"] == 500
    assert {reason["code"] for reason in spends["why_not"]} == {
        "largest-share",
        "goods-excluded",
        "delivery-excluded",
    }


def test_the_best_combination_says_what_is_left_to_pay_and_what_that_earns(vera):
    best = quote(cart(vera, "20.00", delivery_amount="4.00"))["best"]

    assert best == {
        "coupon": None,
        "discount_amount": "0.00",
        "points": 1000,
        "points_amount": "10.00",
        "to_pay_amount": "14.00",
        "earns_points": 10,
    }


def test_who_is_no_member_sees_what_joining_would_bring(programme, vera):
    body = quote(cart(None))

    assert (body["earns"]["points"], body["spends"]["points"]) == (20, 0)
    assert [reason["code"] for reason in body["spends"]["why_not"]] == ["not-a-member"]
    assert body["member"] is None


def test_a_rule_that_gives_nothing_says_what_is_missing(programme, vera):
    condition = {"field": "order.net", "op": "gte", "value": "50.00"}
    rule(programme, "fixed", {"points": 100}, name="Large baskets", conditions=condition)

    (why_not,) = quote(cart(vera))["earns"]["why_not"]

    assert why_not["rule"] == "Large baskets"
    assert "30.00" in why_not["sentence"]


def test_another_currency_is_quoted_nothing(vera):
    body = quote(cart(vera, currency="BGN"))

    assert (body["earns"]["points"], body["spends"]["points"]) == (0, 0)
    assert [reason["code"] for reason in body["earns"]["why_not"]] == ["other-currency"]


def test_unknown_members_and_coupons_are_refused():
    ProgrammeFactory()
    shop = ShopSystem()

    assert shop.post("quotes/", {**cart(None), "member": 10**12}).problem == (422, "unknown-member")
    assert shop.post("quotes/", cart(None, coupons=["NOBODYS"])).problem == (422, "unknown-coupon")
    assert shop.post("quotes/", cart(None, programme="other")).problem == (422, "unknown-programme")
    assert shop.post("quotes/", cart(None, "0")).status == 200


def test_a_quote_needs_no_key_and_the_same_queries_for_any_cart(vera, django_assert_max_num_queries):
    shop = ShopSystem()
    quote(cart(vera), shop)

    with django_assert_max_num_queries(35) as few:
        assert shop.post("quotes/", cart(vera), Idempotency_Key="").status == 200
    with django_assert_max_num_queries(35) as many:
        assert shop.post("quotes/", cart(vera, *["1.00"] * 60), Idempotency_Key="").status == 200
    assert len(few) == len(many)


# ── orders take holds ────────────────────────────────────────────────────────
def order(member: Member, **more):
    return {
        "external_id": "o-1",
        "customer": {"id": member.customer_id},
        "lines": [{"external_id": "1", "name": "Tea", "quantity": "1", "unit_price": "20.00"}],
        "placed_at": NOW.isoformat(),
        "paid_at": NOW.isoformat(),
        **more,
    }


def held(member: Member, points: int) -> int:
    posted = holds.hold(member, points=points, key=f"hold:{points}", at=NOW, until=NOW + timedelta(hours=1))
    assert posted.hold_id
    return posted.hold_id


def test_points_set_aside_pay_the_order_and_what_they_paid_earns_nothing(vera):
    hold = held(vera, 600)

    answer = ShopSystem().post("orders/", order(vera, holds=[hold]))

    assert answer.status == 201
    vera.wallet.refresh_from_db()
    assert (vera.wallet.available, vera.wallet.held, vera.wallet.pending) == (900, 0, 14)
    captured = Transaction.objects.get(kind="capture")
    assert (captured.order_id, captured.points) == (answer.body["id"], 600)


def test_an_order_told_twice_takes_the_points_once(vera):
    hold = held(vera, 600)
    shop = ShopSystem()

    first = shop.post("orders/", order(vera, holds=[hold]))
    second = shop.post("orders/", order(vera, holds=[hold]))

    assert first.body["id"] == second.body["id"]
    assert Transaction.objects.filter(kind="capture").count() == 1


@pytest.mark.parametrize(
    ("points", "whose", "refusal"),
    [(1001, "vera", "more-than-points-may-pay"), (5, "other", "hold-of-somebody-else")],
)
def test_an_order_that_points_cannot_pay_is_not_placed(programme, vera, points, whose, refusal):
    other = MemberFactory(programme=programme)
    hold = held(vera, points)

    answer = ShopSystem().post("orders/", order(vera if whose == "vera" else other, holds=[hold]))

    assert answer.problem[1] == refusal
    assert answer.pointers == ["/holds/0"]
    assert not Order.objects.exists()
    assert Hold.objects.get(pk=hold).captured == 0


def test_an_unknown_hold_or_coupon_leaves_no_order(vera):
    shop = ShopSystem()

    assert shop.post("orders/", order(vera, holds=[10**9])).problem == (422, "unknown-hold")
    assert shop.post("orders/", order(vera, coupons=["NOBODYS"])).problem == (422, "unknown-coupon")
    assert not Order.objects.exists()
    assert not CouponUse.objects.exists()


def test_a_cancelled_order_gives_points_back(vera):
    shop = ShopSystem()
    placed = shop.post("orders/", order(vera, holds=[held(vera, 600)]))

    event = {"type": "cancelled", "occurred_at": NOW.isoformat()}
    assert shop.post(f"orders/{placed.body['id']}/events/", event).status == 201

    vera.wallet.refresh_from_db()
    assert (vera.wallet.available, vera.wallet.pending, vera.wallet.held) == (1500, 0, 0)


# ── programmes ───────────────────────────────────────────────────────────────
def test_shops_read_what_the_company_promises(programme, vera):
    ladder(programme)

    (shown,) = ShopSystem().get("programmes/").body["items"]

    assert (shown["slug"], shown["point_value"], shown["largest_share_percent"]) == ("main", "0.0100", 50)
    assert [tier["slug"] for tier in shown["tiers"]] == ["bronze", "silver", "gold"]
    assert [(one["name"], one["gives"]) for one in shown["rules"]] == [("Base", "Points: 1 for each 1.00.")]


def test_programmes_are_listed_in_few_queries(vera, django_assert_max_num_queries):
    for n in range(4):
        rule(ProgrammeFactory(slug=f"p-{n}"))
    shop = ShopSystem()
    shop.warm("programmes/")

    with django_assert_max_num_queries(6):
        assert len(shop.get("programmes/").body["items"]) == 5


def test_a_stranger_is_quoted_without_touching_anybody():
    ProgrammeFactory()
    stranger = CustomerFactory()

    quote(cart(None))

    assert not stranger.memberships.exists()


# ── coupons ──────────────────────────────────────────────────────────────────
def test_a_coupon_is_quoted_is_used_with_the_order_that_names_it_and_with_no_other(programme, vera):
    pool = CouponPoolFactory(programme=programme, settings={"amount": "5.00"})
    coupon = Coupon.objects.create(pool=pool, code="SPRINGTEN", created_at=NOW, uses_left=1)
    shop = ShopSystem()

    quoted = quote(cart(vera, coupons=[coupon.code]), shop)

    assert quoted["best"]["coupon"] == coupon.code
    assert (quoted["best"]["discount_amount"], quoted["best"]["points"]) == ("5.00", 750)
    line = {
        "external_id": "1",
        "name": "Tea",
        "quantity": "1",
        "unit_price": "20.00",
        "discount_amount": "5.00",
    }
    placed = shop.post("orders/", order(vera, coupons=[coupon.code], lines=[line]))
    assert placed.status == 201
    assert CouponUse.objects.get().goods_amount == 5
    refused = shop.post("orders/", order(vera, coupons=[coupon.code], lines=[line], external_id="o-2"))
    assert refused.problem == (409, "coupon-used-up")
    assert Order.objects.count() == 1

    couponing.release_of_order(placed.body["id"], at=NOW)
    coupon.refresh_from_db()
    assert coupon.uses_left == 1
