"""The figures of the dashboard that crm itself knows. Net revenue, never margin: the cost of goods may be unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from django.utils import formats
from django.utils.translation import gettext as _

from crm import sales
from crm.charts import LineChart, bar_chart, line_chart, unit_of
from crm.dashboard import Change, Figure, Question, Table, edges
from crm.measures.intervals import Difference, Interval, Share, Sum
from crm.measures.repeat import repeat_rate_over_time
from crm.periods import DAY, Period
from crm.sales import Amount, Steps
from crm.wording import MINUS, NBSP, money, number, percent, short_day


def customers(question: Question) -> Figure:
    steps = question.period.steps()
    bought = sales.buyers(edges(steps))
    new = sales.new_buyers(edges(steps))
    before = sales.buyers(edges([question.period.previous]))
    rows = [
        (_step_said(step, question), number(count), number(fresh))
        for step, count, fresh in zip(steps, bought.by_step, new, strict=True)
    ]
    chart = bar_chart(
        name=_("Customers who bought, and those of them who bought for the first time"),
        series=(bought.by_step, new),
        labels=[_label(step, question) for step in steps],
        say=_plainly,
        legend=(_("bought"), _("for the first time")),
    )
    return Figure(
        title=_("Customers who bought"),
        value=number(bought.in_all),
        basis=_("%(new)s of them for the first time; %(known)s customers are known in all")
        % {"new": number(sum(new)), "known": number(sales.customers_known())},
        change=_change(
            question, Sum.of_ones(bought.in_all).against(Sum.of_ones(before.in_all)), _signed_number
        ),
        chart=None if bought.in_all < 30 else chart,
        table=Table(head=(_head(question), _("Bought"), _("For the first time")), rows=rows),
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
    rows = [(_step_said(step, question), number(count)) for step, count in zip(steps, counts, strict=True)]
    chart = bar_chart(
        name=_("Orders placed"),
        series=(counts,),
        labels=[_label(step, question) for step in steps],
        say=_plainly,
    )
    return Figure(
        title=_("Orders"),
        value=number(total),
        basis=_("%(before)s in the period before") % {"before": number(before)},
        change=_change(question, Sum.of_ones(total).against(Sum.of_ones(before)), _signed_number),
        chart=None if total < 30 else chart,
        table=Table(head=(_head(question), _("Orders")), rows=rows),
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
        labels=[_label(step, question) for step in steps],
        say=_plainly,
    )
    return Figure(
        title=title,
        value=_whole_money(nets[main].total, main),
        small=", ".join(money(nets[name].total, name) for name in others),
        basis=_revenue_basis(found, back, main, before),
        change=_change(
            question,
            nets[main].as_sum.against(before.as_sum),
            lambda value: _signed(value, lambda size: _whole_money(Decimal(round(size)), main)),
        ),
        chart=None if nets[main].count < 30 else chart,
        table=Table(
            head=(_head(question), *currencies),
            rows=[
                (
                    _step_said(step, question),
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
        (_label(step, question), number(rate.of), number(rate.count), _rate_said(rate), _interval_said(rate))
        for step, rate in zip(steps, rates, strict=True)
    ]
    return Figure(
        title=_("Repeat customers"),
        value=few if now.is_few else percent(now.value, now.of),
        basis=_("fewer than 30 customers: no share and no trend are shown")
        if now.is_few
        else _("95 %%: %(interval)s; %(count)s of %(of)s customers")
        % {
            "interval": _interval_said(now),
            "count": number(now.count),
            "of": number(now.of),
        },
        change=_change(question, now.against(start), lambda value: _points(value, now.of), since=True),
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
        labels=[_label(step, question) for step, _rate in told],
        say=_plainly,
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


def _change(
    question: Question, found: Difference | None, say: Callable[[float], str], *, since: bool = False
) -> Change:
    if found is None:
        return Change(words=_("too early to tell whether it changed"))
    if not found.is_change:
        return Change(
            words=_("no noticeable change since then") if since else _("no noticeable change from before")
        )
    words = _("%(difference)s (from %(low)s to %(high)s)") % {
        "difference": say(found.value),
        "low": say(found.interval.low),
        "high": say(found.interval.high),
    }
    is_up = found.value > 0
    return Change(words=words, direction="up" if is_up else "down", mood="good" if is_up else "bad")


def _plainly(value: float) -> str:
    """A value of an axis."""
    return number(value, 0 if value == int(value) else 1 if 10 * value == int(10 * value) else 2)


def _in_units(currency: str, unit: int) -> str:
    words = {
        1: "%(currency)s",
        1_000: _("%(currency)s, thousands"),
        1_000_000: _("%(currency)s, millions"),
    }
    return words[unit] % {"currency": currency}


def _signed(value: float, say: Callable[[float], str]) -> str:
    return ("+" if value > 0 else MINUS if value < 0 else "") + say(abs(value))


def _signed_number(value: float) -> str:
    return _signed(value, lambda size: number(round(size)))


def _points(value: float, of: int) -> str:
    return _signed(100 * value, lambda size: number(size, 0 if of < 1_000 else 1))


def _whole_money(amount: Decimal, currency: str) -> str:
    """Without cents where they say nothing: five digits and more."""
    whole = amount.quantize(Decimal(1)) if abs(amount) >= 10_000 else amount
    said = money(whole, currency)
    return said.replace(formats.get_format("DECIMAL_SEPARATOR") + "00", "") if whole is not amount else said


def _rate_said(rate: Share) -> str:
    return "" if rate.is_few else percent(rate.value, rate.of)


def _interval_said(rate: Share) -> str:
    """“41,0…42,2”: in a table, and beside “95 %”."""
    if rate.is_few:
        return ""
    places = 0 if rate.of < 1_000 else 1
    return f"{number(100 * rate.interval.low, places)}…{number(100 * rate.interval.high, places)}"


def _head(question: Question) -> str:
    return {"day": _("Day"), "week": _("Week"), "month": _("Month")}[question.period.step]


def _label(step: Period, question: Question) -> str:
    """What stands under a chart: “22 Nov”, or “Nov” for months."""
    if question.period.step == "month":
        return formats.date_format(step.until, "M").replace(" ", NBSP)
    return formats.date_format(step.until, "SHORT_MONTH_DAY_FORMAT").replace(" ", NBSP)


def _step_said(step: Period, question: Question) -> str:
    """What stands in a table: the day, or from when to when."""
    if step.days == 1:
        return short_day(step.since, question.today)
    return _("%(since)s to %(until)s") % {
        "since": short_day(step.since, question.today),
        "until": short_day(step.until, question.today),
    }
