"""Every process of the house is killed with kill −9 and the database restarted, while shops earn, hold, spend and
return over HTTP: what was acknowledged is there, once, and the ledger is proved."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connections
from django.db.models import F

from crm import reactions
from crm.integrations.api_keys import issue_key
from crm.models import (
    CustomerFigures,
    FeedRow,
    Order,
    OutboxRow,
    ParkedEntry,
    ReactionCursor,
    Return,
    Shop,
    TimelineEntry,
)
from loyalty.ledger import proving
from loyalty.models import GiftGrant, GiftRule, Hold, Transaction, Wallet
from tests.factories.loyalty import ProgrammeFactory
from tests.factories.loyalty_rewards import GiftRuleFactory, member_with
from tests.factories.loyalty_rules import rule
from tests.factories.shops import ShopFactory
from tests.faults.house import House, a_house, until
from tests.faults.shops import POINTS_OF_ORDER, Diary, Person, open_shops

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE, BALANCE, WELCOME = 6, 1000, 50
# What has to be acknowledged between two faults.
BETWEEN = 20
SETTLED_SECONDS = 120
SWEEPS = ("loyalty.tasks.release_abandoned_holds", "loyalty.tasks.confirm_points")

Fault = Callable[[House], None]


def kill(role: str) -> Fault:
    return lambda house: house.kill(role)


FAULTS: dict[str, Fault] = {
    "web": kill("web"),
    "one of the web": House.kill_web_worker,
    "relay": kill("relay"),
    "worker": kill("worker"),
    "beat": kill("beat"),
    "database killed": House.kill_database,
    "database restarted": House.restart_database,
    "broker": House.kill_broker,
}


@pytest.fixture
def house() -> Iterator[House]:
    with a_house() as house:
        yield house


def test_what_was_acknowledged_survives_a_kill_of_every_process(house: House) -> None:
    faults = ("relay", "database killed", "worker", "web", "database restarted")
    happens_once(house, faults, roles=("web", "relay", "worker"))


@pytest.mark.nightly
def test_what_was_acknowledged_survives_a_night_of_kills(house: House) -> None:
    chance = random.Random(4)
    faults = chance.choices(sorted(FAULTS), k=100)
    happens_once(house, faults, roles=("web", "relay", "worker", "beat"))


def happens_once(house: House, faults: Sequence[str], *, roles: Sequence[str]) -> None:
    shop, key, people = a_club()
    house.start(roles)
    try:
        with open_shops(address=house.address, key=key, people=people) as diary:
            for fault in faults:
                work_goes_on(house, diary, roles)
                FAULTS[fault](house)
            work_goes_on(house, diary, roles)
        connections.close_all()  # ours broke as theirs did
        settled(house, roles)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{house.last_words()}") from error
    assert diary.silences, "nobody noticed any fault"
    check_ledger(diary, shop)
    check_balances(diary, people)
    check_holds(diary)
    check_orders(diary, shop)
    check_welcomes(diary)
    check_history(diary, shop)
    check_proof()


# ── Before and during ────────────────────────────────────────────────────────
def a_club() -> tuple[Shop, str, list[Person]]:
    """One point for 1.00, to be spent at once; a welcome for who joins; holds that are over when they begin."""
    programme = ProgrammeFactory(pending_days=0, hold_minutes=0, earn_on_points_part=True)
    rule(programme)
    GiftRuleFactory(programme=programme, occasion=GiftRule.Occasion.WELCOME, points=WELCOME)
    members = [member_with(BALANCE, programme=programme) for _ in range(PEOPLE)]
    shop = ShopFactory()
    _, key = issue_key(shop=shop, scopes=["*"])
    return shop, key, [Person(customer=member.customer_id, member=member.pk) for member in members]


def work_goes_on(house: House, diary: Diary, roles: Sequence[str]) -> None:
    enough = len(diary.done) + BETWEEN

    def is_done() -> bool:
        sweep(house, roles)
        return len(diary.done) >= enough

    until(is_done, "shops go on working")


def sweep(house: House, roles: Sequence[str]) -> None:
    """What beat does each minute, where there is none."""
    if "beat" not in roles:
        for task in SWEEPS:
            house.send(task)


def settled(house: House, roles: Sequence[str]) -> None:
    """Everything that follows has followed."""

    def is_settled() -> bool:
        sweep(house, roles)
        return not what_waits()

    try:
        until(is_settled, "everything that follows", seconds=SETTLED_SECONDS)
    except AssertionError as error:
        raise AssertionError(f"{error}: {what_waits()}") from error


def what_waits() -> dict[str, int]:
    head = FeedRow.objects.order_by("-position").values_list("position", flat=True).first() or 0
    read = dict(ReactionCursor.objects.values_list("reaction", "position"))
    waiting = {
        "entries outside of the feed": OutboxRow.objects.count(),
        "reactions behind": sum(read.get(one.name, 0) < head for one in reactions.afterwards()),
        "entries parked": ParkedEntry.objects.count(),
        "holds open": Hold.objects.filter(points__gt=F("captured") + F("released")).count(),
    }
    return {what: count for what, count in waiting.items() if count}


# ── After ────────────────────────────────────────────────────────────────────
def check_ledger(diary: Diary, shop: Shop) -> None:
    """Every operation that was acknowledged stands there under its key, once, and none that was not."""
    told = {
        f"api:{shop.pk}:{one.what}:{one.key}": abs(one.points) or one.body.get("points", 0)
        for one in diary.of("redeem", "capture", "hold")
    }
    kinds = ("redeem", "capture", "hold")
    stands = Transaction.objects.filter(kind__in=kinds, key__startswith="api:").values_list("key", "points")
    assert dict(stands) == told


def check_balances(diary: Diary, people: Sequence[Person]) -> None:
    expected = Counter({person.member: BALANCE for person in people})
    for one in diary.done:
        if one.member:
            expected[one.member] += one.points
    wallets = Wallet.objects.filter(pk__in=expected)
    stands = {wallet.pk: wallet.available + wallet.pending + wallet.held - wallet.debt for wallet in wallets}
    assert stands == dict(expected)


def check_holds(diary: Diary) -> None:
    """What nobody came back for went back by itself."""
    holds = diary.of("hold")
    assert Hold.objects.count() == len(holds)
    assert not Wallet.objects.exclude(held=0).exists()
    abandoned = [one.answer["id"] for one in holds if "minutes" not in one.body]
    assert abandoned, "no checkout was left"
    released = Hold.objects.filter(pk__in=abandoned, released=F("points"))
    assert released.count() == len(abandoned)


def check_orders(diary: Diary, shop: Shop) -> None:
    orders = diary.of("order", "order paid")
    told = {one.body["external_id"]: one.answer["id"] for one in orders}
    assert dict(Order.objects.filter(shop=shop).values_list("external_id", "pk")) == told
    earned = Transaction.objects.filter(kind="earn", key__startswith="order:").values_list("key", "points")
    assert dict(earned) == {f"order:{pk}:earn": POINTS_OF_ORDER for pk in told.values()}
    returned = Return.objects.filter(shop=shop).values_list("external_id", flat=True)
    assert sorted(returned) == sorted(one.body["external_id"] for one in diary.of("return"))
    figures = dict(CustomerFigures.objects.filter(orders__gt=0).values_list("customer", "orders"))
    assert figures == Counter(one.body["customer"]["id"] for one in orders)


def check_welcomes(diary: Diary) -> None:
    """The relay's reactions took effect once for each who joined."""
    joined = sorted(one.answer["id"] for one in diary.of("join"))
    assert joined, "nobody joined"
    assert sorted(GiftGrant.objects.values_list("member", flat=True)) == joined
    assert set(Wallet.objects.filter(pk__in=joined).values_list("available", flat=True)) == {WELCOME}


def check_history(diary: Diary, shop: Shop) -> None:
    """Each thing is told once, and stands in the feed once, without a gap."""
    entries = sorted(TimelineEntry.objects.values_list("pk", flat=True))
    assert sorted(FeedRow.objects.values_list("entry_id", flat=True)) == entries
    positions = sorted(FeedRow.objects.values_list("position", flat=True))
    assert positions == list(range(1, len(entries) + 1))
    paid = TimelineEntry.objects.filter(kind="loyalty.points_redeemed", source_id__startswith="api:")
    spent = diary.of("redeem", "capture")
    told = sorted(f"api:{shop.pk}:{one.what}:{one.key}" for one in spent)
    assert sorted(paid.values_list("source_id", flat=True)) == told


def check_proof() -> None:
    said = StringIO()
    call_command("prove_ledger", stdout=said)
    assert f"18 of 18 invariants hold (whole, {Wallet.objects.count()} wallets" in said.getvalue()
    assert proving.differing_balances() == []
