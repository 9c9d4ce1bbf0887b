from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from itertools import count

import pytest

from crm.models import TimelineEntry
from loyalty.coupons import coupon_codes, couponing
from loyalty.coupons.couponing import (
    CartInAnotherCurrency,
    CouponBelowMinimum,
    CouponForMembersOnly,
    CouponGivesNothingHere,
    CouponNotForThisMember,
    CouponNotValidNow,
    CouponOfAnotherMember,
    CouponUsedByThisMember,
    CouponUsedUp,
    UnknownCoupon,
)
from loyalty.errors import LedgerKeyUsedOtherwise
from loyalty.models import Coupon, CouponPool, CouponUse
from loyalty.rules import budgets
from loyalty.rules.budgets import BudgetUsedUp
from tests.factories.loyalty_rewards import (
    BudgetFactory,
    CouponPoolFactory,
    at_once,
    cart,
    member_with,
)
from tests.factories.orders import placed_order
from tests.factories.shops import NOON, ShopFactory

pytestmark = pytest.mark.django_db
CART = cart("50.00")
_keys = count(1)


def coupon_of(pool=None, code="SPRING10", **more):
    pool = pool or CouponPoolFactory()
    return Coupon.objects.create(
        pool=pool, code=code, created_at=NOON, **{"uses_left": pool.uses_per_code, **more}
    )


def use(coupon, *, member=None, cart=CART, at=NOON, key=None, **more):
    more.setdefault("shop", ShopFactory())
    return couponing.redeem(coupon, member=member, cart=cart, at=at, key=key or f"u{next(_keys)}", **more)


def test_a_code_is_found_however_it_is_typed():
    coupon = coupon_of(code="SPRING10")

    assert couponing.find(" spring-10 ") == coupon


@pytest.mark.parametrize("typed", ["", "  ", "NOPE", "a\0b", "x" * 5000, "';--", "📦📦📦"])
def test_what_is_no_code_is_unknown(typed):
    with pytest.raises(UnknownCoupon):
        couponing.find(typed)


def test_a_use_takes_its_discount_and_tells_the_timeline():
    member = member_with(0)

    used = use(coupon_of(), member=member)

    assert used.goods_amount == Decimal("5.00")
    entry = TimelineEntry.objects.get(kind="loyalty.coupon_used")
    assert entry.customer == member.customer
    assert "SPRING10" not in str(entry.payload)


def test_a_code_for_one_use_is_used_once():
    coupon = coupon_of()
    use(coupon)

    with pytest.raises(CouponUsedUp):
        use(coupon)


def test_the_same_key_uses_once():
    coupon = coupon_of()

    assert use(coupon, key="k").pk == use(coupon, key="k").pk


def test_a_key_stands_for_one_coupon():
    pool = CouponPoolFactory()
    use(coupon_of(pool, "ONE"), key="k")

    with pytest.raises(LedgerKeyUsedOtherwise):
        use(coupon_of(pool, "TWO"), key="k")


def test_a_personal_code_is_for_its_holder():
    holder, other = member_with(0), member_with(0)
    coupon = coupon_codes.issue(CouponPoolFactory(), holder=holder, at=NOON)

    with pytest.raises(CouponOfAnotherMember):
        use(coupon, member=other)
    with pytest.raises(CouponForMembersOnly):
        use(coupon)
    assert use(coupon, member=holder)


def test_a_code_follows_a_person_who_was_merged():
    holder, survivor = member_with(0), member_with(0)
    coupon = coupon_codes.issue(CouponPoolFactory(), holder=holder, at=NOON)
    type(holder.customer).objects.filter(pk=holder.customer_id).update(merged_into=survivor.customer)
    type(holder).objects.filter(pk=holder.pk).update(merged_into=survivor)

    assert use(coupon, member=survivor)


