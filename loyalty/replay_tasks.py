"""Replays run here, in the background."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from loyalty.models import Replay
from loyalty.rules import replay as replaying

# Well below the time limit of a task: a long past takes several.
AT_A_TIME = timedelta(minutes=5)


def start_replay(replay: Replay) -> None:
    """Tell a worker once what stands is committed. If nobody hears it, `continue_replays` finds it."""
    transaction.on_commit(lambda: run_replay.apply_async([replay.pk], retry=False), robust=True)


@shared_task  # type: ignore[untyped-decorator]
def run_replay(pk: int) -> None:
    """Do what is left of a replay, for a while; then hand on."""
    replay = Replay.objects.filter(pk=pk, state=Replay.State.RUNNING).first()
    if replay is None:
        return
    until = timezone.now() + AT_A_TIME
    replay = replaying.run(replay, clock=timezone.now, until=until)
    if replay.is_at_work and timezone.now() >= until:
        start_replay(replay)


@shared_task  # type: ignore[untyped-decorator]
def continue_replays() -> None:
    """Take up again whatever seems to be at work and was not heard of for a while."""
    for replay in Replay.objects.forgotten(timezone.now()):
        start_replay(replay)
