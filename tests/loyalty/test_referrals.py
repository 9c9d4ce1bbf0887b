from datetime import timedelta
from decimal import Decimal

import pytest

from crm.models import TimelineEntry
from crm.people import merging
from crm.people.identity_kinds import IdentityKind
from crm.purchases.ordering import advance_order
from crm.purchases.returning import LineReturned, register_return
from loyalty.members import referring
from loyalty.members.referring import (
    NotANewcomer,
    ReferralOfOneself,
    ReferralsNotOffered,
    ReferredAlready,
    UnknownReferralCode,
)
from loyalty.models import Referral, Wallet
from tests.factories.customers import IdentityFactory
from tests.factories.loyalty import MemberFactory
from tests.factories.loyalty_rewards import BudgetFactory, ReferralTermsFactory, at_once
from tests.factories.orders import line, placed_order
from tests.factories.shops import NOON, UserFactory

pytestmark = pytest.mark.django_db
WINDOW = timedelta(days=14)


@pytest.fixture
def anna():
    return MemberFactory()


@pytest.fixture
def boris():
    ReferralTermsFactory()
    return MemberFactory()


def refer(anna, boris):
    return referring.refer(boris, code=referring.code_of(anna, at=NOON).code, at=NOON)


def bought(member, external_id="o-1", *, at=NOON, price="10.00", **more):
    order = placed_order(
        external_id,
        customer=member.customer,
        lines=[line(quantity="2", unit_price=price)],
        placed_at=at,
        at=at,
        moments={"paid": at},
        **more,
    )
    referring.note_paid_order(order.pk)
    return order


def give_back(order, quantity, *, at):
    register_return(
        order,
        external_id=f"r-{quantity}",
        lines=[LineReturned(line="1", quantity=Decimal(quantity))],
        returned_at=at,
        source="test",
        at=at,
    )
    referring.reconsider([order.customer_id], at=at)


def points(member):
    return Wallet.objects.get(pk=member.pk).available


def state():
    return Referral.objects.get().state


def test_a_member_has_one_code_that_stays(anna):
    assert referring.code_of(anna, at=NOON).pk == referring.code_of(anna, at=NOON + WINDOW).pk


def test_both_get_their_points_when_the_return_window_is_over(anna, boris):
    refer(anna, boris)
    bought(boris)

    assert referring.pay_due(at=NOON + WINDOW - timedelta(seconds=1)) == 0
    assert referring.pay_due(at=NOON + WINDOW) == 1
    assert referring.pay_due(at=NOON + WINDOW) == 0
    assert (points(anna), points(boris)) == (300, 200)
    assert TimelineEntry.objects.filter(kind="loyalty.referral_paid").count() == 2


def test_goods_returned_inside_the_window_pay_nobody(anna, boris):
    refer(anna, boris)
    give_back(bought(boris), "2", at=NOON + timedelta(days=3))

    referring.pay_due(at=NOON + WINDOW)

    assert (state(), Referral.objects.get().reason) == ("refused", "returned")
    assert (points(anna), points(boris)) == (0, 0)


def test_a_return_that_nobody_told_us_of_is_seen_at_the_payout(anna, boris):
    refer(anna, boris)
    order = bought(boris)
    order.cancelled_at = NOON
    order.save()

    assert referring.pay_due(at=NOON + WINDOW) == 0
    assert Referral.objects.get().reason == "returned"


def test_a_part_of_the_order_returned_pays_as_long_as_enough_is_kept(anna, boris):
    refer(anna, boris)
    give_back(bought(boris), "1", at=NOON + timedelta(days=3))

    assert referring.pay_due(at=NOON + WINDOW) == 1


def test_an_order_that_became_too_small_pays_nobody(anna, boris):
    boris.programme.referral_terms.smallest_order = 15
    boris.programme.referral_terms.save()
    refer(anna, boris)
    give_back(bought(boris), "1", at=NOON + timedelta(days=3))

    assert Referral.objects.get().reason == "too_small"


def test_a_cancelled_order_pays_nobody(anna, boris):
    refer(anna, boris)
    order = bought(boris)
    advance_order(order=order, moment="cancelled", occurred_at=NOON, source="test", at=NOON)
    referring.reconsider([order.customer_id], at=NOON)

    assert Referral.objects.get().reason == "returned"