def test_a_pool_limits_what_one_person_uses():
    pool, member = CouponPoolFactory(uses_per_person=1), member_with(0)
    use(coupon_of(pool, "ONE"), member=member)

    with pytest.raises(CouponUsedByThisMember):
        use(coupon_of(pool, "TWO"), member=member)
    with pytest.raises(CouponForMembersOnly):
        use(coupon_of(pool, "THREE"))


def test_a_pool_limits_what_all_use_together():
    pool = CouponPoolFactory(uses_left=1)
    use(coupon_of(pool, "ONE"))

    with pytest.raises(CouponUsedUp):
        use(coupon_of(pool, "TWO"))


def test_a_code_has_its_days():
    pool = CouponPoolFactory(starts_at=NOON, ends_at=NOON + timedelta(days=1))
    coupon = coupon_of(pool)

    for at in (NOON - timedelta(seconds=1), NOON + timedelta(days=1)):
        with pytest.raises(CouponNotValidNow):
            use(coupon, at=at)


def test_a_members_own_code_ends_with_its_days_or_with_the_pool():
    pool = CouponPoolFactory(days_valid=10, ends_at=NOON + timedelta(days=7))

    assert coupon_codes.issue(pool, holder=member_with(0), at=NOON).valid_until == pool.ends_at


def test_a_blocked_code_is_worth_nothing():
    with pytest.raises(CouponNotValidNow):
        use(coupon_of(blocked_at=NOON))


def test_a_small_purchase_is_told_what_is_missing():
    with pytest.raises(CouponBelowMinimum) as refused:
        use(coupon_of(CouponPoolFactory(minimum_amount=60)))

    assert refused.value.figures == {"missing": "10.00"}


def test_a_cart_without_the_goods_gains_nothing_and_uses_nothing():
    coupon = coupon_of(CouponPoolFactory(settings={"percent": "10", "skus": ["TEA"]}))

    with pytest.raises(CouponGivesNothingHere):
        use(coupon)
    assert Coupon.objects.get().uses_left == 1


def test_a_cart_in_another_currency_is_refused():
    with pytest.raises(CartInAnotherCurrency):
        use(coupon_of(), cart=cart("50.00", currency="RUB"))


def test_conditions_say_who_may_use_it():
    tree = {"field": "customer.language", "op": "eq", "value": "bg"}
    coupon = coupon_of(CouponPoolFactory(conditions=tree))

    with pytest.raises(CouponNotForThisMember):
        use(coupon, member=member_with(0, customer__language="ru"))
    assert use(coupon, member=member_with(0, customer__language="bg"))


def test_a_cancelled_order_gives_code_pool_and_budget_back_once():
    shop = ShopFactory()
    pool = CouponPoolFactory(uses_left=3, budget=BudgetFactory(unit="money", amount=100), uses_per_person=1)
    member = member_with(0)
    coupon = coupon_of(pool)
    use(coupon, shop=shop, order_external_id="o-1", member=member)
    order = placed_order("o-1", shop=shop)

    for _ in range(2):
        couponing.release_of_order(order.pk, at=NOON)

    assert Coupon.objects.get().uses_left == 1
    assert CouponPool.objects.get().uses_left == 3
    assert budgets.left(pool.budget, at=NOON) == 100
    assert use(coupon, member=member)


def test_a_budget_of_money_holds():
    pool = CouponPoolFactory(budget=BudgetFactory(unit="money", amount="7.00"))
    use(coupon_of(pool, "ONE"))

    with pytest.raises(BudgetUsedUp) as refused:
        use(coupon_of(pool, "TWO"))
    assert refused.value.figures == {"left": "2.00"}
    assert Coupon.objects.get(code="TWO").uses_left == 1


