"""A shop's system holds, captures, releases and redeems points, once per key; and asks for adjustments."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from crm.models import TimelineEntry
from loyalty.members import cards
from loyalty.models import AdjustmentRequest, Hold, Transaction
from loyalty.points import adjustment
from tests.api_client import ShopSystem
from tests.factories.orders import placed_order
from tests.factories.shops import ShopFactory, UserFactory
from tests.loyalty.ledger_world import NOON, a_member, balances, wrong

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(db: None) -> ShopSystem:
    return ShopSystem()


@pytest.fixture(autouse=True)
def the_ledger_is_right():
    yield
    assert wrong() == []


def held(api, member, points, **more):
    answer = api.post("holds/", {"member": member.pk, "points": points, **more})
    assert answer.status == 201, answer.body
    return answer.body


def test_points_are_held_captured_in_part_and_released(api):
    maria = a_member(1000)

    hold = held(api, maria, 300)
    assert (hold["held"], hold["balances"]) == (300, {"available": 700, "pending": 0, "held": 300, "debt": 0})
    order = placed_order(shop=api.shop, customer=maria.customer)
    captured = api.post(f"holds/{hold['id']}/captures/", {"points": 200, "order": order.pk})
    released = api.post(f"holds/{hold['id']}/releases/", {})

    assert (captured.status, captured.body["captured"], captured.body["held"]) == (201, 200, 100)
    assert (released.body["released"], released.body["held"]) == (100, 0)
    assert api.get(f"holds/{hold['id']}/").body == released.body
    assert balances(maria) == (800, 0, 0, 0)


def test_a_till_is_told_how_much_of_its_order_points_may_pay(api):
    maria = a_member(10_000)
    order = placed_order(shop=api.shop, customer=maria.customer)
    hold = held(api, maria, 5000)

    answer = api.post(f"holds/{hold['id']}/captures/", {"order": order.pk})

    assert answer.problem == (409, "more-than-points-may-pay")
    assert answer.body["most"] == int(order.goods_amount / 2 * 100)


@pytest.mark.parametrize("path", ["holds/", "redemptions/"])
def test_points_do_not_pay_for_somebody_elses_order(api, path):
    maria, order = a_member(100), placed_order(shop=api.shop, customer=a_member().customer)

    answer = api.post(path, {"member": maria.pk, "points": 1, "order": order.pk})

    assert (answer.problem, answer.pointers) == ((422, "order-of-somebody-else"), ["/order"])


def test_a_capture_takes_everything_unless_told_otherwise(api):
    hold = held(api, a_member(100), 60, minutes=5)

    assert api.post(f"holds/{hold['id']}/captures/", {}).body["captured"] == 60


def test_points_are_redeemed_once_per_key(api):
    maria = a_member(1000)
    body = {"member": maria.pk, "points": 300}

    first = api.post("redemptions/", body, idempotency_key="k1")
    again = api.post("redemptions/", body, idempotency_key="k1")

    assert (first.status, first.body["amount"], first.body["currency"]) == (201, "3.00", "EUR")
    assert again.response.content == first.response.content
    assert balances(maria) == (700, 0, 0, 0)
    assert Transaction.objects.get(kind="redeem").key == f"api:{api.shop.pk}:redeem:k1"


def test_keys_of_two_shops_do_not_collide(api):
    maria, other = a_member(1000), ShopSystem(ShopFactory())
    body = {"member": maria.pk, "points": 300}

    for shop in (api, other):
        assert shop.post("redemptions/", body, idempotency_key="k1").status == 201

    assert balances(maria) == (400, 0, 0, 0)


def test_a_refusal_does_not_burn_its_key(api):
    maria = a_member(100)

    refused = api.post("redemptions/", {"member": maria.pk, "points": 101}, idempotency_key="k1")
    done = api.post("redemptions/", {"member": maria.pk, "points": 100}, idempotency_key="k1")

    assert refused.problem == (409, "not-enough-points")
    assert refused.body["available"] == 100
    assert done.status == 201


def test_the_longest_key_is_taken(api):
    maria = a_member(100)

    for _ in range(2):
        key = "k" * 253
        answer = api.post("redemptions/", {"member": maria.pk, "points": 1}, idempotency_key=key)
        assert answer.status == 201

    assert balances(maria) == (99, 0, 0, 0)


def test_a_till_spends_by_the_card_that_is_shown(api):
    maria = a_member(1000)
    now = timezone.now()
    card = printed_card(maria, now)
    shown = cards.code_of(cards.link_of(maria, at=now), at=now).text

    held_by_card = api.post("holds/", {"card": card.number, "points": 100})
    redeemed = api.post("redemptions/", {"card": shown, "points": 30}, idempotency_key="k1")

    assert (held_by_card.status, held_by_card.body["member"]) == (201, maria.pk)
    assert (redeemed.status, redeemed.body["member"]) == (201, maria.pk)
    assert balances(maria) == (870, 0, 100, 0)


def test_what_a_code_paid_is_answered_again_when_the_code_is_too_old_by_then(api):
    maria = a_member(100)
    with time_machine.travel(NOON, tick=False):
        shown = cards.code_of(cards.link_of(maria, at=NOON), at=NOON).text
        first = api.post("redemptions/", {"card": shown, "points": 30}, idempotency_key="k1")
    with time_machine.travel(NOON + timedelta(minutes=5), tick=False):
        again = api.post("redemptions/", {"card": shown, "points": 30}, idempotency_key="k1")
        anew = api.post("redemptions/", {"card": shown, "points": 30}, idempotency_key="k2")

    assert (again.status, again.body) == (201, first.body)
    assert anew.problem == (409, "code-too-old")
    assert balances(maria) == (70, 0, 0, 0)


@pytest.mark.parametrize("path", ["holds/", "redemptions/"])
def test_nothing_is_spent_with_a_card_that_is_blocked_or_unknown(api, path):
    maria = a_member(100)
    card = printed_card(maria, NOON)
    cards.block(card, reason="lost", by=UserFactory(), at=NOON)

    blocked = api.post(path, {"card": card.number, "points": 1})
    unknown = api.post(path, {"card": "Иванова", "points": 1})

    assert blocked.problem == (409, "card-is-blocked")
    assert (unknown.problem, unknown.pointers) == ((422, "unknown-card"), ["/card"])
    assert balances(maria) == (100, 0, 0, 0)


@pytest.mark.parametrize("path", ["holds/", "redemptions/"])
def test_whose_points_they_are_is_said_in_one_way(api, path):
    maria = a_member(100)
    both = {"member": maria.pk, "card": printed_card(maria, NOON).number}

    for named in ({}, both):
        assert api.post(path, {**named, "points": 1}).problem == (422, "invalid-body")

    assert balances(maria) == (100, 0, 0, 0)


def printed_card(member, at):
    batch = cards.make_batch(programme=member.programme, size=1, by=UserFactory(), at=at)
    return cards.issue(batch.cards.get().number, member=member, shop=ShopFactory(), at=at)


def test_points_are_donated(api):
    answer = api.post("redemptions/", {"member": a_member(100).pk, "points": 40, "kind": "donate"})

    assert (answer.body["kind"], answer.body["amount"]) == ("donate", "0.00")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("holds/?dry_run=1", {"points": 60}),
        ("redemptions/?dry_run=1", {"points": 60}),
        ("adjustments/?dry_run=1", {"points": 60, "reason": "опоздание"}),
    ],
)
def test_trying_answers_and_changes_nothing(api, path, body):
    maria = a_member(100)
    before = TimelineEntry.objects.count()

    answer = api.post(path, {"member": maria.pk, **body})

    assert (answer.status, answer.body["id"], answer.body["points"]) == (201, None, 60)
    assert balances(maria) == (100, 0, 0, 0)
    assert TimelineEntry.objects.count() == before
    assert not Hold.objects.exists()
    assert not AdjustmentRequest.objects.exists()


@pytest.mark.parametrize("points", [0, -1, 10**9 + 1, 1e30, "5", 1.5, True, None])
def test_points_are_a_whole_number_above_zero(api, points):
    body = {"member": a_member(100).pk, "points": points}

    for path in ("holds/", "redemptions/"):
        answer = api.post(path, body)
        assert answer.problem == (422, "invalid-body")
        assert answer.pointers == ["/points"]


def test_unknown_members_orders_and_holds_are_said_to_be_unknown(api):
    maria = a_member(100)
    foreign = placed_order(shop=ShopFactory(), customer=maria.customer)

    nobody = api.post("redemptions/", {"member": 2**63 - 1, "points": 1})
    not_ours = api.post("redemptions/", {"member": maria.pk, "points": 1, "order": foreign.pk})

    assert (nobody.problem, nobody.pointers) == ((422, "unknown-member"), ["/member"])
    assert (not_ours.problem, not_ours.pointers) == ((422, "unknown-order"), ["/order"])
    assert api.get("holds/404/").problem == (404, "not-found")
    assert api.post("holds/404/captures/", {}).problem == (404, "not-found")


def test_more_than_is_held_is_not_captured(api):
    hold = held(api, a_member(100), 60)

    answer = api.post(f"holds/{hold['id']}/captures/", {"points": 61})

    assert (answer.problem, answer.body["held"]) == ((409, "not-enough-held"), 60)


def test_points_need_their_scope(api):
    reader = ShopSystem(api.shop, scopes="points:read,adjustments:read")

    for path in ("holds/", "redemptions/", "adjustments/"):
        assert reader.post(path, {}).problem == (403, "scope-missing")


class TestAdjustments:
    def test_a_colleague_decides_and_the_shop_hears_of_it(self, api):
        from tests.loyalty.test_adjustment import colleague

        maria = a_member()
        asked = api.post("adjustments/", {"member": maria.pk, "points": 200, "reason": "Опоздание"}).body
        assert (asked["state"], balances(maria)) == ("waiting", (0, 0, 0, 0))

        request = AdjustmentRequest.objects.get(pk=asked["id"])
        adjustment.approve(request, by=colleague("manager"), at=request.requested_at)

        assert api.get(f"adjustments/{asked['id']}/").body["state"] == "approved"
        assert balances(maria) == (200, 0, 0, 0)

    def test_another_shop_does_not_see_it(self, api):
        asked = api.post("adjustments/", {"member": a_member().pk, "points": -5, "reason": "x"}).body

        assert ShopSystem(ShopFactory()).get(f"adjustments/{asked['id']}/").problem == (404, "not-found")

    def test_nothing_is_no_adjustment(self, api):
        answer = api.post("adjustments/", {"member": a_member().pk, "points": 0, "reason": "x"})

        assert (answer.problem, answer.pointers) == ((422, "invalid-body"), ["/points"])
