"""The outcome board: what members did, beside others who began alike. A comparison, not a cause."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.utils.translation import gettext as _

from crm.dashboards.charts import DotChart, Dotted, dots
from crm.dashboards.dashboard import Figure, Question, Table, kept
from crm.dashboards.tile_words import plainly, points_said
from crm.measures.comparison import Alike, Compared, compared
from crm.measures.intervals import Interval, Share
from crm.models import OutcomeCount
from crm.words.wording import number, percent, short_day
from crm.worth import outcomes
from crm.worth.figures.shared import share_said

NOBODY = Share(0, 0)
Side = OutcomeCount.Side


@kept
def members_beside_others(question: Question) -> Figure | None:
    """The same people stand under every line: only what they did differs."""
    asked = OutcomeCount.objects.order_by("pk")
    if question.narrowed.shop:
        asked = asked.filter(shop=question.narrowed.shop)
    rows = list(asked)
    if not any(row.side == Side.MEMBER for row in rows):
        return None
    told = [(str(one.label), compared(_groups(rows, one.name))) for one in outcomes.outcomes()]
    _label, any_of_them = told[0]
    members = any_of_them.members
    return Figure(
        title=_("Members beside others who began alike"),
        value=_headline(told),
        basis=_("%(members)s members and %(others)s others; %(unmatched)s members have nobody alike")
        % {
            "members": number(members.of),
            "others": number(any_of_them.other_people),
            "unmatched": number(any_of_them.unmatched),
        },
        chart=_chart(told),
        table=Table(
            head=(_("What they did"), _("Members"), _("Others alike"), _("Difference, points"), _("95 %")),
            rows=[(label, *_cells(its)) for label, its in told],
        ),
        heeds=frozenset({"shop"}),
        definition=(
            _("A comparison, not a cause: whoever joins may have been keener to begin with."),
            _(
                "Alike: they first bought in the same month, in the same shop, for an amount of the same size."
            ),
            _(
                "Each group of others weighs as much as it has members; members with nobody alike are left out."
            ),
            _("Who was a member on %(since)s, and what was done from then to %(until)s.")
            % {
                "since": short_day(rows[0].since_on, question.today),
                "until": short_day(rows[0].until_on, question.today),
            },
            _("Everybody bought for the first time before that. Counted each night."),
        ),
    )


def _groups(rows: Sequence[OutcomeCount], outcome: str) -> list[Alike]:
    sides: dict[tuple[object, ...], dict[str, Share]] = defaultdict(dict)
    for row in rows:
        key = (row.month, row.shop_id, row.bracket, row.currency)
        sides[key][row.side] = Share(int(row.did.get(outcome, 0)), row.people)
    return [Alike(its.get(Side.MEMBER, NOBODY), its.get(Side.OTHER, NOBODY)) for its in sides.values()]


def _headline(told: Sequence[tuple[str, Compared]]) -> str:
    known = [its.difference for _label, its in told if its.difference is not None]
    if not known:
        return _("too few to compare")
    apart = sum(its.is_change for its in known)
    return _("%(apart)s of %(all)s differ") % {"apart": number(apart), "all": number(len(known))}


def _cells(its: Compared) -> tuple[str, ...]:
    if its.difference is None:
        return (share_said(its.members), "", "", "")
    of = its.members.of
    low, high = its.difference.interval.low, its.difference.interval.high
    return (
        share_said(its.members),
        percent(its.others, its.other_people),
        points_said(its.difference.value, of),
        f"{points_said(low, of)}…{points_said(high, of)}",
    )


def _chart(told: Sequence[tuple[str, Compared]]) -> DotChart | None:
    """The whisker is that of the difference: where it reaches the hollow dot, it is chance."""
    return dots(
        name=_("What members and others alike did, in per cent"),
        rows=[_row(label, its) for label, its in told],
        say=plainly,
        legend=(_("members, with the interval of the difference"), _("others alike")),
        bounds=(0.0, 100.0),
    )


def _row(label: str, its: Compared) -> Dotted:
    if its.difference is None:
        return Dotted(label=label, words=share_said(its.members))
    around = Interval(
        100 * max(0.0, its.others + its.difference.interval.low),
        100 * min(1.0, its.others + its.difference.interval.high),
    )
    return Dotted(
        label=label,
        words=points_said(its.difference.value, its.members.of),
        value=100 * its.members.value,
        interval=around,
        before=100 * its.others,
    )
