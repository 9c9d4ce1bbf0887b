"""What connections brought lands here, in the background."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from crm.connectors import backfill, fetching, inbox, landing, reconciling, rounds
from crm.connectors.one_c import exchange
from crm.errors import Refusal
from crm.models import ConnectorDelivery, ConnectorRound

AT_ONCE = 500
# Well below the time limit of a task: a large shop takes several.
AT_A_TIME = timedelta(minutes=8)
TASKS: Mapping[str, rounds.Task] = {backfill.PURPOSE: backfill.TASK, reconciling.PURPOSE: reconciling.TASK}


def start_landing(delivery: ConnectorDelivery) -> None:
    """Tell a worker once what stands is committed. If nobody hears it, `continue_landing` finds the row."""
    transaction.on_commit(lambda: land_delivery.apply_async([delivery.pk], retry=False), robust=True)


@shared_task  # type: ignore[untyped-decorator]
def land_delivery(pk: int) -> None:
    landing.land(pk, at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def continue_landing() -> None:
    """What nobody heard of, what waited, and what is to be tried again, in the order it came."""
    due = ConnectorDelivery.objects.due(timezone.now()).order_by("pk")
    for pk in list(due.values_list("pk", flat=True)[:AT_ONCE]):
        landing.land(pk, at=timezone.now())


def start_round(round: ConnectorRound) -> None:
    """As `start_landing`: if nobody hears it, `continue_rounds` finds the row."""
    transaction.on_commit(lambda: walk_round.apply_async([round.pk], retry=False), robust=True)


@shared_task  # type: ignore[untyped-decorator]
def walk_round(pk: int) -> None:
    """Do what is left of it, for a while; then hand on."""
    round = ConnectorRound.objects.at_work().select_related("connection__shop").filter(pk=pk).first()
    if round is None:
        return
    until = timezone.now() + AT_A_TIME
    rounds.walk(round, TASKS[round.purpose], clock=timezone.now, until=until)
    if timezone.now() > until:
        start_round(round)


@shared_task  # type: ignore[untyped-decorator]
def continue_rounds() -> None:
    """Those whose worker died, and those whose pause is over."""
    for round in ConnectorRound.objects.due(timezone.now()).order_by("pk"):
        start_round(round)


@shared_task  # type: ignore[untyped-decorator]
def reconcile_connections() -> None:
    """Whatever can be asked and was not compared for a day. What somebody began meanwhile is under way."""
    now = timezone.now()
    for connection in reconciling.to_begin(at=now):
        with suppress(Refusal):
            start_round(reconciling.begin(connection, at=now))


@shared_task  # type: ignore[untyped-decorator]
def fetch_returns() -> None:
    """A shop that refuses, or does not answer, is asked again the next time."""
    for connection in fetching.to_fetch(at=timezone.now()):
        with suppress(Refusal):
            fetching.fetch_returns(connection, at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def forget_deliveries() -> None:
    exchange.forget_silent(at=timezone.now())
    while inbox.forget_bodies(at=timezone.now()) == inbox.AT_ONCE:
        pass
    reconciling.forget(at=timezone.now())
