"""What customers have brought, what is to come of them, and how much of it rests on those who come again."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from crm.dashboards.charts import Stage, funnel
from crm.dashboards.dashboard import Figure, Question, Table, kept
from crm.dashboards.periods import Period
from crm.dashboards.tile_words import (
    change_said,
    head,
    points_said,
    step_said,
    whole_money,
)
from crm.measures.again import AgainShare, again_share
from crm.words.wording import money, number, percent
from crm.worth.categories import Category
from crm.worth.census import Aspect, Count
from crm.worth.figures.foreseen import backtest_said, why_not_foreseen
from crm.worth.figures.night import HEEDS, as_of_said, latest_rows, night_of, people


def worth_so_far(question: Question) -> Figure | None:
    """By the company's choice as margin, where the costs are known; else as net revenue."""
    night = night_of(question)
    if night is None:
        return None
    rows = night.of(Aspect.BUYERS)
    margins = [row for row in rows if row.part == "margin" and row.currency == night.currency]
    revenue = [row for row in rows if not row.part and row.currency == night.currency]
    (main,) = revenue or [Count(aspect=Aspect.BUYERS, part="")]
    known = margins[0] if margins else None
    told = known or main
    return Figure(
        title=_("Margin from customers so far") if known else _("Net revenue from customers so far"),
        value=whole_money(told.amount, night.currency),
        small=_("%(each)s a customer") % {"each": money(told.amount / told.customers, night.currency)}
        if told.customers
        else "",
        basis=_("%(count)s customers; the costs are known of %(known)s of them")
        % {"count": number(main.customers), "known": number(known.customers)}
        if known
        else _("%(count)s customers, of whom %(again)s came again")
        % {"count": number(main.customers), "again": number(main.hits)},
        table=Table(
            head=(_("Currency"), _("Customers"), _("Net revenue so far")),
            rows=[
                (row.currency, number(row.customers), whole_money(row.amount, row.currency))
                for row in rows
                if not row.part
            ],
        ),
        heeds=HEEDS,
        definition=(
            _("Goods sold to known customers, less what was refunded, since they are known. No delivery."),
            _("Less what the goods cost, where that is known of everything somebody bought.")
            if known
            else _("This is revenue, not profit. Margin can be chosen in the company's settings."),
            as_of_said(night, question),
        ),
    )


def worth_to_come(question: Question) -> Figure | None:
    """With how the model did on the past, or why nothing is foreseen."""
    night = night_of(question)
    if night is None:
        return None
    its, currency = night.valuation, night.currency
    rows = [row for row in night.of(Aspect.CATEGORY) if row.to_come is not None and row.currency == currency]
    total = sum(
        (row.to_come or Decimal(0) for row in night.of(Aspect.BUYERS) if row.currency == currency), Decimal(0)
    )
    says_something = its.is_fitted and bool(rows)
    return Figure(
        title=_("Revenue to come in the next %(days)s days") % {"days": number(its.horizon_days)},
        value=whole_money(total, currency) if says_something else _("not foreseen"),
        basis=backtest_said(its) if its.is_fitted else why_not_foreseen(its),
        chart=funnel(
            name=_("Revenue to come, by category"),
            stages=[
                Stage(
                    label=str(Category(row.part).label),
                    count=float(row.to_come or 0),
                    words=whole_money(row.to_come or Decimal(0), currency),
                )
                for row in rows
            ],
        )
        if says_something
        else None,
        heeds=HEEDS,
        definition=(
            _("What the company's own past foresees (BG/NBD and Gamma-Gamma): how often, times how much."),
            _("Each night it is first tried on the past; where it misses by far, it is not used."),
            as_of_said(night, question),
        ),
    )


@kept
def from_those_who_come_again(question: Question) -> Figure | None:
    """How much of what known customers bought came from later days than their first."""
    night = night_of(question)
    if night is None:
        return None
    first, again = (
        [row for row in latest_rows(night.valuation, aspect) if row.currency == night.currency]
        for aspect in (Aspect.FIRST, Aspect.AGAIN)
    )
    buyers = people(night.of(Aspect.BUYERS), "")
    now, before = (
        _within(period, first, again, buyers) for period in (question.period, question.period.previous)
    )
    steps = [(step, _within(step, first, again, buyers)) for step in question.period.steps()]
    return Figure(
        title=_("Revenue from customers who come again"),
        value=_("nobody bought")
        if not now.days
        else _("too few purchases")
        if now.is_few
        else percent(now.value, now.days),
        basis=_("95 %%: %(low)s…%(high)s; %(amount)s of %(whole)s")
        % {
            "low": number(100 * now.interval.low, 1),
            "high": number(100 * now.interval.high, 1),
            "amount": whole_money(Decimal(round(now.again_amount)), night.currency),
            "whole": whole_money(Decimal(round(now.amount)), night.currency),
        }
        if not now.is_few
        else _("fewer than 30: no share and no trend are shown"),
        change=change_said(now.against(before), lambda value: points_said(value, now.days)),
        table=Table(
            head=(head(question), _("Revenue"), _("From later days"), _("Share")),
            rows=[
                (
                    step_said(step, question),
                    whole_money(Decimal(round(its.amount)), night.currency),
                    whole_money(Decimal(round(its.again_amount)), night.currency),
                    "" if its.is_few else percent(its.value, its.days),
                )
                for step, its in steps
            ],
        ),
        definition=(
            _(
                "Goods bought by known customers on any day after their first day of purchases, of all they bought."
            ),
            _("Refunds are not taken off here. Only the currency that most customers pay in."),
            as_of_said(night, question),
        ),
    )


def _within(period: Period, first: Sequence[Count], again: Sequence[Count], buyers: int) -> AgainShare:
    since, until = period.since.isoformat(), period.until.isoformat()
    sums = [
        (
            sum(row.customers for row in rows if since <= row.part <= until),
            float(sum(row.amount for row in rows if since <= row.part <= until)),
            sum(row.squares for row in rows if since <= row.part <= until),
        )
        for rows in (first, again)
    ]
    return again_share(people=buyers, first=sums[0], again=sums[1])
