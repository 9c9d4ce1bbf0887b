"""The till page: a cashier serves members of the company in the shop that is theirs."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.models import Order, Return
from crm.people.identity_kinds import IdentityKind
from loyalty import ledger
from loyalty.ledger import Lot
from loyalty.members import cards
from loyalty.models import Card, TillOperation, Transaction
from loyalty.points import earning, reversal
from loyalty.till import amounts, returning, selling
from loyalty.till.errors import OperationDiffers, UnreadableAmount
from tests.factories.customers import IdentityFactory
from tests.factories.loyalty import MemberFactory
from tests.factories.loyalty_rules import rule
from tests.factories.orders import line, placed_order
from tests.factories.shops import ShopFactory, UserFactory

pytestmark = pytest.mark.django_db

HOUSE = {"programme__pending_days": 0}


@pytest.fixture
def shop():
    return ShopFactory(slug="varna", name="Варна")


def colleague(role, *shops):
    user = UserFactory()
    user.groups.add(Group.objects.get(name=role))
    user.shops.add(*shops)
    client = Client()
    client.force_login(user)
    client.user = user
    return client


@pytest.fixture
def cashier(shop):
    return colleague("cashier", shop)


@pytest.fixture
def member():
    one = MemberFactory(**HOUSE)
    rule(one.programme)
    return one


def gives(member, points):
    now = timezone.now()
    ledger.earn(member.pk, lots=[Lot(points=points)], key="before", occurred_at=now, at=now)
    member.wallet.refresh_from_db()


def balance(member):
    member.wallet.refresh_from_db()
    return member.wallet.available


def enters(client, member, **told):
    body = {"amount": "40.00", "key": uuid4(), **told}
    return client.post(reverse("till:purchases", args=[member.pk]), body, follow=True)


def brings_back(client, order, **told):
    return client.post(reverse("till:returns", args=[order.pk]), {"key": uuid4(), **told}, follow=True)


def reactions_come(order):
    """What the relay would bring a moment later."""
    now = timezone.now()
    earning.earn_everywhere(order.pk, at=now)
    reversal.reverse_order(order, at=now)


# ── who it is ────────────────────────────────────────────────────────────────
def test_a_card_a_phone_and_the_code_of_a_mobile_card_each_lead_to_the_member(cashier, shop, member):
    batch_number = "2900000000018"
    Card.objects.create(programme=member.programme, number=batch_number)
    cards.issue(batch_number, member=member, shop=shop, by=cashier.user, at=timezone.now())
    IdentityFactory(customer=member.customer, kind=IdentityKind.PHONE, value="+359888123456")
    code = cards.code_of(cards.link_of(member, at=timezone.now()), at=timezone.now()).text

    for typed in (batch_number, "0888 123 456", code):
        answer = cashier.post(reverse("till:lookup"), {"who": typed})
        assert answer.headers["Location"] == reverse("till:member", args=[member.pk]), typed


def test_what_leads_to_nobody_says_how_to_go_on_and_a_blocked_card_why(cashier, shop, member):
    card = Card.objects.create(programme=member.programme, number="2900000000018")
    cards.issue(card.number, member=member, shop=shop, by=cashier.user, at=timezone.now())
    cards.block(card, reason="lost", by=cashier.user, at=timezone.now())

    nobody = cashier.post(reverse("till:lookup"), {"who": "0000"}, follow=True).text
    blocked = cashier.post(reverse("till:lookup"), {"who": card.number}, follow=True).text

    assert "No member is found" in nobody
    assert "blocked" in blocked


def test_the_member_stands_there_with_what_can_be_spent(cashier, member):
    gives(member, 1284)

    page = cashier.get(reverse("till:member", args=[member.pk])).text

    assert "1,284" in page and "12.84" in page


# ── a purchase ───────────────────────────────────────────────────────────────
def test_the_page_says_beforehand_what_a_receipt_brings_and_what_points_can_pay(cashier, member):
    gives(member, 5000)

    page = cashier.get(reverse("till:member", args=[member.pk]), {"amount": "12,50 + 27.50"}).text

    assert "40.00" in page and "2,000" in page  # half of it, at a cent each
    assert Order.objects.count() == 0


def test_a_purchase_is_the_shops_paid_order_and_earns(cashier, shop, member):
    slip = enters(cashier, member, amount="12,50 + 27.50", receipt="R-77").text

    order = Order.objects.get()
    assert (order.shop, order.customer, order.number) == (shop, member.customer, "R-77")
    assert (order.goods_amount, order.channel, bool(order.paid_at)) == (Decimal("40.00"), "store", True)
    assert TillOperation.objects.get().done_by == cashier.user
    assert ">40<" in slip
    reactions_come(order)
    assert balance(member) == 40


def test_the_same_form_sent_twice_is_one_purchase(cashier, member):
    key = uuid4()
    first = enters(cashier, member, key=key)
    again = enters(cashier, member, key=key)
    other = enters(cashier, member, key=key, amount="41").text

    assert first.redirect_chain == again.redirect_chain
    assert Order.objects.count() == 1
    assert "it was something else" in other


@pytest.mark.parametrize("typed", ["", "0", "-5", "1e9", "12.345", "NaN", "5 +", "٥", "9" * 40, "\0"])
def test_what_is_no_amount_is_refused_with_how_to_write_it(cashier, member, typed):
    page = enters(cashier, member, amount=typed).text

    assert "as on the receipt" in page
    assert Order.objects.count() == 0


# ── points pay ───────────────────────────────────────────────────────────────
def test_points_pay_a_part_and_what_they_paid_earns_nothing(cashier, member):
    gives(member, 5000)

    slip = enters(cashier, member, all_points="2000").text

    assert "2,000" in slip
    reactions_come(Order.objects.get())
    assert balance(member) == 5000 - 2000 + 20


def test_what_points_may_not_pay_is_refused_and_nothing_happens(cashier, member):
    gives(member, 5000)

    page = enters(cashier, member, points="2001").text
    poor = enters(cashier, member, amount="400", points="5001").text

    assert "only a part" in page
    assert "fewer points" in poor
    assert (Order.objects.count(), balance(member)) == (0, 5000)
    assert member.wallet.holds.count() == 0


def test_a_key_with_other_points_is_another_operation(member, shop):
    gives(member, 500)
    told = {"shop": shop, "amounts": [Decimal(10)], "key": uuid4(), "by": UserFactory(), "at": timezone.now()}
    selling.sell(member, points=100, **told)

    with pytest.raises(OperationDiffers):
        selling.sell(member, points=200, **told)


# ── a return ─────────────────────────────────────────────────────────────────
def test_a_sum_comes_back_and_points_go_and_come_exactly(cashier, member):
    gives(member, 5000)
    enters(cashier, member, amount="30 + 10", points="2000")
    order = Order.objects.get()
    reactions_come(order)
    assert balance(member) == 3020

    slip = brings_back(cashier, order, amount="10.00").text

    assert "Points given back" in slip and "500" in slip
    reactions_come(order)
    assert Return.objects.get().amount == Decimal("10.00")
    assert balance(member) == 3020 - 5 + 500
    brings_back(cashier, order, amount="30")
    reactions_come(order)
    assert balance(member) == 5000


def test_a_line_of_an_order_from_elsewhere_comes_back_and_a_sum_of_it_does_not(cashier, shop, member):
    lines = [line("1", quantity="2", unit_price="10"), line("2", quantity="1", unit_price="5")]
    now = timezone.now()
    order = placed_order(
        "web-1",
        shop=shop,
        customer=member.customer,
        lines=lines,
        moments={"paid": now},
        placed_at=now,
        at=now,
    )
    reactions_come(order)
    found = cashier.post(reverse("till:receipts"), {"number": "web-1"})
    assert found.headers["Location"] == reverse("till:order", args=[order.pk])

    refused = brings_back(cashier, order, amount="3").text
    brings_back(cashier, order, **{"line-1": "1"})

    assert "Say what comes back" in refused
    reactions_come(order)
    assert balance(member) == 15
    taken = Transaction.objects.filter(order=order).exclude(kind="earn").get()
    assert TillOperation.objects.get(kind="return").points_taken == taken.points == 10


def test_a_return_sent_twice_is_one_and_no_more_comes_back_than_was_bought(cashier, member):
    enters(cashier, member)
    order, key = Order.objects.get(), uuid4()

    brings_back(cashier, order, key=key, amount="25")
    brings_back(cashier, order, key=key, amount="25")
    too_much = brings_back(cashier, order, amount="15.01").text

    assert Return.objects.get().amount == Decimal("25.00")
    assert "More would come back" in too_much


def test_a_return_under_the_key_of_another_is_refused(cashier, member):
    enters(cashier, member, amount="25 + 15")
    order, of_a_sum, of_a_line = Order.objects.get(), uuid4(), uuid4()
    brings_back(cashier, order, key=of_a_sum, amount="5")
    brings_back(cashier, order, key=of_a_line, **{"line-2": "5"})

    answers = [
        brings_back(cashier, order, key=of_a_sum, amount="6"),
        brings_back(cashier, order, key=of_a_line, **{"line-2": "6"}),
        brings_back(cashier, order, key=of_a_line, **{"line-1": "5"}),
        brings_back(cashier, order, key=TillOperation.objects.get(kind="sale").key, amount="5"),
    ]

    assert all("it was something else" in answer.text for answer in answers)
    assert sorted(Return.objects.values_list("amount", flat=True)) == [Decimal(5), Decimal(5)]


@pytest.mark.parametrize("typed", ["NaN", "Infinity", "1e30", "x", "-1", "0", "٥,"])
def test_a_quantity_that_is_none_brings_nothing_back(cashier, member, typed):
    enters(cashier, member)

    answer = brings_back(cashier, Order.objects.get(), **{"line-1": typed})

    assert answer.status_code == 200
    assert Return.objects.count() == 0


# ── whose shop it is ─────────────────────────────────────────────────────────
def test_a_cashier_opens_no_order_and_no_slip_of_another_shop(cashier, member):
    sofia = ShopFactory(slug="sofia")
    there = selling.sell(
        member,
        shop=sofia,
        amounts=[Decimal(9)],
        receipt="S-1",
        key=uuid4(),
        by=UserFactory(),
        at=timezone.now(),
    )

    assert cashier.get(reverse("till:slip", args=[there.pk])).status_code == 404
    assert cashier.get(reverse("till:order", args=[there.order_id])).status_code == 404
    assert cashier.post(reverse("till:returns", args=[there.order_id]), {"amount": "9"}).status_code == 404
    page = cashier.post(reverse("till:receipts"), {"number": "S-1"}, follow=True).text
    assert "No purchase with this number" in page


def test_somebody_of_two_shops_says_in_which_they_serve(shop, member):
    sofia = ShopFactory(slug="sofia", name="София")
    cashier = colleague("cashier", shop, sofia)
    ShopFactory(slug="foreign")

    assert "Say in which shop you serve" in cashier.get(reverse("till:member", args=[member.pk])).text
    assert enters(cashier, member).redirect_chain[-1][0] == reverse("till:home")
    cashier.post(reverse("till:shop"), {"shop": "foreign"})
    assert enters(cashier, member).redirect_chain[-1][0] == reverse("till:home")
    cashier.post(reverse("till:shop"), {"shop": "sofia"})
    enters(cashier, member)

    assert Order.objects.get().shop == sofia


def test_an_agent_does_not_serve_at_the_till():
    assert colleague("agent").get(reverse("till:home")).status_code == 403


# ── how many queries ─────────────────────────────────────────────────────────
def test_a_member_is_shown_with_as_many_queries_whatever_they_bought(
    cashier, member, django_assert_max_num_queries
):
    for _purchase in range(3):
        enters(cashier, member)
    url = reverse("till:member", args=[member.pk])
    cashier.get(url, {"amount": "5"})

    with django_assert_max_num_queries(30):
        cashier.get(url, {"amount": "5"})


def test_amounts_are_read_as_cashiers_write_them():
    assert amounts.amounts_of(" 1 200,50 + 7.9") == [Decimal("1200.50"), Decimal("7.9")]
    with pytest.raises(UnreadableAmount):
        amounts.amounts_of("+".join(["1"] * 51))


def test_a_number_of_a_receipt_of_nothing_leads_nowhere(shop):
    assert returning.orders_numbered("", shop=shop) == []
