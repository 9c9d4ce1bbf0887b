"""Who hears that an address was disabled: whoever made it, and everybody who may change webhooks, as a task."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.contrib.auth.models import Permission
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from crm.colleagues import tasking
from crm.models import User, Webhook

SOURCE = "webhooks"
MOST_TOLD = 10


def tell_of_disabled(webhook: Webhook, *, at: datetime) -> None:
    """Once for each time it is disabled. A task for each, in their own language."""
    for colleague in _concerned(webhook):
        with override(colleague.language or None):
            title = _("The webhook “%(name)s” no longer gets anything: look what is wrong and resume it.") % {
                "name": webhook.name
            }
        tasking.set_task(
            title=title,
            owner=colleague,
            due_at=at,
            key=f"{webhook.pk}:{at.isoformat()}:{colleague.pk}",
            at=at,
            source=SOURCE,
        )


def _concerned(webhook: Webhook) -> Iterator[User]:
    """Those who may do something about it."""
    may_change = Permission.objects.filter(codename="change_webhook", content_type__app_label="crm")
    able = Q(groups__permissions__in=may_change) | Q(user_permissions__in=may_change) | Q(is_superuser=True)
    found = User.objects.filter(able | Q(pk=webhook.created_by_id), is_active=True, is_staff=True)
    yield from found.distinct().order_by("pk")[:MOST_TOLD]
