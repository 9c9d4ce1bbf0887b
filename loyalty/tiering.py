"""Members rise and fall: what counts is counted anew, and what follows is decided, for one member or for all of them.

The decision itself is `loyalty.tiers.decide`, and `loyalty_due_tiers` says the same for a million in one statement.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm import company, timeline
from crm.facts import Fact
from crm.models import TimelineEntry
from crm.wording import money, number, short_day
from loyalty import privileges, sweeping
from loyalty.facts.tiers import TierLost, TierReached
from loyalty.models import Member, MemberTier, Programme, QualifyingMonth, Tier, TierPrivilege
from loyalty.purchases import tiers_held
from loyalty.tiers import Ladder, Needed, Standing, Step, Window, month_plus, to_rise, to_stay, window

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


# ── Counting and deciding ────────────────────────────────────────────────────
def keep_up(
    member: Member,
    purchased_at: datetime,
    *,
    at: datetime,
    source_id: str,
    caused_by: TimelineEntry | None = None,
) -> None:
    """A purchase came or went: count its month anew, and decide about the member.

    Call it in the transaction of the change, with the customer's row locked.
    """
    month = purchased_at.astimezone(_clock()).date().replace(day=1)
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
    """Count what counts towards tiers anew, from orders and the ledger, for whole months. Idempotent."""
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


# ── Asking ───────────────────────────────────────────────────────────────────
def tier_of(member: Member, at: datetime, *, track: str = "main") -> Tier | None:
    held = MemberTier.objects.valid(at).filter(member=member, track=track).select_related("tier").first()
    return held.tier if held else None


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Where a member stands on a track. The sentences say it in the reader's language; empty: nothing to say."""

    track: str
    tier: Tier | None
    until_at: datetime | None
    next_tier: Tier | None
    figure: Decimal
    rise: Needed | None
    stay: Needed | None
    share_percent: int
    to_rise: str
    to_stay: str


def progress(member: Member, at: datetime) -> list[Progress]:
    """For each track of the programme: figures, and what the member needs to rise and to stay. Three queries."""
    tiers = {tier.pk: tier for tier in Tier.objects.filter(programme=member.programme_id)}
    held = {one.track: one for one in MemberTier.objects.valid(at).filter(member=member)}
    months = list(QualifyingMonth.objects.filter(member=member))
    today = at.astimezone(_clock()).date()
    return [
        _progress(member, track, ladder, tiers, held.get(track), months, today)
        for track, ladder in ladders(tiers.values()).items()
    ]


def _progress(
    member: Member,
    track: str,
    ladder: Ladder,
    tiers: Mapping[int, Tier],
    held: MemberTier | None,
    rows: Sequence[QualifyingMonth],
    today: date,
) -> Progress:
    figure = tiers[ladder.steps[0].tier_id].figure
    months = {row.month: Decimal(getattr(row, figure)) for row in rows}
    standing = Standing(tier_id=held.tier_id if held else None, until_at=held.until_at if held else None)
    rise, stay = to_rise(ladder, standing, months, today), to_stay(ladder, standing, months, today)
    its: Window = window(ladder, today)
    now = sum((value for month, value in months.items() if month >= its.since), Decimal(0))
    next_tier = tiers[rise.tier_id] if rise else None
    says = Says(figure, member.programme.currency, today)
    return Progress(
        track=track,
        tier=tiers[held.tier_id] if held else None,
        until_at=standing.until_at,
        next_tier=next_tier,
        figure=now,
        rise=rise,
        stay=stay,
        share_percent=_share(now, next_tier),
        to_rise=says.to_rise(rise, tiers) if rise else "",
        to_stay=says.to_stay(stay, tiers) if stay else "",
    )


def _share(now: Decimal, next_tier: Tier | None) -> int:
    if next_tier is None or not next_tier.threshold:
        return 100
    return min(int(100 * max(now, Decimal(0)) / next_tier.threshold), 100)


