"""Pushes go through the door that providers call, and what was kept is worked off as a worker would."""

from datetime import datetime
from random import Random

import time_machine
from django.test import Client
from django.urls import reverse

from crm.demo.providers.pushing import Push
from crm.messages import receiving
from crm.models import ChannelAccount, RawDelivery
from tests.factories.shops import NOON


def bring(account: ChannelAccount, push: Push, *, at: datetime = NOON) -> int:
    """The status that the provider hears."""
    with time_machine.travel(at):
        answer = Client().post(
            reverse("hooks:hook", args=[account.channel, account.key]),
            data=push.body,
            content_type="application/json",
            headers=dict(push.headers),
        )
    return answer.status_code


def work_everything_off(*, at: datetime, order: Random | None = None) -> None:
    """In the order in which it came, or in none."""
    waiting = list(RawDelivery.objects.due(at).order_by("pk").values_list("pk", flat=True))
    if order:
        order.shuffle(waiting)
    for pk in waiting:
        receiving.work_off(pk, at=at)