def test_looking_changes_nothing_and_says_everything_that_stands_in_the_way():
    coupon = coupon_of(CouponPoolFactory(minimum_amount=60), uses_left=0)

    looked = couponing.look(coupon, cart=CART, at=NOON)

    assert [type(refusal) for refusal in looked.why_not] == [CouponUsedUp, CouponBelowMinimum]
    assert not CouponUse.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_fifty_who_use_a_code_at_once_one_has_it():
    coupon, shop = coupon_of(), ShopFactory()

    used = at_once(lambda number: use(coupon, shop=shop, key=f"k{number}"), range(50), CouponUsedUp)

    assert sum(one is not None for one in used) == 1
    assert CouponUse.objects.count() == 1
    assert Coupon.objects.get().uses_left == 0


@pytest.mark.django_db(transaction=True)
def test_one_person_with_many_codes_at_once_uses_as_many_as_one_person_may():
    pool, member, shop = CouponPoolFactory(uses_per_person=2), member_with(0), ShopFactory()
    coupons = [coupon_of(pool, f"CODE{number}") for number in range(16)]

    used = at_once(lambda one: use(one, member=member, shop=shop), coupons, CouponUsedByThisMember)

    assert sum(one is not None for one in used) == 2


# ── Codes ────────────────────────────────────────────────────────────────────
def test_a_made_code_has_sixty_bits_and_no_letters_that_look_alike():
    assert len(coupon_codes.ALPHABET) ** coupon_codes.LENGTH >= 2**60
    assert not set("01ILO") & set(coupon_codes.ALPHABET)
    assert len({coupon_codes.new_code() for _ in range(1000)}) == 1000


def test_a_hundred_thousand_codes_are_made_a_chunk_at_a_time():
    pool = CouponPoolFactory()
    batch = coupon_codes.open_batch(pool, wanted=100_000, prefix="tea", at=NOON)
    seen = []

    while coupon_codes.work_on(batch.pk, clock=clock_of_one_chunk(), until=NOON + timedelta(seconds=2)):
        batch.refresh_from_db()
        seen.append(batch.percent)

    batch.refresh_from_db()
    assert seen == [10, 20, 30, 40, 50, 60, 70, 80, 90]
    assert batch.made == pool.coupons.count() == 100_000
    assert batch.finished_at
    assert pool.coupons.first().code.startswith("TEA")


def clock_of_one_chunk():
    """Says a second more with each question: after one chunk the time is over."""
    seconds = count()
    return lambda: NOON + timedelta(seconds=next(seconds))


def test_a_stopped_batch_makes_no_more():
    batch = coupon_codes.open_batch(CouponPoolFactory(), wanted=5, at=NOON)
    coupon_codes.cancel_batch(batch, at=NOON)

    assert not coupon_codes.work_on(batch.pk, clock=lambda: NOON, until=NOON + timedelta(days=1))
    assert not Coupon.objects.exists()


def test_codes_of_others_come_from_a_file_and_are_known_the_second_time():
    pool = CouponPoolFactory(uses_per_code=3)
    file = "\ufeffcode;\nспринг-10\nSUMMER20;ignored\n\n??\nsummer20\n".encode()

    first = coupon_codes.import_codes(pool, BytesIO(file), at=NOON)
    again = coupon_codes.import_codes(pool, BytesIO(file), at=NOON)

    assert (first.new, first.known, first.unreadable_lines) == (2, 1, [5])
    assert (again.new, again.known) == (0, 3)
    assert set(pool.coupons.values_list("code", "uses_left")) == {("СПРИНГ10", 3), ("SUMMER20", 3)}


def test_a_file_that_is_no_text_is_refused():
    with pytest.raises(coupon_codes.UnreadableFile):
        coupon_codes.import_codes(CouponPoolFactory(), BytesIO(b"\xff\xfe\x00PK"), at=NOON)


def test_a_file_with_too_many_codes_takes_none_in(monkeypatch):
    monkeypatch.setattr(coupon_codes, "MOST_IMPORTED", 2)

    with pytest.raises(coupon_codes.TooManyCodes):
        coupon_codes.import_codes(CouponPoolFactory(), BytesIO(b"AAA\nBBB\nCCC\n"), at=NOON)
    assert not Coupon.objects.exists()
