"""Goods on their way back: each step once, never more than was bought, and points as they were foreseen."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from crm.abilities import ReturnEffect
from crm.errors import MoreReturnedThanBought, UnknownLine
from crm.models import Order, TimelineEntry
from crm.purchases.ordering import advance_order
from crm.purchases.returning import LineReturned, register_return
from loyalty.models import Member
from support.answering import return_cases
from support.models import ReturnCase, ReturnPolicy
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.loyalty_rules import rule
from tests.factories.orders import line, placed_order
from tests.factories.shops import UserFactory

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=3)

pytestmark = pytest.mark.django_db


@pytest.fixture
def colleague():
    return UserFactory(is_staff=True)


@pytest.fixture
def policy(colleague) -> ReturnPolicy:
    draft = ReturnPolicy.objects.create(number=1, days=14, texts={"en": "Fourteen days."})
    return return_cases.publish(draft, by=colleague, at=NOON)


def bought(customer=None, **more) -> Order:
    lines = [line("1", quantity="2", unit_price="4.90"), line("2", quantity="1", unit_price="5.20")]
    order = placed_order(
        "o-1", customer=customer or CustomerFactory(), lines=lines, placed_at=NOON, at=NOON, **more
    )
    advance_order(order, moment="delivered", occurred_at=NOON, source="api:x", at=NOON)
    order.refresh_from_db()
    return order


def asked(order, *, by=None, at=LATER, key="k", **quantities):
    keys = dict(order.lines.values_list("external_id", "pk"))
    wanted = {keys[name[1:]]: Decimal(quantity) for name, quantity in quantities.items()}
    return return_cases.open_case(
        order, quantities=wanted, why="damaged", comment="A dent", by=by, source="page", source_id=key, at=at
    )


def told(order) -> list[str]:
    entries = TimelineEntry.objects.filter(customer=order.customer, kind__startswith="support.return")
    return [entry.fact.aloud("en") for entry in entries.order_by("pk")]


def test_a_case_goes_from_the_wish_to_the_money(policy, colleague):
    order = bought()

    case = asked(order, _1="1")
    for step in (return_cases.approve, return_cases.receive, return_cases.refund):
        case = step(case, by=colleague, at=LATER)
        step(case, by=colleague, at=LATER)

    assert (case.state, case.policy, case.goods_return.amount) == ("refunded", policy, Decimal("4.90"))
    assert order.lines.get(external_id="1").returned_quantity == 1
    assert told(order) == [
        f"Return № {case.pk} asked for, of order o-1: It arrived damaged",
        f"Return № {case.pk} agreed",
        f"Money of return № {case.pk} sent back: €4.90",
    ]


def test_asked_twice_it_is_one_case(policy):
    order = bought()

    assert asked(order, _1="1") == asked(order, _1="1")
    assert ReturnCase.objects.count() == 1


def test_what_another_case_asks_for_cannot_be_asked_for_again(policy):
    order = bought()
    asked(order, _1="1")

    with pytest.raises(MoreReturnedThanBought) as caught:
        asked(order, key="other", _1="2")

    assert caught.value.figures == {"remaining": {"1": "1.000"}}
    assert [(one.line.external_id, one.quantity) for one in return_cases.left_of(order)] == [
        ("1", 1),
        ("2", 1),
    ]


def test_what_was_withdrawn_can_be_asked_for_again(policy):
    order = bought()
    return_cases.withdraw(asked(order, _1="2"), by=None, at=LATER)

    assert asked(order, key="again", _1="2").state == "requested"


def test_goods_that_came_back_at_the_till_meanwhile_are_not_received_twice(policy, colleague):
    order = bought()
    case = return_cases.approve(asked(order, _2="1"), by=colleague, at=LATER)
    till = [LineReturned(line="2", quantity=Decimal(1))]
    register_return(order, external_id="till", lines=till, returned_at=LATER, source="api:x", at=LATER)

    with pytest.raises(MoreReturnedThanBought):
        return_cases.receive(case, by=colleague, at=LATER)

    case.refresh_from_db()
    assert (case.state, case.goods_return) == ("approved", None)


def test_after_the_days_of_the_policy_a_customer_is_told_until_when_and_a_colleague_may(policy, colleague):
    order = bought()
    late = NOON + timedelta(days=15)

    with pytest.raises(return_cases.TooLateToReturn) as caught:
        asked(order, at=late, _1="1")

    assert caught.value.figures == {"until": (NOON + timedelta(days=14)).date()}
    assert asked(order, by=colleague, at=late, _1="1").opened_by == colleague


def test_a_step_out_of_turn_is_refused_with_where_the_case_stands(policy, colleague):
    case = asked(bought(), _1="1")

    with pytest.raises(return_cases.StepNotPossible) as caught:
        return_cases.refund(case, by=colleague, at=LATER)

    assert caught.value.figures == {"state": "requested"}


def test_a_refusal_needs_an_answer_and_the_customer_reads_it(policy, colleague):
    order = bought()
    case = asked(order, _1="1")

    with pytest.raises(return_cases.NoAnswerGiven):
        return_cases.refuse(case, answer="  ", by=colleague, at=LATER)
    return_cases.refuse(case, answer="It was opened.", by=colleague, at=LATER)

    entry = TimelineEntry.objects.get(kind="support.return_refused")
    assert entry.fact.aloud_more() == "It was opened."


def test_a_line_of_another_order_and_nothing_at_all_are_refused(policy):
    order = bought()

    with pytest.raises(UnknownLine):
        return_cases.open_case(
            order, quantities={10**9: Decimal(1)}, why="other", by=None, source="p", source_id="x", at=LATER
        )
    with pytest.raises(return_cases.NothingToReturn):
        asked(order)


def test_points_move_as_was_foreseen(policy, colleague):
    programme = ProgrammeFactory(pending_days=14)
    rule(programme)
    member: Member = MemberFactory(programme=programme)
    order = bought(member.customer, moments={"paid": NOON})
    keys = dict(order.lines.values_list("external_id", "pk"))

    foreseen = return_cases.foresee(order, {keys["1"]: Decimal(2)})
    member.wallet.refresh_from_db()
    before = member.wallet.pending
    case = return_cases.approve(asked(order, _1="2"), by=colleague, at=LATER)
    return_cases.receive(case, by=colleague, at=LATER)

    member.wallet.refresh_from_db()
    assert (foreseen.amount, foreseen.points) == (
        Decimal("9.80"),
        ReturnEffect(points_taken=before - member.wallet.pending, points_given=0),
    )
    assert foreseen.points.points_taken > 0
