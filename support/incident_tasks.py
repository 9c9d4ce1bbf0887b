"""Incidents in the background: people are told and given, some at a time; bursts are looked for."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from support.incidents import announcing, goodwill, watching
from support.models import IncidentGoodwill, IncidentNotice

# Well below the time limit of a task: many people take several.
AT_A_TIME = timedelta(minutes=2)


def start_notice(notice: IncidentNotice) -> None:
    """Tell a worker once what stands is committed. If nobody hears it, `look_after_incidents` finds it."""
    transaction.on_commit(lambda: run_notice.apply_async([notice.pk], retry=False), robust=True)


def start_goodwill(given: IncidentGoodwill) -> None:
    """As `start_notice`."""
    transaction.on_commit(lambda: run_goodwill.apply_async([given.pk], retry=False), robust=True)


@shared_task  # type: ignore[untyped-decorator]
def run_notice(pk: int) -> None:
    """Tell whoever is left, for a while; then hand on."""
    notice = IncidentNotice.objects.at_work().filter(pk=pk).first()
    if notice is None:
        return
    until = timezone.now() + AT_A_TIME
    notice = announcing.run(notice, clock=timezone.now, until=until)
    if notice.is_at_work and timezone.now() >= until:
        start_notice(notice)


@shared_task  # type: ignore[untyped-decorator]
def run_goodwill(pk: int) -> None:
    """Give to whoever is left, for a while; then hand on."""
    given = IncidentGoodwill.objects.at_work().filter(pk=pk).first()
    if given is None:
        return
    until = timezone.now() + AT_A_TIME
    given = goodwill.run(given, clock=timezone.now, until=until)
    if given.is_at_work and timezone.now() >= until:
        start_goodwill(given)


@shared_task  # type: ignore[untyped-decorator]
def look_after_incidents() -> None:
    """Take up again whatever seems to be at work and was not heard of for a while."""
    at = timezone.now()
    for notice in IncidentNotice.objects.forgotten(at):
        start_notice(notice)
    for given in IncidentGoodwill.objects.forgotten(at):
        start_goodwill(given)


@shared_task  # type: ignore[untyped-decorator]
def watch_for_bursts() -> None:
    watching.watch(at=timezone.now())
