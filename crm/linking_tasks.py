"""A stranger whose code does not fit hears it, once, if their provider takes it: nothing of them is kept."""

from __future__ import annotations

import logging

from celery import shared_task

from crm.channels import channel_named
from crm.channels.base import NotTaken, PerhapsSent, TryLater
from crm.models import RawDelivery
from crm.people import linking

log = logging.getLogger(__name__)


@shared_task  # type: ignore[untyped-decorator]
def tell_stranger(delivery_pk: int) -> None:
    open_ones = RawDelivery.objects.select_related("account").filter(account__closed_at=None)
    delivery = open_ones.filter(pk=delivery_pk).first()
    if delivery is None:
        return
    try:
        for letter in linking.sorry_for(delivery):
            channel_named(delivery.account.channel).send(delivery.account, letter)
    except (TryLater, NotTaken, PerhapsSent) as error:
        log.info("a stranger was not told", extra={"delivery": delivery_pk, "error": type(error).__name__})
