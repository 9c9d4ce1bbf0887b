"""Who of many could not be told now, and why: what crm.messages.notifying would find, asked of all of them at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db.models import Count

from crm import company
from crm.consents import consenting
from crm.messages import notice_texts
from crm.messages.notifying import A_WEEK, NEVER_SENT, WhyNot
from crm.messages.preferred_channel import Way, ways_to_each
from crm.models import Customer, Message, Purpose
from crm.notices import notice_named
from crm.people.same_person import ids_of_each


def unreachable(people: Collection[int], notice: str, *, purpose: str, at: datetime) -> dict[int, str]:
    """Person → code of the reason; whoever is not in it would be told. A fixed number of queries. Locks nothing.

    Raises:
        UnknownNotice.
    """
    if not notice_texts.is_on(notice_named(notice)):
        return dict.fromkeys(people, WhyNot.SWITCHED_OFF.value)
    ids = ids_of_each(people)
    erased = set(Customer.objects.filter(pk__in=people, erased_at__isnull=False).values_list("pk", flat=True))
    ways = ways_to_each(ids)
    found: dict[int, str] = {person: WhyNot.NO_WAY.value for person in people if not ways.get(person)}
    if purpose == Purpose.ADVERTISING:
        found |= _unwelcome({one: its for one, its in ids.items() if one not in found}, ways, at=at)
    return {**found, **dict.fromkeys(erased, WhyNot.ERASED.value)}


def _unwelcome(
    ids: Mapping[int, Collection[int]], ways: Mapping[int, Sequence[Way]], *, at: datetime
) -> dict[int, str]:
    """Whom advertising may not go to, or not so soon again."""
    channels = {way.channel for person in ids for way in ways[person]}
    allowed = consenting.allowed_channels(ids, purpose=Purpose.ADVERTISING, channels=channels)
    sent = _sent_lately([pk for known in ids.values() for pk in known], at=at)
    found = {}
    for person, known in ids.items():
        if not any(way.channel in allowed[person] for way in ways[person]):
            found[person] = WhyNot.NO_CONSENT.value
        elif sum(sent.get(pk, 0) for pk in known) >= company.current().advertising_per_week:
            found[person] = WhyNot.TOO_OFTEN.value
    return found


def _sent_lately(ids: Collection[int], *, at: datetime) -> dict[int, int]:
    lately = Message.objects.of_people(tuple(ids)).filter(
        direction=Message.Direction.OUT, purpose=Purpose.ADVERTISING, send_at__gt=at - A_WEEK
    )
    counted = lately.exclude(state__in=NEVER_SENT).order_by().values_list("customer")
    return dict(counted.annotate(Count("pk")))
