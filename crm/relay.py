"""How others hear of a fact: each reaction reads the feed from its own cursor, moved in the transaction of its effect.

Exactly once in the database, whatever dies and when. Polls PostgreSQL; no broker is in its path.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from crm import feed
from crm.models import ParkedEntry, ReactionCursor, TimelineEntry
from crm.reactions import Reaction, afterwards, at_once, attempt, park, run

WINDOW = 500


def pump(*, window: int = WINDOW) -> int:
    """One round: place what waits, serve every reaction, try again what is due. Returns how much was done."""
    done = feed.sequence()
    head = feed.head()
    behind = _behind(head)
    done += sum(
        serve(reaction, head=head, window=window) for reaction in afterwards() if reaction.name in behind
    )
    return done + retry_due()


def _behind(head: int) -> set[str]:
    """Names of the reactions that have not read to the head; a new reaction starts at the beginning of time."""
    read = dict(ReactionCursor.objects.values_list("reaction", "position"))
    return {reaction.name for reaction in afterwards() if read.get(reaction.name, 0) < head}


def serve(reaction: Reaction, *, head: int, window: int = WINDOW) -> int:
    """Let one reaction take effect on its next window of the feed. Returns how many positions it moved on.

    Locks the reaction's cursor; another relay that holds it is left alone (0).
    """
    with transaction.atomic():
        cursor = _lock_cursor(reaction)
        if cursor is None:
            return 0
        end = min(head, cursor.position + window)
        entries = feed.entries_between(
            cursor.position, end, reaction.kinds, with_history=reaction.wants_history
        )
        if entries:
            run(reaction, entries)
        moved, cursor.position, cursor.moved_at = (
            end - cursor.position,
            end,
            timezone.now(),
        )
        cursor.save(update_fields=["position", "moved_at"])
        return moved


def _lock_cursor(reaction: Reaction) -> ReactionCursor | None:
    found = (
        ReactionCursor.objects.select_for_update(skip_locked=True, no_key=True)
        .filter(reaction=reaction.name)
        .first()
    )
    if found is None and not ReactionCursor.objects.filter(reaction=reaction.name).exists():
        ReactionCursor.objects.bulk_create([ReactionCursor(reaction=reaction.name)], ignore_conflicts=True)
        return _lock_cursor(reaction)
    return found


def retry_due(*, limit: int = 100) -> int:
    """Try again the parked entries that are due: of each customer and reaction only the first, in their order."""
    earlier = ParkedEntry.objects.filter(
        reaction=OuterRef("reaction"),
        customer=OuterRef("customer"),
        entry_id__lt=OuterRef("entry_id"),
    )
    due = list(
        ParkedEntry.objects.filter(~Exists(earlier), next_try_at__lte=timezone.now())
        .order_by("entry_id")
        .values_list("pk", flat=True)[:limit]
    )
    return sum(retry(pk) for pk in due)


def retry(parked_pk: int) -> bool:
    """Try one parked entry again. True when it took effect; those waiting behind it are then due at once."""
    known = {reaction.name: reaction for reaction in (*at_once(), *afterwards())}
    with transaction.atomic():
        parked = ParkedEntry.objects.select_for_update(skip_locked=True).filter(pk=parked_pk).first()
        if parked is None or parked.reaction not in known:
            return False
        reaction, entry = (
            known[parked.reaction],
            TimelineEntry.objects.get(pk=parked.entry_id),
        )
        error = attempt(reaction, [entry])
        if error:
            park(reaction, entry, error=error, attempts=parked.attempts + 1)
            return False
        parked.delete()
        return True


def replay(parked: Sequence[ParkedEntry]) -> int:
    """Staff ask for another round of tries: due now, counted from the first. Returns how many."""
    return ParkedEntry.objects.filter(pk__in=[one.pk for one in parked]).update(
        next_try_at=timezone.now(), attempts=0
    )


def run_until(stopped: Callable[[], bool], *, wait: Callable[[float], object]) -> None:
    """Pump until told to stop: without a pause while there is work, every 50 ms when there is none."""
    while not stopped():
        if not pump():
            wait(0.05)
