"""Whose turn it is, what is sent, and what becomes of it.

A claim is a lease: whoever dies with it loses it after CLAIM_LASTS, and the delivery is sent once more. Of a customer
only the earliest open delivery is ever claimed, so that a later one waits for it, however often it fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from crm.models import FeedRow, Webhook, WebhookAttempt, WebhookDelivery
from crm.outside import requests
from crm.secrets import sealing
from crm.webhooks import payloads, schedule, signing, subscribing, telling

# Longer than a request may take, looking up its name included.
CLAIM_LASTS = timedelta(seconds=90)
# Requests under way at once to one address.
MOST_TO_ONE = 8
LONGEST_ANSWER = 1000
# How it stands with an address: what its answers change.
STANDING = ("failing_since", "failures_in_a_row", "paced_until")
State = WebhookDelivery.State
CLAIM = """
UPDATE crm_webhookdelivery AS delivery SET state = 'sending', claimed_at = %(at)s, body = its.body
FROM unnest(%(pks)s::bigint[], %(bodies)s::text[]) AS its(id, body) WHERE delivery.id = its.id
"""


@dataclass(frozen=True, kw_only=True)
class Knock:
    """A claimed delivery, ready to be sent without the database."""

    delivery_pk: int
    webhook_pk: int
    claimed_at: datetime
    url: str
    headers: Mapping[str, str]
    body: bytes
    is_probe: bool


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an attempt came to. No status: nothing was answered, and `failure` says why."""

    took_ms: int
    status: int | None = None
    failure: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    answer: str = ""

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


# ── whose turn it is ─────────────────────────────────────────────────────────
def with_work(*, at: datetime) -> list[Webhook]:
    """The addresses that something may be sent to at this moment; those that fail come last."""
    paced = Q(paced_until=None) | Q(paced_until__lte=at)
    due = _due(at).filter(webhook=OuterRef("pk"))
    return list(Webhook.objects.open().filter(paced, Exists(due)).order_by("failures_in_a_row", "pk"))


def is_probed(webhook: Webhook) -> bool:
    """It is in trouble: one request at a time, to see whether it is back."""
    return webhook.failures_in_a_row >= schedule.TROUBLE


@transaction.atomic
def claim(webhook_pk: int, *, most: int, at: datetime) -> list[Knock]:
    """Take up to `most` deliveries whose turn it is, so that nobody else sends them, the earliest first.

    Locks the address's row, skipping it if somebody holds it.
    """
    webhook = _claimable(webhook_pk, at=at)
    if webhook is None:
        return []
    found = list(_turn(webhook, at)[: max(0, min(most, _room(webhook, at)))])
    return list(_claimed(webhook, found, at=at)) if found else []


def _claimable(webhook_pk: int, *, at: datetime) -> Webhook | None:
    paced = Q(paced_until=None) | Q(paced_until__lte=at)
    standing = Webhook.objects.open().filter(paced, pk=webhook_pk)
    return standing.select_for_update(no_key=True, skip_locked=True).first()


def _room(webhook: Webhook, at: datetime) -> int:
    under_way = webhook.deliveries.filter(state=State.SENDING, claimed_at__gt=at - CLAIM_LASTS).count()
    return (1 if is_probed(webhook) else MOST_TO_ONE) - under_way


def _due(at: datetime) -> QuerySet[WebhookDelivery]:
    """Waiting and due, or claimed by somebody who never said what came of it."""
    waits = Q(state=State.WAITING, next_try_at__lte=at)
    is_lost = Q(state=State.SENDING, claimed_at__lte=at - CLAIM_LASTS)
    return WebhookDelivery.objects.filter(waits | is_lost)


def _turn(webhook: Webhook, at: datetime) -> QuerySet[WebhookDelivery]:
    """What is due and comes first of its customer's. What is about nobody waits for nothing.

    The first of each are looked up once, by the index of the queue: asked of every row whether another comes before it,
    the database compares each with each.
    """
    queue = WebhookDelivery.objects.open().filter(webhook=webhook, customer__isnull=False)
    firsts = queue.order_by("customer", "position").distinct("customer").values("pk")
    of_nobody = Q(customer=None)
    return _due(at).filter(of_nobody | Q(pk__in=firsts), webhook=webhook).order_by("position", "pk")


