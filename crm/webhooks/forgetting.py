"""What the log of deliveries forgets: bodies after days, for they hold personal data, and rows after months."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from crm.models import WebhookAttempt, WebhookDelivery

AT_ONCE = 5_000


def forget_bodies(*, at: datetime) -> int:
    """Of what has ended: what is still on its way keeps its body. Returns how many; AT_ONCE: there may be more."""
    old = at - timedelta(days=settings.WEBHOOK_BODIES_KEPT_DAYS)
    found = WebhookDelivery.objects.filter(ended_at__lt=old).exclude(body="").values("pk")[:AT_ONCE]
    pks = [row["pk"] for row in found]
    WebhookAttempt.objects.filter(delivery__in=pks).update(answer="")
    return WebhookDelivery.objects.filter(pk__in=pks).update(body="")


def forget_deliveries(*, at: datetime) -> int:
    """Returns how many; AT_ONCE: there may be more."""
    old = at - timedelta(days=settings.WEBHOOK_LOG_KEPT_DAYS)
    pks = list(WebhookDelivery.objects.filter(ended_at__lt=old).values_list("pk", flat=True)[:AT_ONCE])
    WebhookDelivery.objects.filter(pk__in=pks).delete()
    return len(pks)
