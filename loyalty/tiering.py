"""Members rise and fall: what counts is counted anew, and what follows is decided, for one member or for all of them.

The decision itself is `loyalty.tiers.decide`, and `loyalty_due_tiers` says the same for a million in one statement.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from itertools import groupby

from django.db import connection, transaction

from crm import company, timeline
from crm.facts import Fact
from crm.models import TimelineEntry
from loyalty.facts.tiers import TierLost, TierReached
from loyalty.models import Member, MemberTier, Programme, Tier
from loyalty.points import sweeping
from loyalty.tiers import Ladder, Step, month_plus, window

CHUNK = 500
EARLIEST = date(1970, 1, 1)
LATEST = date(9999, 1, 1)


@dataclass(frozen=True, kw_only=True)
class Due:
    """What is to change for a member on a track."""

    member_id: int
    had_id: int | None
    tier_id: int | None
    until_at: datetime | None


def keep_up(
    member: Member,
    happened_at: datetime,
    *,
    at: datetime,
    source_id: str,
    caused_by: TimelineEntry | None = None,
) -> None:
    """A purchase, or a friend, came or went: count the month anew, and decide about the member.

    Call it in the transaction of the change, with the customer's row locked.
    """
    month = happened_at.astimezone(_clock()).date().replace(day=1)
    recount([member.pk], since=month, until=month_plus(month, 1))
    decide(member.programme, [member.pk], at=at, source_id=source_id, caused_by=caused_by)


def recount_people(customer_ids: Collection[int], *, at: datetime) -> None:
    """People were merged or separated: what they bought counts for another member now. Idempotent."""
    members = Member.objects.filter(customer_id__in=customer_ids).select_related("programme")
    for programme, its in groupby(members.order_by("programme_id", "pk"), key=lambda one: one.programme):
        ids = [member.pk for member in its]
        recount(ids)
        decide(programme, ids, at=at, source_id=f"{at:%Y-%m-%dT%H:%M:%S.%f}")


def recount(member_ids: Sequence[int], *, since: date = EARLIEST, until: date = LATEST) -> None:
    """Count what counts towards tiers anew, from orders, the ledger and referrals, for whole months. Idempotent."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT loyalty_recount_months(%s::bigint[], %s, %s, %s)",
            [list(member_ids), since, until, str(_clock())],
        )


@transaction.atomic
def decide(
    programme: Programme,
    member_ids: Sequence[int],
    *,
    at: datetime,
    source_id: str,
    caused_by: TimelineEntry | None = None,
    is_history: bool = False,
) -> int:
    """Let these members rise and fall as is due; answers how many tiers changed. Facts (TierReached, TierLost).

    Idempotent: a second call finds nothing due. Locks the customers' rows, in order of their ids.
    """
    tiers = {tier.pk: tier for tier in Tier.objects.filter(programme=programme)}
    if not tiers:
        return 0
    members = sweeping.lock_people(member_ids)
    changed = 0
    for track, ladder in ladders(tiers.values()).items():
        found = due(programme, track, ladder, at=at, member_ids=member_ids)
        told = [
            sweeping.told(
                members[one.member_id],
                fact,
                source_id=f"tier:{one.member_id}:{track}:{source_id}",
                at=at,
                caused_by=caused_by,
                is_history=is_history,
            )
            for one in found
            if (fact := _fact(one, tiers, track))
        ]
        timeline.record_all(told)
        _write(found, track, at=at)
        changed += len(told)
    return changed


def decide_all(
    programme: Programme,
    *,
    at: datetime,
    is_history: bool = False,
    heard: Callable[[int, int], object] = lambda done, total: None,
) -> int:
    """What `decide` does for everybody: one statement finds who is due, and only they are locked, some at a time."""
    waiting: set[int] = set()
    for track, ladder in ladders(Tier.objects.filter(programme=programme)).items():
        waiting |= {one.member_id for one in due(programme, track, ladder, at=at)}
    ids = sorted(waiting)
    changed = 0
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        source_id = f"{at:%Y-%m-%dT%H:%M:%S.%f}"
        changed += decide(programme, chunk, at=at, source_id=source_id, is_history=is_history)
        heard(start + len(chunk), len(ids))
    return changed


def due(
    programme: Programme,
    track: str,
    ladder: Ladder,
    *,
    at: datetime,
    member_ids: Sequence[int] | None = None,
) -> list[Due]:
    """What is to change now. One statement, for all members or for those named."""
    its = window(ladder, at.astimezone(_clock()).date())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM loyalty_due_tiers(%s, %s, %s, %s, %s, %s::bigint[])",
            [
                programme.pk,
                track,
                its.since,
                its.before,
                at,
                None if member_ids is None else list(member_ids),
            ],
        )
        return [
            Due(member_id=member_id, had_id=had_id, tier_id=tier_id, until_at=until_at)
            for member_id, had_id, tier_id, until_at in cursor.fetchall()
        ]


def ladders(tiers: Iterable[Tier]) -> dict[str, Ladder]:
    """Track → ladder. How one is counted and goes down is said by the lowest tier of the track."""
    in_order = sorted(tiers, key=lambda tier: (tier.track, tier.level))
    return {
        track: ladder_of(list(of_track)) for track, of_track in groupby(in_order, key=lambda tier: tier.track)
    }


def ladder_of(tiers: Sequence[Tier]) -> Ladder:
    its = tiers[0]
    return Ladder(
        steps=tuple(Step(tier_id=tier.pk, level=tier.level, threshold=tier.threshold) for tier in tiers),
        is_rolling=its.period == Tier.Period.ROLLING,
        months=its.months,
        grace_days=its.grace_days,
        lands_softly=its.lands_softly,
    )


def _fact(one: Due, tiers: Mapping[int, Tier], track: str) -> Fact | None:
    if one.tier_id == one.had_id:
        return None
    now, had = tiers.get(one.tier_id or 0), tiers.get(one.had_id or 0)
    if now and (had is None or now.level > had.level):
        return TierReached(tier_name=now.name, tier_slug=now.slug, track=track)
    if had is None:
        return None
    return TierLost(tier_name=had.name, tier_slug=had.slug, now_name=now.name if now else "", track=track)


def _write(found: Sequence[Due], track: str, *, at: datetime) -> None:
    moving = [one for one in found if one.tier_id != one.had_id]
    standing = MemberTier.objects.filter(track=track, ended_at=None)
    standing.filter(member__in=[one.member_id for one in moving]).update(ended_at=at)
    MemberTier.objects.bulk_create(
        MemberTier(
            member_id=one.member_id, track=track, tier_id=one.tier_id, since_at=at, until_at=one.until_at
        )
        for one in moving
        if one.tier_id
    )
    for one in found:
        if one.tier_id == one.had_id:
            standing.filter(member=one.member_id).update(until_at=one.until_at)


def tier_of(member: Member, at: datetime, *, track: str = "main") -> Tier | None:
    held = MemberTier.objects.valid(at).filter(member=member, track=track).select_related("tier").first()
    return held.tier if held else None


def _clock() -> tzinfo:
    return company.current().clock