def _claimed(webhook: Webhook, found: list[WebhookDelivery], *, at: datetime) -> Iterator[Knock]:
    rows = _rows_of(found)
    secrets = _secrets(webhook, at)
    for delivery in found:
        delivery.body = delivery.body or payloads.as_body(_payload(webhook, delivery, rows))
        body = delivery.body.encode()
        yield Knock(
            delivery_pk=delivery.pk,
            webhook_pk=webhook.pk,
            claimed_at=at,
            url=webhook.url,
            headers={
                "content-type": "application/json",
                "user-agent": "Veren-Webhooks/1",
                **signing.headers(delivery.message_id, body, signed_with=secrets, at=at),
            },
            body=body,
            is_probe=is_probed(webhook),
        )
    with connection.cursor() as cursor:
        cursor.execute(
            CLAIM, {"pks": [one.pk for one in found], "bodies": [one.body for one in found], "at": at}
        )


def _secrets(webhook: Webhook, at: datetime) -> list[str]:
    """None that can be read: it is sent without a signature, and refused by whoever looks for one."""
    try:
        return subscribing.secrets_of(webhook, at=at)
    except sealing.Unreadable:
        return []


def _rows_of(found: Iterable[WebhookDelivery]) -> Mapping[int, FeedRow]:
    """Places in the feed of those whose body is still to be written."""
    entries = [one.entry_id for one in found if one.entry_id and not one.body]
    rows = FeedRow.objects.filter(entry__in=entries).select_related("entry") if entries else ()
    return {row.entry_id: row for row in rows}


def _payload(webhook: Webhook, delivery: WebhookDelivery, rows: Mapping[int, FeedRow]) -> dict[str, object]:
    if delivery.entry_id is None:
        return payloads.of_test(webhook, at=delivery.queued_at)
    return payloads.of(rows[delivery.entry_id])


# ── one attempt ──────────────────────────────────────────────────────────────
def send(knock: Knock) -> requests.Answer | str:
    """The answer, or of which kind the failure is. Touches no database: it may run in a thread of its own."""
    try:
        return requests.post(knock.url, headers=knock.headers, body=knock.body)
    except requests.NotReached as missed:
        return missed.failure
    except requests.AddressRefused:
        return "address refused"
    except Exception as error:  # noqa: BLE001 - whatever an answer does to a library, the attempt has failed
        return type(error).__name__


def outcome_of(answered: requests.Answer | str, *, took_ms: int) -> Outcome:
    if isinstance(answered, str):
        return Outcome(took_ms=took_ms, failure=answered)
    return Outcome(
        took_ms=took_ms,
        status=answered.status,
        headers=answered.headers,
        answer=answered.body.decode("utf-8", "replace").replace("\0", "")[:LONGEST_ANSWER],
    )


@transaction.atomic
def settle(ended: Sequence[tuple[Knock, Outcome]], *, at: datetime) -> None:
    """Write down what came of attempts at one address. Locks the address's row, then the deliveries'.

    Of a claim that was lost meanwhile only the attempt is written down: whoever claimed it next says what became of it.
    """
    webhook = Webhook.objects.select_for_update(no_key=True).get(pk=ended[0][0].webhook_pk)
    known = _locked(knock.delivery_pk for knock, _outcome in ended)
    tried = [(known[knock.delivery_pk], knock, outcome) for knock, outcome in ended]
    WebhookAttempt.objects.bulk_create(_attempt(*one) for one in tried)
    held = [(delivery, outcome) for delivery, knock, outcome in tried if _is_held(delivery, knock)]
    _arrived([delivery for delivery, outcome in held if outcome.is_good], at=at)
    before = _standing(webhook)
    _learn(webhook, held, at=at)
    if _standing(webhook) != before:
        webhook.save(update_fields=STANDING)


def _learn(webhook: Webhook, held: Sequence[tuple[WebhookDelivery, Outcome]], *, at: datetime) -> None:
    """How it stands with an address after its answers. Whoever took the last of them is in no trouble."""
    for delivery, outcome in held:
        if outcome.is_good:
            # A pause that another answer asked for stands: this one may have been under way before it.
            webhook.failing_since, webhook.failures_in_a_row = None, 0
        else:
            _failed(webhook, delivery, outcome, at=at)
    if not all(outcome.is_good for _delivery, outcome in held):
        _leave_in_peace(webhook, until=schedule.pace(webhook.failures_in_a_row, at))


