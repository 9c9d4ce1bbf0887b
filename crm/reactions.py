"""What somebody does about a fact. The table of who reacts to what is `config.reactions`.

A reaction takes a list of entries, is idempotent by entry, and passes plain values to a verb. *At once* it runs inside
the recording transaction and locks nothing but the entry's own customer; *afterwards* it is served by crm.relay.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from random import uniform

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from crm.facts import Fact
from crm.models import ParkedEntry, TimelineEntry

log = logging.getLogger(__name__)

TRIES = 8
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=6)


@dataclass(frozen=True, kw_only=True)
class Reaction:
    """`name` keeps its cursor and must not change; `wants_history` takes an imported past too."""

    name: str
    on: tuple[type[Fact], ...]
    do: Callable[[Sequence[TimelineEntry]], None]
    wants_history: bool = False

    @property
    def kinds(self) -> list[str]:
        return [fact.kind for fact in self.on]

    def wants(self, entry: TimelineEntry) -> bool:
        return entry.kind in self.kinds and (self.wants_history or not entry.is_history)


def at_once() -> Sequence[Reaction]:
    return _table("AT_ONCE")


def afterwards() -> Sequence[Reaction]:
    return _table("AFTERWARDS")


def _table(name: str) -> Sequence[Reaction]:
    table: Sequence[Reaction] = getattr(import_module(settings.REACTIONS), name)
    return table


def react_at_once(entries: Sequence[TimelineEntry]) -> None:
    """Run the reactions that belong to the recording transaction; one that fails is parked and the fact stays."""
    for reaction in at_once():
        wanted = [entry for entry in entries if reaction.wants(entry)]
        if wanted:
            run(reaction, wanted)


def run(reaction: Reaction, entries: Sequence[TimelineEntry]) -> None:
    """Let one reaction take effect on entries in order, in the caller's transaction.

    All at once if that works, else one by one. An entry that fails is parked, and so is every later one of its
    customer: they wait behind it. Entries of customers who already have something parked go straight there.
    """
    held = _held_customers(reaction, entries)
    free = [entry for entry in entries if entry.customer_id not in held]
    if not free or attempt(reaction, free) is None:
        _park_waiting(reaction, [entry for entry in entries if entry.customer_id in held])
        return
    for entry in entries:
        if entry.customer_id in held:
            _park_waiting(reaction, [entry])
            continue
        error = attempt(reaction, [entry])
        if error:
            park(reaction, entry, error=error, attempts=1)
            if entry.customer_id:
                held.add(entry.customer_id)


def attempt(reaction: Reaction, entries: Sequence[TimelineEntry]) -> Exception | None:
    """Run in a savepoint whose deferred constraints are checked before it is released; return what went wrong."""
    try:
        with transaction.atomic():
            reaction.do(entries)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except Exception as error:  # noqa: BLE001 - whatever a reaction raises, the fact must survive
        log.warning(
            "reaction failed",
            extra={"reaction": reaction.name, "error": type(error).__name__},
        )
        return error
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return None


def _held_customers(reaction: Reaction, entries: Sequence[TimelineEntry]) -> set[int]:
    customers = {entry.customer_id for entry in entries if entry.customer_id}
    parked = ParkedEntry.objects.filter(reaction=reaction.name, customer_id__in=customers)
    return set(parked.values_list("customer_id", flat=True))


def _park_waiting(reaction: Reaction, entries: Iterable[TimelineEntry]) -> None:
    for entry in entries:
        park(reaction, entry)


def park(
    reaction: Reaction,
    entry: TimelineEntry,
    *,
    error: Exception | None = None,
    attempts: int = 0,
) -> ParkedEntry:
    """Set an entry aside for one reaction; what failed before is tried again after a growing pause, TRIES times."""
    now = timezone.now()
    parked, _ = ParkedEntry.objects.update_or_create(
        reaction=reaction.name,
        entry_id=entry.pk,
        defaults={
            "error": describe(error),
            "attempts": attempts,
            "next_try_at": next_try(attempts, now),
        },
        create_defaults={
            "customer_id": entry.customer_id,
            "error": describe(error),
            "attempts": attempts,
            "parked_at": now,
            "next_try_at": next_try(attempts, now),
        },
    )
    return parked


def next_try(attempts: int, now: datetime) -> datetime | None:
    """When to try again after `attempts` failures, with jitter; None once it is for people to decide."""
    if attempts == 0:
        return now
    if attempts >= TRIES:
        return None
    pause: timedelta = min(FIRST_PAUSE * 4 ** (attempts - 1), LONGEST_PAUSE)
    return now + pause * uniform(0.8, 1.2)  # noqa: S311 - jitter, not a secret


def describe(error: Exception | None) -> str:
    """The kind of error and where: never its message, which may quote a person's data."""
    if error is None:
        return ""
    return " ← ".join([type(error).__name__, *reversed(list(_places(error)))])[:2000]


def _places(error: Exception) -> Iterator[str]:
    trace = error.__traceback__
    while trace:
        code = trace.tb_frame.f_code
        yield f"{code.co_filename.rsplit('/', 2)[-1]}:{trace.tb_lineno} {code.co_name}"
        trace = trace.tb_next
