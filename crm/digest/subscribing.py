"""Who gets the week's figures."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from django.db import transaction

from crm import company
from crm.dashboards.narrowing import Narrowed
from crm.digest.weeks import week_to_tell
from crm.models import DigestSubscription, User


@transaction.atomic
def subscribe(user: User, *, narrowed: Narrowed, at: datetime) -> DigestSubscription:
    """From the next week that ends on. Whoever is subscribed keeps their place and changes only about whom."""
    told = urlencode(narrowed.told)
    begun = {"subscribed_at": at, "sent_for": week_to_tell(at.astimezone(company.current().clock))}
    its, _created = DigestSubscription.objects.update_or_create(
        user=user, defaults={"narrowed": told}, create_defaults={"narrowed": told, **begun}
    )
    return its


def unsubscribe(user_id: int) -> None:
    """Idempotent."""
    DigestSubscription.objects.filter(user=user_id).delete()
