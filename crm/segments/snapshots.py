"""Who is in a segment now, kept: what is done with them later can be compared with who they were."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from crm.models import Segment, SegmentSnapshot, User
from crm.segments.errors import NamelessSegment, SegmentNotFilled, SnapshotNameTaken
from crm.segments.writing import LONGEST_NAME, plain

COPY = """
INSERT INTO crm_snapshotmember (snapshot_id, customer_id)
SELECT %s, customer_id FROM crm_segmentmember WHERE segment_id = %s ORDER BY customer_id
"""


@transaction.atomic
def take(segment: Segment, *, name: str, by: User, at: datetime) -> SegmentSnapshot:
    """Keep the people of a segment under a name.

    Raises:
        NamelessSegment, SnapshotNameTaken, SegmentNotFilled: nothing is kept.
    """
    words = plain(name, LONGEST_NAME)
    if not words:
        raise NamelessSegment
    if not segment.is_filled:
        raise SegmentNotFilled
    if SegmentSnapshot.objects.filter(segment=segment, name=words).exists():
        raise SnapshotNameTaken
    snapshot = SegmentSnapshot.objects.create(segment=segment, name=words, taken_at=at, taken_by=by, size=0)
    with connection.cursor() as cursor:
        cursor.execute(COPY, [snapshot.pk, segment.pk])
        snapshot.size = cursor.rowcount
    snapshot.save(update_fields=["size"])
    return snapshot
