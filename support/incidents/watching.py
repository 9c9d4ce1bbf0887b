"""Every few minutes: does a burst of tickets look like an incident? Then it is proposed, once for each burst."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count

from crm import company
from crm.models import User
from support.incidents import bursts, drafting
from support.incidents.bursts import BESIDE, WEEKS, WINDOW, Verdict
from support.models import Incident, IncidentProposal, Ticket

# A burst is the same one until it was calm for so long.
CALM_FOR = timedelta(hours=2)
# The lock that lets one at a time look; two together would propose twice.
LOCK = "support.incidents.watching"


@transaction.atomic
def watch(*, at: datetime) -> list[IncidentProposal]:
    """Propose an incident for each topic with a burst that nobody was told of yet. Run again: nothing new.

    At most WEEKS + 2 queries where all is calm. Locks the proposals of the last hours.
    """
    now = _counts(at - WINDOW, at)
    busy = {topic for topic, count in now.items() if count >= bursts.FEWEST_TICKETS}
    if not busy:
        return []
    weeks = _earlier(at)
    found = {topic: bursts.judge(now[topic], [week[topic] for week in weeks]) for topic in busy}
    told = (_tell(topic, verdict, at=at) for topic, verdict in found.items() if verdict and verdict.is_burst)
    return [proposal for proposal in told if proposal]


@transaction.atomic
def dismiss(proposal: IncidentProposal, *, by: User, at: datetime) -> None:
    """It is nothing. Again: nothing changes."""
    IncidentProposal.objects.filter(pk=proposal.pk, decided_at=None).update(decided_at=at, decided_by=by)


def draft_of(proposal: IncidentProposal, *, by: User, at: datetime) -> Incident:
    """A draft that begins with the topic of the burst, or the one that stands. Locks the proposal's row."""
    with transaction.atomic():
        held = IncidentProposal.objects.select_for_update(no_key=True, of=("self",)).get(pk=proposal.pk)
        if held.incident:
            return held.incident
        topic = held.topic
        told = drafting.Told(
            names=topic.names if topic else {"en": "—"},
            affected=drafting.OPEN_ORDERS_OF_THE_DAY,
            began_at=held.noticed_at - WINDOW,
            links={"field": "ticket.topic", "op": "in", "value": [topic.pk]} if topic else None,
        )
        return drafting.draft(told, by=by, at=at, proposal=held)


def open_proposals() -> Sequence[IncidentProposal]:
    """What nobody has decided about. One query."""
    waiting = IncidentProposal.objects.filter(decided_at=None).select_related("topic")
    return list(waiting.order_by("-noticed_at")[:20])


def _counts(since: datetime, until: datetime) -> Counter[int | None]:
    """How many tickets of each topic customers opened. One query."""
    opened = Ticket.objects.filter(opened_at__gte=since, opened_at__lt=until, opened_by=None)
    return Counter(dict(opened.order_by().values_list("topic").annotate(n=Count("pk"))))


def _earlier(at: datetime) -> list[Counter[int | None]]:
    """Of each earlier week since the house keeps tickets: what came at this time of it, by the company's clock."""
    first = Ticket.objects.order_by("opened_at").values_list("opened_at", flat=True).first()
    clock = company.current().clock
    moments = [(at.astimezone(clock) - timedelta(weeks=n)) for n in range(1, WEEKS + 1)]
    return [
        _counts(moment - WINDOW - BESIDE, moment + BESIDE)
        for moment in moments
        if first and moment - WINDOW - BESIDE >= first
    ]


def _tell(topic: int | None, verdict: Verdict, *, at: datetime) -> IncidentProposal | None:
    """None: it is the burst that was told of already."""
    recent = IncidentProposal.objects.select_for_update(no_key=True, of=("self",))
    standing = recent.filter(topic=topic, last_seen_at__gt=at - CALM_FOR).order_by("-pk").first()
    if standing:
        IncidentProposal.objects.filter(pk=standing.pk).update(last_seen_at=max(at, standing.last_seen_at))
        return None
    return IncidentProposal.objects.create(
        topic_id=topic,
        noticed_at=at,
        last_seen_at=at,
        tickets=verdict.count,
        minutes=WINDOW // timedelta(minutes=1),
        expected=round(verdict.expected, 2),
    )
