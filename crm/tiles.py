"""The figures of the dashboard that crm itself knows. Net revenue, never margin: the cost of goods may be unknown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils import formats
from django.utils.translation import gettext as _

from crm.dashboards import sales
from crm.dashboards.charts import LineChart, bar_chart, line_chart, unit_of
from crm.dashboards.dashboard import Figure, Question, Table, edges
from crm.dashboards.periods import DAY, Period
from crm.dashboards.sales import Amount, Steps
from crm.dashboards.tile_words import (
    change_said,
    head,
    interval_said,
    label,
    plainly,
    points_said,
    rate_said,
    signed,
    signed_number,
    step_said,
)
from crm.measures.intervals import Interval, Share, Sum
from crm.measures.repeat import repeat_rate_over_time
from crm.words.wording import money, number, percent


def customers(question: Question) -> Figure:
    steps = question.period.steps()
    bought = sales.buyers(edges(steps))
    new = sales.new_buyers(edges(steps))
    before = sales.buyers(edges([question.period.previous]))
    rows = [
        (step_said(step, question), number(count), number(fresh))
        for step, count, fresh in zip(steps, bought.by_step, new, strict=True)
    ]
    chart = bar_chart(
        name=_("Customers who bought, and those of them who bought for the first time"),
        series=(bought.by_step, new),
        labels=[label(step, question) for step in steps],
        say=plainly,
        legend=(_("bought"), _("for the first time")),
    )
    return Figure(
        title=_("Customers who bought"),
        value=number(bought.in_all),
        basis=_("%(new)s of them for the first time; %(known)s customers are known in all")
        % {"new": number(sum(new)), "known": number(sales.customers_known())},
        change=change_said(Sum.of_ones(bought.in_all).against(Sum.of_ones(before.in_all)), signed_number),
        chart=None if bought.in_all < 30 else chart,
        table=Table(head=(head(question), _("Bought"), _("For the first time")), rows=rows),
        definition=(
            _(
                "Different customers with at least one order placed in the period. Cancelled orders do not count."
            ),
            _("For the first time: their very first order lies in the period."),
            _("Sales without a known customer are not here. Somebody who buys in two months counts in both."),
        ),
    )


def orders(question: Question) -> Figure:
    steps = question.period.steps()
    found = sales.sold(edges(steps))
    before = sum(amount.count for amount in sales.sold(edges([question.period.previous])).values())
    counts = [_in_step(found, step).count for step in range(len(steps))]
    total = sum(counts)
    rows = [(step_said(step, question), number(count)) for step, count in zip(steps, counts, strict=True)]
    chart = bar_chart(
        name=_("Orders placed"),
        series=(counts,),
        labels=[label(step, question) for step in steps],
        say=plainly,
    )
    return Figure(
        title=_("Orders"),
        value=number(total),
        basis=_("%(before)s in the period before") % {"before": number(before)},
        change=change_said(Sum.of_ones(total).against(Sum.of_ones(before)), signed_number),
        chart=None if total < 30 else chart,
        table=Table(head=(head(question), _("Orders")), rows=rows),
        definition=(
            _("Orders placed in the period, in all shops, with or without a known customer."),
            _("Cancelled orders do not count."),
        ),
    )


def net_revenue(question: Question) -> Figure:
    """The currency with the most orders leads; the others stand beside it, never added up."""
    steps = question.period.steps()
    found, back = sales.sold(edges(steps)), sales.refunded(edges(steps))
    currencies = _by_orders(found, back)
    title = _("Net revenue")
    definition = (
        _("Goods sold in the period at the price paid, less refunds given in it. Delivery is left out."),
        _(
            "Each currency is counted by itself. This is revenue, not profit: what the goods cost may be unknown."
        ),
    )
    if not currencies:
        return Figure(title=title, value=_("no orders"), definition=definition)
    main, *others = currencies
    nets = {currency: _net(found, back, currency) for currency in currencies}
    earlier = edges([question.period.previous])
    before = _net(sales.sold(earlier), sales.refunded(earlier), main)
    by_step = [
        [_step(found, step, name).less(_step(back, step, name)).total for name in currencies]
        for step in range(len(steps))
    ]
    unit = unit_of(float(amounts[0]) for amounts in by_step)
    chart = bar_chart(
        name=_("Net revenue in %(currency)s") % {"currency": main},
        caption=_in_units(main, unit),
        series=([float(amounts[0]) / unit for amounts in by_step],),
        labels=[label(step, question) for step in steps],
        say=plainly,
    )
    return Figure(
        title=title,
        value=_whole_money(nets[main].total, main),
        small=", ".join(money(nets[name].total, name) for name in others),
        basis=_revenue_basis(found, back, main, before),
        change=change_said(
            nets[main].as_sum.against(before.as_sum),
            lambda value: signed(value, lambda size: _whole_money(Decimal(round(size)), main)),
        ),
        chart=None if nets[main].count < 30 else chart,
        table=Table(
            head=(head(question), *currencies),
            rows=[
                (
                    step_said(step, question),
                    *(money(amount, name) for amount, name in zip(amounts, currencies, strict=True)),
                )
                for step, amounts in zip(steps, by_step, strict=True)
            ],
        ),
        definition=definition,
    )


def repeat_customers(question: Question) -> Figure:
    """Nested: those of the start are among those of the end. So the interval of the change errs on the quiet side."""
    steps = question.period.steps()
    ends = [question.period.since - DAY, *(step.until for step in steps)]
    start, *rates = repeat_rate_over_time(ends, *sales.days_of_purchases(ends))
    now = rates[-1]
    told = [(step, rate) for step, rate in zip(steps, rates, strict=True) if not rate.is_few]
    few = _("%(count)s of %(of)s") % {"count": number(now.count), "of": number(now.of)}
    rows = [
        (label(step, question), number(rate.of), number(rate.count), rate_said(rate), interval_said(rate))
        for step, rate in zip(steps, rates, strict=True)
    ]
    return Figure(
        title=_("Repeat customers"),
        value=few if now.is_few else percent(now.value, now.of),
        basis=_("fewer than 30 customers: no share and no trend are shown")
        if now.is_few
        else _("95 %%: %(interval)s; %(count)s of %(of)s customers")
        % {
            "interval": interval_said(now),
            "count": number(now.count),
            "of": number(now.of),
        },
        change=change_said(now.against(start), lambda value: points_said(value, now.of), since=True),
        chart=_rate_chart(told, question) if len(told) > 1 else None,
        table=Table(
            head=(_("At the end of"), _("Customers"), _("Came again"), _("Share"), _("95 %")), rows=rows
        ),
        definition=(
            _("Customers with purchases on two or more different days, of all customers with at least one."),
            _("Each point counts everything known up to its day. Two orders of one day are one visit."),
            _("The band and the range show where the true share lies with 95 % certainty (Wilson)."),
        ),
    )


def _rate_chart(told: Sequence[tuple[Period, Share]], question: Question) -> LineChart:
    rates = [rate for _step, rate in told]
    last = rates[-1]
    return line_chart(
        name=_("Share of customers who came again, with its 95 % interval"),
        values=[100 * rate.value for rate in rates],
        intervals=[Interval(100 * rate.interval.low, 100 * rate.interval.high) for rate in rates],
        labels=[label(step, question) for step, _rate in told],
        say=plainly,
        last_words=percent(last.value, last.of),
        bounds=(0.0, 100.0),
    )


def _by_orders(found: Steps, back: Steps) -> list[str]:
    counts: dict[str, int] = {currency: 0 for _step, currency in back}
    for (_step_number, currency), amount in found.items():
        counts[currency] = counts.get(currency, 0) + amount.count
    return sorted(counts, key=lambda currency: (-counts[currency], currency))


def _added(amounts: Iterable[Amount]) -> Amount:
    return sum(amounts, Amount())


def _in_step(found: Steps, step: int) -> Amount:
    return _added(amount for (place, _currency), amount in found.items() if place == step)


def _step(found: Steps, step: int, currency: str) -> Amount:
    return found.get((step, currency), Amount())


def _net(found: Steps, back: Steps, currency: str) -> Amount:
    sold = _added(amount for (_place, name), amount in found.items() if name == currency)
    return sold.less(_added(amount for (_place, name), amount in back.items() if name == currency))


def _revenue_basis(found: Steps, back: Steps, currency: str, before: Amount) -> str:
    sold = _added(amount for (_place, name), amount in found.items() if name == currency)
    refunds = _added(amount for (_place, name), amount in back.items() if name == currency)
    return _("sold for %(sold)s, refunded %(refunded)s; %(before)s in the period before") % {
        "sold": money(sold.total, currency),
        "refunded": money(refunds.total, currency),
        "before": money(before.total, currency),
    }


def _in_units(currency: str, unit: int) -> str:
    words = {
        1: "%(currency)s",
        1_000: _("%(currency)s, thousands"),
        1_000_000: _("%(currency)s, millions"),
    }
    return words[unit] % {"currency": currency}


def _whole_money(amount: Decimal, currency: str) -> str:
    """Without cents where they say nothing: five digits and more."""
    whole = amount.quantize(Decimal(1)) if abs(amount) >= 10_000 else amount
    said = money(whole, currency)
    return said.replace(formats.get_format("DECIMAL_SEPARATOR") + "00", "") if whole is not amount else said
