"""What is sent once more because somebody asks for it, and what is sent to see whether anything arrives."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.models import Webhook, WebhookDelivery
from crm.webhooks import payloads
from crm.webhooks.subscribing import WebhookIsRemoved

MOST_AT_ONCE = 10_000


class StretchTooLong(Refusal):
    code = "stretch-too-long"
    title = _("More than 10,000 deliveries lie between these moments. Choose a shorter time.")
    status = 422


@transaction.atomic
def send_again(delivery: WebhookDelivery, *, at: datetime) -> WebhookDelivery:
    """Once more, from the first attempt on, with the same id. One that waits is due now. Locks the delivery's row.

    Raises:
        WebhookIsRemoved
    """
    found = WebhookDelivery.objects.select_for_update(no_key=True, of=("self",)).select_related("webhook")
    standing = found.get(pk=delivery.pk)
    if standing.webhook.closed_at:
        raise WebhookIsRemoved
    if standing.state != WebhookDelivery.State.SENDING:
        standing.state, standing.attempts = WebhookDelivery.State.WAITING, 0
        standing.next_try_at, standing.ended_at = at, None
        standing.save(update_fields=["state", "attempts", "next_try_at", "ended_at"])
    return standing


@transaction.atomic
def send_stretch_again(webhook: Webhook, *, since: datetime, until: datetime, at: datetime) -> int:
    """Everything that came up in [since, until) and is still in the log, whether it arrived or not. Returns how many.

    Raises:
        WebhookIsRemoved, StretchTooLong: nothing is sent.
    """
    if webhook.closed_at:
        raise WebhookIsRemoved
    known = WebhookDelivery.objects.filter(webhook=webhook, queued_at__gte=since, queued_at__lt=until)
    settled = known.exclude(state=WebhookDelivery.State.SENDING)
    if settled.values("pk")[: MOST_AT_ONCE + 1].count() > MOST_AT_ONCE:
        raise StretchTooLong
    return settled.update(state=WebhookDelivery.State.WAITING, attempts=0, next_try_at=at, ended_at=None)


def send_test(webhook: Webhook, *, at: datetime) -> WebhookDelivery:
    """A delivery that is about nobody. It waits while the address is paused.

    Raises:
        WebhookIsRemoved
    """
    if webhook.closed_at:
        raise WebhookIsRemoved
    return WebhookDelivery.objects.create(webhook=webhook, kind=payloads.TEST, queued_at=at, next_try_at=at)