@dataclass(frozen=True)
class Says:
    """What is missing, as whole sentences in the reader's language: one for each thing that can count."""

    figure: str
    currency: str
    today: date

    def to_rise(self, needed: Needed, tiers: Mapping[int, Tier]) -> str:
        missing = int(needed.missing)
        match self.figure:
            case Tier.Figure.SPEND:
                sentence = _("Purchases for {missing} more lead to the tier “{tier}”.")
            case Tier.Figure.ORDERS:
                sentence = ngettext(
                    "{missing} more purchase leads to the tier “{tier}”.",
                    "{missing} more purchases lead to the tier “{tier}”.",
                    missing,
                )
            case Tier.Figure.POINTS:
                sentence = ngettext(
                    "{missing} more earned point leads to the tier “{tier}”.",
                    "{missing} more earned points lead to the tier “{tier}”.",
                    missing,
                )
            case Tier.Figure.VISITS:
                sentence = ngettext(
                    "{missing} more day with a purchase in the shop leads to the tier “{tier}”.",
                    "{missing} more days with a purchase in the shop lead to the tier “{tier}”.",
                    missing,
                )
            case _other:
                sentence = ngettext(
                    "{missing} more referred customer leads to the tier “{tier}”.",
                    "{missing} more referred customers lead to the tier “{tier}”.",
                    missing,
                )
        return self._filled(sentence, needed, tiers)

    def to_stay(self, needed: Needed, tiers: Mapping[int, Tier]) -> str:
        missing = int(needed.missing)
        match self.figure:
            case Tier.Figure.SPEND:
                sentence = _("Purchases for {missing} more before {by} keep the tier “{tier}”.")
            case Tier.Figure.ORDERS:
                sentence = ngettext(
                    "{missing} more purchase before {by} keeps the tier “{tier}”.",
                    "{missing} more purchases before {by} keep the tier “{tier}”.",
                    missing,
                )
            case Tier.Figure.POINTS:
                sentence = ngettext(
                    "{missing} more earned point before {by} keeps the tier “{tier}”.",
                    "{missing} more earned points before {by} keep the tier “{tier}”.",
                    missing,
                )
            case Tier.Figure.VISITS:
                sentence = ngettext(
                    "{missing} more day with a purchase in the shop before {by} keeps the tier “{tier}”.",
                    "{missing} more days with a purchase in the shop before {by} keep the tier “{tier}”.",
                    missing,
                )
            case _other:
                sentence = ngettext(
                    "{missing} more referred customer before {by} keeps the tier “{tier}”.",
                    "{missing} more referred customers before {by} keep the tier “{tier}”.",
                    missing,
                )
        return self._filled(sentence, needed, tiers)

    def _filled(self, sentence: str, needed: Needed, tiers: Mapping[int, Tier]) -> str:
        is_money = self.figure == Tier.Figure.SPEND
        return sentence.format(
            missing=money(needed.missing, self.currency) if is_money else number(needed.missing),
            tier=tiers[needed.tier_id].name,
            by=short_day(needed.by, self.today) if needed.by else "",
        )


@dataclass(frozen=True, kw_only=True)
class Entitlement:
    """A privilege of the programme, and whether this member has it now. `figures` are its settings."""

    kind: str
    label: str
    is_allowed: bool
    tier: Tier
    figures: Mapping[str, Any]
    sentence: str


def entitlements(member: Member, at: datetime) -> list[Entitlement]:
    """Every privilege there is, allowed or not. Of one kind the best that is held counts, else the first to reach;
    of early access each stands alone, for it is about other goods."""
    held = tiers_held(member, at)
    rows = TierPrivilege.objects.filter(tier__programme=member.programme_id).select_related("tier")
    shown: dict[object, tuple[bool, TierPrivilege]] = {}
    for row in rows.order_by("tier__track", "tier__level", "pk"):
        name = row.pk if row.kind == "early_access" else row.kind
        has_tier = row.tier.slug in held
        if name not in shown or has_tier:
            shown[name] = (has_tier, row)
    return [_entitlement(row, has_tier=has_tier, at=at) for has_tier, row in shown.values()]


def _entitlement(row: TierPrivilege, *, has_tier: bool, at: datetime) -> Entitlement:
    privilege = privileges.read(row.kind, row.settings)
    return Entitlement(
        kind=row.kind,
        label=str(privilege.label),
        is_allowed=privilege.is_allowed(has_tier=has_tier, at=at),
        tier=row.tier,
        figures=privilege.figures(),
        sentence=privilege.aloud(),
    )


def _clock() -> tzinfo:
    return company.current().clock
