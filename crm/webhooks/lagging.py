"""How far behind shops are, for whoever watches the house."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min, Q

from crm.models import Webhook, WebhookDelivery


@dataclass(frozen=True, kw_only=True)
class Lagging:
    """`oldest`: seconds since the oldest open delivery came up, of each address that is sent to; 0: nothing waits."""

    oldest: dict[int, float]
    disabled: int


def lagging(*, at: datetime) -> Lagging:
    """One query."""
    since = Min("deliveries__queued_at", filter=Q(deliveries__state__in=WebhookDelivery.OPEN))
    standing = Webhook.objects.standing().order_by("pk").annotate(since=since)
    told = list(standing.values_list("pk", "paused_at", "disabled_at", "since"))
    return Lagging(
        oldest={
            pk: (at - waiting_since).total_seconds() if waiting_since else 0.0
            for pk, paused_at, disabled_at, waiting_since in told
            if not (paused_at or disabled_at)
        },
        disabled=sum(disabled_at is not None for _pk, _paused_at, disabled_at, _since in told),
    )