def test_only_the_first_order_counts(anna, boris):
    refer(anna, boris)
    bought(boris, "o-1")
    bought(boris, "o-2", at=NOON + timedelta(days=10))

    assert Referral.objects.get().order.external_id == "o-1"
    assert Referral.objects.get().due_at == NOON + WINDOW


def test_an_order_too_small_to_count_lets_the_next_one_be_the_first(anna, boris):
    boris.programme.referral_terms.smallest_order = 15
    boris.programme.referral_terms.save()
    refer(anna, boris)

    bought(boris, "o-1", price="2.00")
    assert state() == "waiting_for_first_order"
    bought(boris, "o-2")
    assert state() == "in_return_window"


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        (IdentityKind.PHONE, "+359888123456", "same_phone"),
        (IdentityKind.EMAIL, "anna@mail.example", "same_email"),
        (IdentityKind.CARD, "2000000000015", "same_card"),
    ],
)
def test_nobody_recommends_us_to_themselves(anna, boris, kind, value, reason):
    for member in (anna, boris):
        IdentityFactory(customer=member.customer, kind=kind, value=value)

    with pytest.raises(ReferralOfOneself) as refused:
        refer(anna, boris)
    assert refused.value.figures == {"reason": reason}
    assert not Referral.objects.exists()


def test_a_person_under_two_ids_is_one_person(anna, boris):
    merging.merge(survivor=anna.customer, other=boris.customer, by=UserFactory(), at=NOON)
    boris.refresh_from_db()

    with pytest.raises(ReferralOfOneself) as refused:
        refer(anna, boris)
    assert refused.value.figures == {"reason": "same_person"}


def test_who_turns_out_to_be_the_same_person_later_is_not_paid(anna, boris):
    refer(anna, boris)
    bought(boris)
    for member in (anna, boris):
        IdentityFactory(customer=member.customer, kind=IdentityKind.PHONE, value="+359888123456")

    assert referring.pay_due(at=NOON + WINDOW) == 0
    assert Referral.objects.get().reason == "same_phone"


def test_whoever_bought_before_is_no_newcomer(anna, boris):
    bought(boris)

    with pytest.raises(NotANewcomer):
        refer(anna, boris)


def test_a_friend_comes_on_one_recommendation(anna, boris):
    assert refer(anna, boris).pk == refer(anna, boris).pk

    with pytest.raises(ReferredAlready):
        refer(MemberFactory(), boris)


@pytest.mark.parametrize("code", ["", "NOPE2345", "a\0b", "x" * 4000])
def test_an_unknown_code_refers_nobody(boris, code):
    with pytest.raises(UnknownReferralCode):
        referring.refer(boris, code=code, at=NOON)


def test_without_terms_nothing_is_promised(anna):
    with pytest.raises(ReferralsNotOffered):
        refer(anna, MemberFactory())


def test_what_was_promised_is_paid_though_the_terms_changed(anna, boris):
    refer(anna, boris)
    bought(boris)
    terms = boris.programme.referral_terms
    terms.referrer_points = 1
    terms.save()

    referring.pay_due(at=NOON + WINDOW)

    assert points(anna) == 300


def test_whoever_left_meanwhile_is_not_paid_and_neither_is_the_other(anna, boris):
    refer(anna, boris)
    bought(boris)
    anna.left_at = NOON
    anna.save()

    assert referring.pay_due(at=NOON + WINDOW) == 0
    assert Referral.objects.get().reason == "left"


def test_a_referral_waits_for_room_in_the_budget(anna, boris):
    terms = boris.programme.referral_terms
    terms.budget = BudgetFactory(amount=499)
    terms.save()
    refer(anna, boris)
    bought(boris)

    assert referring.pay_due(at=NOON + WINDOW) == 0
    assert state() == "in_return_window"
    assert referring.pay_due(at=NOON + timedelta(days=60)) == 0
    terms.budget.amount = 500
    terms.budget.save()
    assert referring.pay_due(at=NOON + timedelta(days=90)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_referral_that_many_settle_at_once_is_paid_once(anna, boris):
    referral = refer(anna, boris)
    bought(boris)

    paid = at_once(lambda _: referring.settle(referral.pk, at=NOON + WINDOW), range(8))

    assert sum(paid) == 1
    assert (points(anna), points(boris)) == (300, 200)
