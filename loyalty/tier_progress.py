"""How far a member has come on each track, and what is missing to rise and to stay. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm import company
from crm.words.wording import money, number, short_day
from loyalty.models import Member, MemberTier, QualifyingMonth, Tier
from loyalty.tiering import ladders
from loyalty.tiers import Ladder, Needed, Standing, Window, to_rise, to_stay, window


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
    today = at.astimezone(company.current().clock).date()
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
