"""The feed, read on for each address from its own cursor: what concerns it becomes a delivery, once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from crm import feed
from crm.models import FeedRow, Webhook, WebhookDelivery

WINDOW = 500
# Who takes nothing is read no further: what is to come waits in the feed, where it costs nothing.
MOST_WAITING = 5_000


def queue_all(*, at: datetime) -> int:
    """One window of the feed for every address that is behind. Returns how many positions were read."""
    head = feed.head()
    behind = Webhook.objects.open().filter(position__lt=head).values_list("pk", flat=True)
    return sum(queue(pk, head=head, at=at) for pk in behind)


@transaction.atomic
def queue(webhook_pk: int, *, head: int, at: datetime) -> int:
    """Read one address on, in the transaction of what comes of it. Returns how many positions (0: none, or too far).

    Locks the address's row; one that somebody else holds is left alone.
    """
    webhook = (
        Webhook.objects.open()
        .select_for_update(skip_locked=True, no_key=True, of=("self",))
        .filter(pk=webhook_pk, position__lt=head)
        .first()
    )
    if webhook is None or _is_full(webhook):
        return 0
    end = min(head, webhook.position + WINDOW)
    rows = feed.of_shop(webhook.shop_id, feed.after(webhook.position, window=end - webhook.position))
    rows = rows.filter(entry__is_history=False)
    if webhook.kinds:
        rows = rows.filter(entry__kind__in=webhook.kinds)
    deliveries = [_delivery(webhook, row, at=at) for row in rows.defer("entry__payload")]
    WebhookDelivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    moved, webhook.position = end - webhook.position, end
    webhook.save(update_fields=["position"])
    return moved


def _is_full(webhook: Webhook) -> bool:
    waiting = WebhookDelivery.objects.open().filter(webhook=webhook).values("pk")[:MOST_WAITING]
    return waiting.count() >= MOST_WAITING


def _delivery(webhook: Webhook, row: FeedRow, *, at: datetime) -> WebhookDelivery:
    return WebhookDelivery(
        webhook=webhook,
        entry_id=row.entry_id,
        customer_id=row.entry.customer_id,
        position=row.position,
        kind=row.entry.kind,
        queued_at=at,
        next_try_at=at,
    )
