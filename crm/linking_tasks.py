"""A stranger whose code does not fit hears it, once, if their provider takes it: nothing of them is kept."""

from __future__ import annotations

import logging

from celery import shared_task

from crm.channels import channel_named
from crm.channels.base import Letter, NotTaken, PerhapsSent, TryLater
from crm.models import ChannelAccount

log = logging.getLogger(__name__)


@shared_task  # type: ignore[untyped-decorator]
def tell_stranger(account_pk: int, to: str, thread: str, text: str) -> None:
    account = ChannelAccount.objects.open().filter(pk=account_pk).first()
    if account is None:
        return
    try:
        channel_named(account.channel).send(account, Letter(id=0, to=to, thread=thread, text=text))
    except (TryLater, NotTaken, PerhapsSent) as error:
        log.info("a stranger was not told", extra={"account": account_pk, "error": type(error).__name__})