def _standing(webhook: Webhook) -> list[object]:
    return [getattr(webhook, name) for name in STANDING]


def _locked(pks: Iterable[int]) -> Mapping[int, WebhookDelivery]:
    found = WebhookDelivery.objects.select_for_update(no_key=True).filter(pk__in=list(pks)).order_by("pk")
    return {delivery.pk: delivery for delivery in found}


def _is_held(delivery: WebhookDelivery, knock: Knock) -> bool:
    return delivery.state == State.SENDING and delivery.claimed_at == knock.claimed_at


def _attempt(delivery: WebhookDelivery, knock: Knock, outcome: Outcome) -> WebhookAttempt:
    return WebhookAttempt(
        delivery=delivery,
        began_at=knock.claimed_at,
        took_ms=outcome.took_ms,
        status=outcome.status,
        failure=outcome.failure[:60],
        answer=outcome.answer if delivery.body else "",
    )


def _arrived(deliveries: Iterable[WebhookDelivery], *, at: datetime) -> None:
    pks = [delivery.pk for delivery in deliveries]
    WebhookDelivery.objects.filter(pk__in=pks).update(
        state=State.DELIVERED, ended_at=at, attempts=F("attempts") + 1, claimed_at=None
    )


def _leave_in_peace(webhook: Webhook, *, until: datetime | None) -> None:
    """A longer pause that stands already is not made shorter. The caller saves the address."""
    if until and (webhook.paced_until is None or webhook.paced_until < until):
        webhook.paced_until = until


def _failed(webhook: Webhook, delivery: WebhookDelivery, outcome: Outcome, *, at: datetime) -> None:
    """The caller saves the address."""
    webhook.failing_since = webhook.failing_since or at
    webhook.failures_in_a_row += 1
    waits_until = schedule.asked_to_wait(outcome.status, outcome.headers, at)
    _leave_in_peace(webhook, until=waits_until)
    delivery.attempts += 1
    again_at = schedule.next_try(delivery.attempts, at)
    delivery.state, delivery.claimed_at = State.WAITING, None
    delivery.next_try_at = max(again_at or at, waits_until or at)
    if outcome.status == schedule.GONE:
        disable(webhook, why=Webhook.Disabled.GONE, at=at)
    elif again_at is None and _took_nothing_meanwhile(webhook, delivery):
        disable(webhook, why=Webhook.Disabled.SILENT, at=at)
    elif again_at is None:
        delivery.state, delivery.ended_at = State.GIVEN_UP, at
    delivery.save(update_fields=["state", "next_try_at", "ended_at", "attempts", "claimed_at"])


def _took_nothing_meanwhile(webhook: Webhook, delivery: WebhookDelivery) -> bool:
    """Since the delivery's schedule began. An address that takes others' is alive: this one it cannot digest."""
    tries = delivery.tries.order_by("-pk").values_list("began_at", flat=True)
    first = tries[schedule.MOST_ATTEMPTS - 1 : schedule.MOST_ATTEMPTS].first() or delivery.queued_at
    last_arrival = webhook.deliveries.filter(state=State.DELIVERED, ended_at__gte=first)
    return not last_arrival.exists()


def disable(webhook: Webhook, *, why: Webhook.Disabled, at: datetime) -> None:
    """The house sends no more, and colleagues are told. What waits is kept. The caller holds the address's row."""
    if webhook.disabled_at is None:
        webhook.disabled_at, webhook.disabled_why = at, why
        webhook.save(update_fields=["disabled_at", "disabled_why"])
        telling.tell_of_disabled(webhook, at=at)


def soonest(*, at: datetime, within: timedelta) -> bool:
    """Whether anything open becomes due before long: then it is worth waiting for."""
    paced = Q(webhook__paced_until=None) | Q(webhook__paced_until__lte=at + within)
    opened = Q(webhook__paused_at=None, webhook__disabled_at=None, webhook__closed_at=None)
    return _due(at + within).filter(paced, opened).exists()
