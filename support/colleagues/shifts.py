"""Who is here to answer: shifts, stepping away for a while, and going home."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.models import User
from support.models import Shift

LONGEST = timedelta(hours=24)
# A house in which nobody had a shift for so long keeps none: then whoever may sign in counts as being here.
KEPT_WITHIN = timedelta(days=7)


class NotOnShift(Refusal):
    code = "not-on-shift"
    title = _("You have no shift now. Begin one first.")


class UnusableShift(Refusal):
    code = "unusable-shift"
    title = _("A shift ends after it begins, and within 24 hours.")
    status = 422


@transaction.atomic
def begin(agent: User, *, until: datetime, at: datetime) -> Shift:
    """Come to work now; on a shift already, it is that one, until then. Locks the colleague's row.

    Raises:
        UnusableShift: nothing is changed.
    """
    if not at < until <= at + LONGEST:
        raise UnusableShift
    _lock(agent)
    standing = Shift.objects.at(at).filter(agent=agent).order_by("pk").first()
    if standing is None:
        return Shift.objects.create(agent=agent, starts_at=at, ends_at=until)
    standing.ends_at, standing.away_since = until, None
    standing.save(update_fields=["ends_at", "away_since"])
    return standing


@transaction.atomic
def step_away(agent: User, *, at: datetime) -> Shift:
    """Nothing is given to them meanwhile; what they have stays theirs. Again: nothing changes. Locks as `begin`.

    Raises:
        NotOnShift: nothing is changed.
    """
    shift = _now(agent, at=at)
    if shift.away_since is None:
        shift.away_since = at
        shift.save(update_fields=["away_since"])
    return shift


@transaction.atomic
def come_back(agent: User, *, at: datetime) -> Shift:
    """Raises NotOnShift: nothing is changed. Locks as `begin`."""
    shift = _now(agent, at=at)
    shift.away_since = None
    shift.save(update_fields=["away_since"])
    return shift


@transaction.atomic
def end(agent: User, *, at: datetime) -> Shift:
    """Go home before the end. What waits for us is handed back by `assigning.hand_back`, soon after. Locks as `begin`.

    Raises:
        NotOnShift: nothing is changed.
    """
    shift = _now(agent, at=at)
    shift.left_at = at
    shift.save(update_fields=["left_at"])
    return shift


def are_kept(at: datetime) -> bool:
    """Does this house plan shifts at all?"""
    return Shift.objects.filter(ends_at__gt=at - KEPT_WITHIN).exists()


def here(agents: Collection[int], *, at: datetime) -> set[int]:
    """Who of these colleagues is here now. Two queries at most; in a house without shifts everybody is."""
    if not agents:
        return set()
    found = set(Shift.objects.here(at).filter(agent__in=agents).values_list("agent_id", flat=True))
    return found if found or are_kept(at) else set(agents)


def _now(agent: User, *, at: datetime) -> Shift:
    _lock(agent)
    shift = Shift.objects.at(at).filter(agent=agent).order_by("pk").first()
    if shift is None:
        raise NotOnShift
    return shift


def _lock(agent: User) -> None:
    User.objects.select_for_update(no_key=True).get(pk=agent.pk)
