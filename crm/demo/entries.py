"""Entries of a past that is written at once."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from django.db import connection
from django.db.models import F

from crm import feed
from crm.demo.copying import copy_values, draw_ids
from crm.models import FeedRow, ReactionCursor, TimelineEntry
from crm.reactions import afterwards
from crm.timeline import Told


def write_entries(told: Sequence[Told]) -> None:
    """Append entries by COPY and give them their places in the feed at once, in the order in which they happened.

    Takes the sequencer's lock until commit. Reactions that had read everything so far are moved past these entries:
    what they would make of this past stands already (the figures), is a chapter of its own, or is not wanted.
    """
    ids = draw_ids(TimelineEntry, len(told))
    in_time = sorted(told, key=attrgetter("occurred_at"))
    copy_values(TimelineEntry, ({"id": pk, **one.row()} for pk, one in zip(ids, in_time, strict=True)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('crm_sequence_feed'))")
    head = feed.head()
    copy_values(
        FeedRow, ({"position": head + place, "entry_id": pk} for place, pk in enumerate(ids, start=1))
    )
    ReactionCursor.objects.bulk_create(
        (ReactionCursor(reaction=reaction.name) for reaction in afterwards()), ignore_conflicts=True
    )
    ReactionCursor.objects.filter(position=head).update(position=F("position") + len(ids))
