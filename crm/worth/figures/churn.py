"""Who stopped buying: horizon by horizon, and by the tier they had when it began."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from crm.customer_page import marks
from crm.dashboards.dashboard import Figure, Question, Table
from crm.dashboards.tile_words import (
    change_said,
    interval_said,
    points_said,
    rate_said,
)
from crm.dashboards.ways import Tree, both, is_one, to_act, to_people
from crm.measures.churn import churn_rate
from crm.measures.intervals import Share
from crm.words.wording import number, short_day
from crm.worth.census import Aspect
from crm.worth.figures.night import HEEDS, Night, as_of_said, night_of
from crm.worth.figures.shared import basis_said, dots_of, share_said
from crm.worth.tally import WINDOWS, window


def stopped_buying(question: Question) -> Figure | None:
    night = night_of(question)
    if night is None:
        return None
    found = {int(row.part): churn_rate(row.customers, row.hits) for row in night.of(Aspect.CHURN)}
    now, before = found.get(0, Share(0, 0)), found.get(1, Share(0, 0))
    gone = is_one("customer.risk", "gone")
    rows = [(_window_said(night, back, question), found.get(back, Share(0, 0))) for back in range(WINDOWS)]
    return Figure(
        title=_("Stopped buying"),
        value=share_said(now) if now.of else _("too early to tell"),
        basis=basis_said(now) if now.of else "",
        change=change_said(now.against(before), lambda value: points_said(value, now.of), rise_is_good=False),
        chart=dots_of([row for row in rows if row[1].of], _("Share of customers who stopped buying"))
        if not (now.is_few or before.is_few)
        else None,
        table=_table(_("Time"), rows[:1] if question.narrowed.segment else rows),
        heeds=HEEDS,
        behind=to_people(question, _("Who stopped buying"), gone),
        acts=to_act(question, _("Win them back"), gone) if now.count else (),
        definition=(
            _("Active at the start: bought within the %(days)s days before. Stopped: bought nothing since.")
            % {"days": number(night.valuation.horizon_days)},
            _("The %(days)s days are the company's own; they can be changed in its settings.")
            % {"days": number(night.valuation.horizon_days)},
            _("The time before is the same number of days, right before these."),
            as_of_said(night, question),
        ),
    )


def stopped_buying_by_tier(question: Question) -> Figure | None:
    """A tier is named only where its share can be told apart from that of every other."""
    night = night_of(question)
    rows = [] if night is None or question.narrowed.segment else night.of(Aspect.TIER)
    if night is None or not any(row.part for row in rows):
        return None
    names = {"": _("without a tier"), **dict(marks().choices())}
    shares = {row.part: churn_rate(row.customers, row.hits) for row in rows}
    its = sorted(
        ((slug, str(names.get(slug, slug)), share) for slug, share in shares.items()),
        key=lambda row: (-row[2].value, row[1]),
    )
    told = [(name, share) for _slug, name, share in its]
    most = _most(told)
    return Figure(
        title=_("Which tier stops buying most"),
        value=most or _("They cannot be told apart"),
        basis=_("%(count)s of %(of)s customers who were active stopped buying")
        % {
            "count": number(sum(share.count for _name, share in told)),
            "of": number(sum(share.of for _name, share in told)),
        },
        chart=dots_of(told, _("Share of customers who stopped buying, by tier")),
        table=_table(_("Tier"), told),
        behind=[
            way
            for slug, name, share in its
            if slug in names and slug and share.count
            for way in to_people(question, _lost_of(name), _gone_of(slug))
        ],
        acts=[
            way
            for slug, name, _share in its[:1]
            if slug and most
            for way in to_act(question, _("Win back: %(tier)s") % {"tier": name}, _gone_of(slug))
        ],
        definition=(
            _("The tier is the one that somebody had when the time began, not what became of it."),
            _(
                "The people behind a tier are those who have it today: whoever fell since stands under another one."
            ),
            _("A tier is named where the difference from every other one leaves out chance (95 %)."),
            _("Active at the start: bought within the %(days)s days before. Stopped: bought nothing since.")
            % {"days": number(night.valuation.horizon_days)},
            as_of_said(night, question),
        ),
    )


def _lost_of(name: str) -> str:
    return _("%(tier)s: who stopped buying") % {"tier": name}


def _gone_of(slug: str) -> Tree:
    return both(is_one("customer.risk", "gone"), dict(marks().condition(slug)))


def _most(rows: Sequence[tuple[str, Share]]) -> str:
    """The name of the one that leads so far that chance does not explain it."""
    enough = [row for row in rows if not row[1].is_few]
    if len(enough) < 2:
        return ""
    (name, first), *others = enough
    apart = [first.against(other) for _name, other in others]
    return name if all(found is not None and found.is_change for found in apart) else ""


def _table(head: str, rows: Sequence[tuple[str, Share]]) -> Table:
    return Table(
        head=(head, _("Active at the start"), _("Stopped"), _("Share"), _("95 %")),
        rows=[
            (label, number(share.of), number(share.count), rate_said(share), interval_said(share))
            for label, share in rows
        ],
    )


def _window_said(night: Night, back: int, question: Question) -> str:
    since, until = window(night.valuation.as_of, night.valuation.horizon_days, back)
    return _("%(since)s to %(until)s") % {
        "since": short_day(since, question.today),
        "until": short_day(until, question.today),
    }
