"""Who comes back: month by month after the first purchase, and by the channel of the first order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.utils import formats
from django.utils.translation import gettext as _

from crm.dashboards.charts import HeatCell, heat_grid
from crm.dashboards.dashboard import Figure, Question, Table, kept
from crm.dashboards.tile_words import change_said, interval_said, points_said, rate_said
from crm.measures.cohorts import Cohort, cohorts
from crm.measures.intervals import FEWEST, Share
from crm.models import Order
from crm.words.wording import number, percent
from crm.worth.census import Aspect
from crm.worth.figures.night import as_of_said, latest_rows, night_of
from crm.worth.figures.shared import basis_said, dots_of, share_said

SHOWN = 12
# So many months of first purchases are told as one share, and compared with as many before them.
POOLED = 3


@kept
def cohort_retention(question: Question) -> Figure | None:
    night = night_of(question)
    if night is None:
        return None
    found = {
        (_month(row.part[:7]), _month(row.part[8:])): row.customers
        for row in latest_rows(night.valuation, Aspect.COHORT)
    }
    its = cohorts(found, until=night.valuation.as_of + timedelta(days=1))
    if not its:
        return None
    came = [cohort for cohort in its if cohort.months]
    now, before = _pooled(came[-POOLED:]), _pooled(came[-2 * POOLED : -POOLED])
    shown = its[-SHOWN:]
    width = min(SHOWN, max(len(cohort.months) for cohort in shown))
    return Figure(
        title=_("Who comes back, month by month"),
        value=share_said(now) if now.of else _("too early to tell"),
        small=_("bought in the month after their first") if now.of else "",
        basis=basis_said(now) if now.of else "",
        change=change_said(now.against(before), lambda value: points_said(value, now.of)),
        chart=None
        if not width or all(cohort.customers < FEWEST for cohort in shown)
        else heat_grid(
            name=_("Share of each month's first buyers who bought again, by months since"),
            head=[_("First purchase"), _("Customers"), *(f"+{k}" for k in range(1, width + 1))],
            rows=[
                (
                    formats.date_format(cohort.month, "YEAR_MONTH_FORMAT"),
                    number(cohort.customers),
                    [_cell(cohort, place) for place in range(width)],
                )
                for cohort in shown
            ],
        ),
        table=Table(
            head=(_("First purchase"), _("Customers"), *(f"+{k}" for k in range(1, width + 1))),
            rows=[
                (
                    formats.date_format(cohort.month, "YEAR_MONTH_FORMAT"),
                    number(cohort.customers),
                    *(
                        share_said(cohort.months[place]) if place < len(cohort.months) else ""
                        for place in range(width)
                    ),
                )
                for cohort in shown
            ],
        ),
        definition=(
            _(
                "Each row is those who first bought in that month; each column, who of them bought so much later."
            ),
            _("A month that is not over tells nothing yet and stays empty."),
            _(
                "On top: the month after the first, of the three latest months together, beside the three before."
            ),
            as_of_said(night, question),
        ),
    )


def coming_back_by_channel(question: Question) -> Figure | None:
    night = night_of(question)
    rows = [] if night is None or question.narrowed.segment else night.of(Aspect.FIRST_CHANNEL)
    if night is None or len(rows) < 2:
        return None
    names = dict(Order.Channel.choices)
    told = [(str(names.get(row.part, row.part)), Share(row.hits, row.customers)) for row in rows]
    whole = Share(sum(share.count for _name, share in told), sum(share.of for _name, share in told))
    return Figure(
        title=_("Who comes back, by the channel of the first order"),
        value=share_said(whole),
        basis=basis_said(whole),
        chart=dots_of(told, _("Share of customers who came again, by the channel of their first order")),
        table=Table(
            head=(_("Channel"), _("Customers"), _("Came again"), _("Share"), _("95 %")),
            rows=[
                (name, number(share.of), number(share.count), rate_said(share), interval_said(share))
                for name, share in told
            ],
        ),
        definition=(
            _("Customers with purchases on two or more different days, of all customers with at least one."),
            _("By the channel of their very first order, whatever they chose later."),
            _("Channels are not ranked: look whether their ranges overlap."),
            as_of_said(night, question),
        ),
    )


def _month(part: str) -> date:
    return date.fromisoformat(f"{part}-01")


def _pooled(its: Sequence[Cohort]) -> Share:
    return Share(sum(cohort.months[0].count for cohort in its), sum(cohort.customers for cohort in its))


def _cell(cohort: Cohort, place: int) -> HeatCell:
    if place >= len(cohort.months):
        return HeatCell()
    share = cohort.months[place]
    if share.is_few:
        return HeatCell(words=number(share.count), value=share.value, is_few=True)
    return HeatCell(words=percent(share.value, 1), value=share.value)
