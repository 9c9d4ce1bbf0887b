"""Mailboxes are fetched every minute, each in a task of its own: one that hangs delays no other."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from crm.messages import mail_polling
from crm.models import ChannelAccount

# Longer than a minute has no sense: the next round has come.
WAITS_SECONDS = 60


@shared_task  # type: ignore[untyped-decorator]
def poll_mailboxes() -> None:
    for pk in mail_polling.mailboxes():
        poll_mailbox.apply_async([pk], retry=False, expires=WAITS_SECONDS)


@shared_task  # type: ignore[untyped-decorator]
def poll_mailbox(pk: int) -> None:
    account = ChannelAccount.objects.open().filter(pk=pk).first()
    if account:
        mail_polling.poll(account, at=timezone.now())
