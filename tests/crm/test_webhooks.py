"""Shops' own systems are told what happens: signed, at least once, in order for each customer, whoever fails."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from crm import feed, timeline
from crm.facts import NoteWritten, OrderPaid
from crm.models import Customer, Shop, Task, TimelineEntry, Webhook, WebhookDelivery
from crm.people import erasure
from crm.webhooks import (
    asking_again,
    forgetting,
    lagging,
    queueing,
    schedule,
    sending,
    signing,
    subscribing,
    telling,
)
from crm.webhooks.sending import Knock, Outcome
from tests.api_client import ShopSystem
from tests.factories.customers import CustomerFactory
from tests.factories.shops import NOON, ShopFactory, UserFactory
from tests.factories.webhooks import WebhookFactory

pytestmark = pytest.mark.django_db
BAD, GOOD = Outcome(took_ms=5, status=500), Outcome(took_ms=5, status=204)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def shop() -> Shop:
    made: Shop = ShopFactory()
    return made


def note(
    customer: Customer | None, number: object, *, shop: Shop | None = None, **more: object
) -> TimelineEntry:
    with transaction.atomic():
        return timeline.record(
            customer,
            NoteWritten(text=f"note {number}"),
            source="test",
            source_id=f"{customer.pk if customer else 0}:{number}",
            occurred_at=NOON,
            shop=shop,
            **more,
        )


def read_on(*, at: datetime = NOON) -> None:
    feed.sequence()
    while queueing.queue_all(at=at):
        pass


def claim(webhook: Webhook, *, at: datetime = NOON, most: int = 100) -> list[Knock]:
    return sending.claim(webhook.pk, most=most, at=at)


def only(webhook: Webhook, *, at: datetime = NOON) -> Knock:
    (knock,) = claim(webhook, at=at)
    return knock


def delivery_of(knock: Knock) -> WebhookDelivery:
    return WebhookDelivery.objects.get(pk=knock.delivery_pk)


def payload_in(knock: Knock) -> dict[str, object]:
    told: dict[str, object] = json.loads(knock.body)
    return told


# ── what is told, and by whom ────────────────────────────────────────────────
def test_a_signature_is_that_of_the_specification() -> None:
    """The vector that the reference libraries test themselves with."""
    signed = signing.signature(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    )

    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_webhook_tells_what_the_feed_serves(shop: Shop) -> None:
    webhook = WebhookFactory(shop=shop)
    note(CustomerFactory(), 1)
    read_on()

    told = payload_in(only(webhook))
    served = ShopSystem(shop).get("feed/").body["items"][0]

    assert told["type"] == "crm.note_written" and told["timestamp"] == "2026-03-02T12:00:00Z"
    assert told["data"] == {**served, "version": 1}


def test_only_the_kinds_that_were_asked_for_are_told(shop: Shop) -> None:
    webhook = WebhookFactory(shop=shop, kinds=[OrderPaid.kind])
    note(CustomerFactory(), 1)
    read_on()

    assert claim(webhook) == []


def test_what_is_another_shops_or_only_the_managers_is_told_to_nobody(shop: Shop) -> None:
    webhook, other = WebhookFactory(shop=shop), ShopFactory()
    note(CustomerFactory(), 1, shop=other)
    note(CustomerFactory(), 2, visibility=TimelineEntry.Visibility.MANAGER)
    note(CustomerFactory(), 3, is_history=True)
    mine = note(CustomerFactory(), 4, shop=shop)
    read_on()

    assert delivery_of(only(webhook)).entry_id == mine.pk


def test_an_address_is_told_what_happens_from_when_it_was_made(shop: Shop) -> None:
    customer = CustomerFactory()
    note(customer, 1)
    feed.sequence()
    webhook = WebhookFactory(shop=shop)
    after = note(customer, 2)
    read_on()

    assert delivery_of(only(webhook)).entry_id == after.pk


def test_while_a_secret_changes_both_sign_and_then_only_the_new_one(shop: Shop) -> None:
    webhook = WebhookFactory(shop=shop)
    former = subscribing.secret_of(webhook)
    webhook = subscribing.rotate_secret(webhook, at=NOON, overlap=timedelta(hours=1))
    new = subscribing.secret_of(webhook)

    assert new != former
    assert subscribing.secrets_of(webhook, at=NOON + timedelta(minutes=59)) == [new, former]
    assert subscribing.secrets_of(webhook, at=NOON + timedelta(hours=1)) == [new]


def test_secrets_rest_sealed(shop: Shop) -> None:
    webhook = WebhookFactory(shop=shop)
    secret = subscribing.secret_of(webhook).removeprefix("whsec_")

    assert secret not in str(Webhook.objects.filter(pk=webhook.pk).values().get())


def test_an_unknown_kind_and_an_address_inside_are_refused(shop: Shop) -> None:
    with pytest.raises(subscribing.UnknownKind):
        WebhookFactory(shop=shop, kinds=["crm.nothing"])
    with pytest.raises(subscribing.UnknownKind):
        WebhookFactory(shop=shop, kinds=["crm.unknown"])
    with pytest.raises(subscribing.requests.AddressRefused):
        WebhookFactory(shop=shop, url="https://10.0.0.1/hooks")
    assert not Webhook.objects.exists()


def test_a_shop_has_twenty_at_most(shop: Shop) -> None:
    for number in range(subscribing.MOST_PER_SHOP):
        WebhookFactory(shop=shop, name=f"{number}")
    with pytest.raises(subscribing.TooManyWebhooks):
        WebhookFactory(shop=shop)


# ── whose turn it is ─────────────────────────────────────────────────────────
def test_a_later_delivery_of_a_customer_waits_for_the_earlier_and_others_go_on(shop: Shop) -> None:
    webhook, maria, ivan = WebhookFactory(shop=shop), CustomerFactory(), CustomerFactory()
    first, second, other = note(maria, 1), note(maria, 2), note(ivan, 1)
    read_on()

    knocks = claim(webhook)
    assert [delivery_of(one).entry_id for one in knocks] == [first.pk, other.pk]
    sending.settle([(knocks[0], BAD)], at=NOON)
    sending.settle([(knocks[1], GOOD)], at=NOON)
    assert claim(webhook) == []
    again = only(webhook, at=NOON + MINUTE)
    assert delivery_of(again).entry_id == first.pk
    sending.settle([(again, GOOD)], at=NOON + MINUTE)
    assert delivery_of(only(webhook, at=NOON + MINUTE)).entry_id == second.pk


def test_a_claim_that_was_lost_is_made_once_more(shop: Shop) -> None:
    webhook = WebhookFactory(shop=shop)
    note(CustomerFactory(), 1)
    read_on()
    lost = only(webhook)

    assert claim(webhook, at=NOON + sending.CLAIM_LASTS / 2) == []
    again = only(webhook, at=NOON + sending.CLAIM_LASTS)
    assert again.headers["webhook-id"] == lost.headers["webhook-id"] and again.body == lost.body

    sending.settle([(lost, BAD)], at=NOON + sending.CLAIM_LASTS)
    assert delivery_of(lost).state == "sending", "a late word changes nothing"
    sending.settle([(again, GOOD)], at=NOON + sending.CLAIM_LASTS)
    assert delivery_of(again).state == "delivered"
    assert delivery_of(again).tries.count() == 2


def test_an_address_gets_so_many_requests_at_once_and_one_in_trouble_a_single_one(shop: Shop) -> None:
    webhook = WebhookFactory(shop=shop)
    for number in range(20):
        note(CustomerFactory(), number)
    read_on()

    knocks = claim(webhook)
    assert len(knocks) == sending.MOST_TO_ONE and claim(webhook) == []
    for knock in knocks:
        sending.settle([(knock, BAD)], at=NOON)

    assert claim(webhook, at=NOON + timedelta(seconds=5)) == [], "it is given a pause"
    assert len(claim(webhook, at=NOON + 10 * MINUTE)) == 1


def test_an_address_that_takes_something_is_out_of_trouble(shop: Shop) -> None:
    webhook = WebhookFactory(shop=shop)
    for number in range(12):
        note(CustomerFactory(), number)
    read_on()
    for knock in claim(webhook):
        sending.settle([(knock, BAD)], at=NOON)
    later = NOON + 10 * MINUTE
    sending.settle([(only(webhook, at=later), GOOD)], at=later)

    assert len(claim(webhook, at=later)) == sending.MOST_TO_ONE


def test_who_takes_nothing_is_read_no_further(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queueing, "WINDOW", 2)
    monkeypatch.setattr(queueing, "MOST_WAITING", 4)
    webhook, customer = WebhookFactory(shop=shop), CustomerFactory()
    for number in range(10):
        note(customer, number)
    read_on()
    webhook.refresh_from_db()
    assert webhook.deliveries.count() == webhook.position == 4

    while knocks := claim(webhook):
        for knock in knocks:
            sending.settle([(knock, GOOD)], at=NOON)
        read_on()
    webhook.refresh_from_db()
    assert webhook.position == 10
    entries = list(
        webhook.deliveries.filter(state="delivered").order_by("position").values_list("entry", flat=True)
    )
    assert entries == sorted(entries) and len(set(entries)) == 10


# ── what becomes of it ───────────────────────────────────────────────────────
def test_a_failure_is_tried_again_by_the_schedule_of_the_specification() -> None:
    for attempts, pause in enumerate(schedule.PAUSES, start=1):
        again = schedule.next_try(attempts, NOON)
        assert again and NOON + pause <= again <= NOON + pause * 1.1
    assert schedule.next_try(schedule.MOST_ATTEMPTS, NOON) is None
    assert sum(schedule.PAUSES, timedelta()) == timedelta(hours=75, minutes=35, seconds=5)


def try_to_the_end(webhook: Webhook, *, until_state: str) -> int:
    """Lets time pass while nothing is taken. Returns how many attempts the earliest delivery saw."""
    at, first = NOON, webhook.deliveries.earliest("position")
    for _attempt in range(schedule.MOST_ATTEMPTS):
        first.refresh_from_db()
        at = max(at, first.next_try_at, webhook.paced_until or at) + timedelta(seconds=1)
        for knock in claim(webhook, at=at):
            is_first = knock.delivery_pk == first.pk
            sending.settle([(knock, BAD if is_first or until_state == "disabled" else GOOD)], at=at)
        webhook.refresh_from_db()
    first.refresh_from_db()
    return first.attempts


def test_an_address_that_takes_nothing_for_the_whole_schedule_is_disabled_and_colleagues_are_told(
    shop: Shop,
) -> None:
    colleague = UserFactory(language="ru", is_superuser=True)
    webhook = WebhookFactory(shop=shop, by=colleague)
    note(CustomerFactory(), 1)
    read_on()

    assert try_to_the_end(webhook, until_state="disabled") == schedule.MOST_ATTEMPTS
    assert webhook.disabled_why == "silent"
    assert webhook.deliveries.get().state == "waiting", "nothing is lost"
    assert Task.objects.get(source=telling.SOURCE).owner == colleague

    subscribing.resume(webhook, at=NOON + timedelta(days=9))
    knock = only(webhook, at=NOON + timedelta(days=9))
    sending.settle([(knock, GOOD)], at=NOON + timedelta(days=9))
    assert delivery_of(knock).state == "delivered"


def test_what_an_address_cannot_digest_is_given_up_while_it_takes_the_rest(shop: Shop) -> None:
    webhook, maria, ivan = WebhookFactory(shop=shop), CustomerFactory(), CustomerFactory()
    note(maria, 1)
    read_on()
    note(maria, 2)
    note(ivan, 1)
    read_on()

    try_to_the_end(webhook, until_state="given_up")

    assert webhook.disabled_at is None
    states = dict(webhook.deliveries.order_by("position").values_list("position", "state"))
    assert list(states.values()) == ["given_up", "waiting", "delivered"]
    later = NOON + timedelta(days=9)
    assert delivery_of(only(webhook, at=later)).customer_id == maria.pk


def test_gone_disables_at_once(shop: Shop) -> None:
    webhook = WebhookFactory(shop=shop)
    note(CustomerFactory(), 1)
    read_on()
    sending.settle([(only(webhook), Outcome(took_ms=1, status=410))], at=NOON)
    webhook.refresh_from_db()

    assert webhook.disabled_why == "gone"
    assert claim(webhook, at=NOON + timedelta(days=1)) == []


@pytest.mark.parametrize(
    ("status", "said", "wait"),
    [
        (429, "120", timedelta(seconds=120)),
        (503, "Mon, 02 Mar 2026 12:10:00 GMT", timedelta(minutes=10)),
        (429, "999999", schedule.LONGEST_PACE),
        (429, "-5", schedule.USUAL_PACE),
        (429, "٣", schedule.USUAL_PACE),
        (502, "", schedule.USUAL_PACE),
        (503, "Mon, 02 Mar 2020 12:10:00 GMT", timedelta()),
    ],
)
def test_who_asks_for_patience_gets_it_within_bounds(
    shop: Shop, status: int, said: str, wait: timedelta
) -> None:
    webhook = WebhookFactory(shop=shop)
    note(CustomerFactory(), 1)
    note(CustomerFactory(), 2)
    read_on()
    outcome = Outcome(took_ms=1, status=status, headers={"retry-after": said})
    sending.settle([(claim(webhook, most=1)[0], outcome)], at=NOON)
    webhook.refresh_from_db()

    assert webhook.paced_until == NOON + wait
    if wait:
        assert claim(webhook, at=NOON + wait - timedelta(seconds=1)) == []
    assert claim(webhook, at=NOON + wait + timedelta(seconds=1))


def test_a_pause_that_was_asked_for_stands_though_something_under_way_arrives(shop: Shop) -> None:
    webhook = WebhookFactory(shop=shop)
    for number in range(3):
        note(CustomerFactory(), number)
    read_on()
    busy, fine = claim(webhook, most=2)
    sending.settle([(busy, Outcome(took_ms=1, status=429, headers={"retry-after": "60"}))], at=NOON)
    sending.settle([(fine, GOOD)], at=NOON)

    assert claim(webhook, at=NOON + timedelta(seconds=59)) == []
    assert len(claim(webhook, at=NOON + timedelta(seconds=60))) == 2


def test_a_pause_that_was_asked_for_stands_though_something_else_fails(shop: Shop) -> None:
    webhook = WebhookFactory(shop=shop)
    for number in range(2):
        note(CustomerFactory(), number)
    read_on()
    busy, broken = claim(webhook)
    asked = Outcome(took_ms=1, status=429, headers={"retry-after": "60"})
    sending.settle([(busy, asked), (broken, BAD)], at=NOON)

    assert claim(webhook, at=NOON + timedelta(seconds=59)) == []
    assert len(claim(webhook, at=NOON + timedelta(seconds=60))) == 2


@pytest.mark.parametrize(
    ("ended", "is_paused"), [((BAD, BAD, BAD, GOOD), False), ((GOOD, BAD, BAD, BAD), True)]
)
def test_an_address_that_took_the_last_of_several_is_not_in_trouble(
    shop: Shop, ended: tuple[Outcome, ...], is_paused: bool
) -> None:
    webhook = WebhookFactory(shop=shop)
    for number in range(5):
        note(CustomerFactory(), number)
    read_on()
    sending.settle(list(zip(claim(webhook, most=4), ended, strict=True)), at=NOON)

    assert len(claim(webhook)) == (0 if is_paused else 1)


def test_what_ends_together_is_written_down_each_for_itself(shop: Shop) -> None:
    webhook = WebhookFactory(shop=shop)
    for number in range(3):
        note(CustomerFactory(), number)
    read_on()
    first, second, third = claim(webhook)
    sending.settle([(first, GOOD), (second, BAD), (third, GOOD)], at=NOON)

    states = [delivery_of(knock).state for knock in (first, second, third)]
    assert states == ["delivered", "waiting", "delivered"]
    assert [delivery_of(knock).attempts for knock in (first, second, third)] == [1, 1, 1]
    assert [delivery_of(knock).tries.get().status for knock in (first, second, third)] == [204, 500, 204]


def test_to_find_whose_turn_it_is_what_waits_is_looked_through_and_never_compared_each_with_each(
    shop: Shop,
) -> None:
    """Thrice it is gone through: how many are under way, who is first of each customer, which of them are due."""
    assert pages_read_to_claim(shop, waiting=2_000) < 4 * 2_000


def pages_read_to_claim(shop: Shop, *, waiting: int) -> int:
    webhook, people = WebhookFactory(shop=shop), [CustomerFactory() for _person in range(waiting // 10)]
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(
            webhook=webhook,
            customer=people[number % len(people)],
            position=number,
            kind="crm.webhook_test",
            queued_at=NOON,
            next_try_at=NOON,
        )
        for number in range(waiting)
    )
    with CaptureQueriesContext(connection) as asked:
        claim(webhook)
    return sum(pages_read(query["sql"]) for query in asked if query["sql"].startswith("SELECT"))


def pages_read(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}")
        plan = cursor.fetchone()[0][0]["Plan"]
    found: int = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    return found


def test_a_500_may_not_ask_for_patience() -> None:
    assert schedule.asked_to_wait(500, {"retry-after": "3600"}, NOON) is None


def test_a_pause_loses_nothing(shop: Shop) -> None:
    webhook, customer = WebhookFactory(shop=shop), CustomerFactory()
    note(customer, 1)
    read_on()
    subscribing.pause(webhook, at=NOON)
    note(customer, 2)
    read_on()
    assert claim(webhook) == []

    subscribing.resume(webhook, at=NOON)
    read_on()
    assert webhook.deliveries.count() == 2 and len(claim(webhook)) == 1


def test_what_is_removed_is_never_sent_to_again(shop: Shop) -> None:
    webhook = WebhookFactory(shop=shop)
    note(CustomerFactory(), 1)
    read_on()
    subscribing.remove(webhook, at=NOON)

    assert claim(webhook) == []
    for deed in (
        lambda: subscribing.resume(webhook, at=NOON),
        lambda: subscribing.rotate_secret(webhook, at=NOON),
        lambda: asking_again.send_again(webhook.deliveries.get(), at=NOON),
    ):
        with pytest.raises(subscribing.WebhookIsRemoved):
            deed()


# ── asked for ────────────────────────────────────────────────────────────────
def test_one_is_sent_again_with_the_same_id(shop: Shop) -> None:
    webhook = WebhookFactory(shop=shop)
    note(CustomerFactory(), 1)
    read_on()
    first = only(webhook)
    sending.settle([(first, GOOD)], at=NOON)
    asking_again.send_again(delivery_of(first), at=NOON + MINUTE)

    again = only(webhook, at=NOON + MINUTE)
    assert again.headers["webhook-id"] == first.headers["webhook-id"]


def test_a_stretch_is_sent_again_in_order(shop: Shop) -> None:
    webhook, customer = WebhookFactory(shop=shop), CustomerFactory()
    for number in range(3):
        note(customer, number)
        read_on(at=NOON + number * MINUTE)
        sending.settle([(only(webhook, at=NOON + number * MINUTE), GOOD)], at=NOON + number * MINUTE)
    later = NOON + timedelta(hours=1)

    sent = asking_again.send_stretch_again(webhook, since=NOON + MINUTE, until=later, at=later)

    assert sent == 2
    assert delivery_of(only(webhook, at=later)).queued_at == NOON + MINUTE


def test_a_test_is_about_nobody(shop: Shop) -> None:
    webhook = WebhookFactory(shop=shop)
    asking_again.send_test(webhook, at=NOON)

    told = payload_in(only(webhook))
    assert told["type"] == "crm.webhook_test"
    assert told["data"] == {"webhook": webhook.pk, "name": webhook.name}


# ── what is kept of it ───────────────────────────────────────────────────────
def test_bodies_are_forgotten_after_some_days_and_the_log_after_some_months(shop: Shop) -> None:
    webhook = WebhookFactory(shop=shop)
    note(CustomerFactory(), "planted-word")
    read_on()
    sending.settle([(only(webhook), Outcome(took_ms=1, status=200, answer="planted-word"))], at=NOON)
    assert "planted-word" in webhook.deliveries.get().body

    forgetting.forget_bodies(at=NOON + timedelta(days=13))
    assert webhook.deliveries.get().body
    forgetting.forget_bodies(at=NOON + timedelta(days=15))
    delivery = webhook.deliveries.get()
    assert delivery.body == delivery.tries.get().answer == ""
    forgetting.forget_deliveries(at=NOON + timedelta(days=91))
    assert not webhook.deliveries.exists()


def test_a_body_that_was_forgotten_is_written_anew_when_it_is_sent_again(shop: Shop) -> None:
    webhook = WebhookFactory(shop=shop)
    note(CustomerFactory(), 1)
    read_on()
    first = only(webhook)
    sending.settle([(first, GOOD)], at=NOON)
    forgetting.forget_bodies(at=NOON + timedelta(days=15))
    asking_again.send_again(delivery_of(first), at=NOON + timedelta(days=15))

    assert only(webhook, at=NOON + timedelta(days=15)).body == first.body


def test_what_is_about_somebody_erased_is_emptied_and_what_waits_is_told_without_them(shop: Shop) -> None:
    webhook, maria = WebhookFactory(shop=shop), CustomerFactory()
    note(maria, "planted-word")
    read_on()
    first = only(webhook)
    sending.settle([(first, Outcome(took_ms=1, status=500, answer="planted-word"))], at=NOON)
    erasure.erase(maria, reason="asked", by=UserFactory(), at=NOON)
    read_on()

    delivery = delivery_of(first)
    assert delivery.body == delivery.tries.get().answer == ""
    again = only(webhook, at=NOON + MINUTE)
    assert again.headers["webhook-id"] == first.headers["webhook-id"]
    assert "planted-word" not in again.body.decode()
    sending.settle([(again, GOOD)], at=NOON + MINUTE)
    kinds = {payload_in(one)["type"] for one in claim(webhook, at=NOON + MINUTE)}
    assert "crm.customer_erased" in kinds, "so that the shop forgets them too"


def test_how_far_behind_each_address_is_can_be_watched(shop: Shop) -> None:
    slow, idle = (
        WebhookFactory(shop=shop, name="slow"),
        WebhookFactory(shop=shop, name="idle", kinds=["crm.order_paid"]),
    )
    note(CustomerFactory(), 1)
    read_on()

    assert lagging.lagging(at=NOON + MINUTE) == lagging.Lagging(
        oldest={slow.pk: 60.0, idle.pk: 0.0}, disabled=0
    )
