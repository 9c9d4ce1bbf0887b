"""Letters with the week's figures on their way: each subscriber once a week."""

from __future__ import annotations

import logging
from datetime import date, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from crm import company
from crm.digest import links, subscribing, writing
from crm.digest.weeks import week_to_tell
from crm.models import DigestSubscription

log = logging.getLogger(__name__)

MAY_READ = "crm.view_dashboard"


def send_due(*, at: datetime) -> int:
    """Tell everybody who was not told of the latest week that is over; how many were written to.

    Each in a transaction of its own that locks their subscription: two workers never write to the same person. What a
    mail server refused is tried again the next time; a worker killed after handing a letter over sends it once more,
    under the same Message-ID.
    """
    week = week_to_tell(at.astimezone(company.current().clock))
    due = DigestSubscription.objects.filter(sent_for__lt=week).order_by("pk").values_list("pk", flat=True)
    return sum(_told(pk, week=week, at=at) for pk in list(due))


def send_now(subscription: DigestSubscription, *, at: datetime) -> None:
    """The latest week once more, because its reader asked for it. Raises OSError: the mail server refused it."""
    _send(subscription, week=week_to_tell(at.astimezone(company.current().clock)), at=at)


@transaction.atomic
def _told(pk: int, *, week: date, at: datetime) -> bool:
    locked = DigestSubscription.objects.select_for_update(skip_locked=True, of=("self",))
    its = locked.select_related("user").filter(pk=pk, sent_for__lt=week).first()
    if its is None:
        return False
    if not (its.user.is_active and its.user.has_perm(MAY_READ)):
        subscribing.unsubscribe(its.user_id)
        return False
    try:
        _send(its, week=week, at=at)
    except OSError as refused:  # every refusal of a mail server is one
        log.warning("digest not sent", extra={"user_id": its.user_id, "reason": type(refused).__name__})
        return False
    its.sent_for = week
    its.save(update_fields=["sent_for"])
    return True


def _send(to: DigestSubscription, *, week: date, at: datetime) -> None:
    letter = writing.letter(to, week=week, at=at)
    mail = EmailMultiAlternatives(
        subject=" ".join(letter.subject.split()),
        body=letter.text,
        to=[to.user.email],
        headers={
            "Message-ID": f"<digest.{to.pk}.{week}@{urlsplit(settings.PUBLIC_ADDRESS).hostname}>",
            "Auto-Submitted": "auto-generated",
            "List-Unsubscribe": f"<{links.unsubscribe_address_of(to.user_id)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    mail.attach_alternative(letter.html, "text/html")
    mail.send()
