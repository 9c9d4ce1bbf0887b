"""The figures of the dashboard that crm itself knows. Net revenue, never margin: the cost of goods may be unknown."""

from __future__ import annotations

from collections.abc import Iterable
from weakref import WeakKeyDictionary

from django.utils.translation import gettext as _

from crm.dashboards import sales
from crm.dashboards.charts import bar_chart, unit_of
from crm.dashboards.dashboard import Figure, Question, Table, edges, edges_with_before
from crm.dashboards.periods import DAY
from crm.dashboards.sales import Amount, Steps
from crm.dashboards.tile_words import (
    change_said,
    head,
    in_units,
    interval_said,
    label,
    plainly,
    points_said,
    rate_chart,
    rate_said,
    signed_money,
    signed_number,
    step_said,
    whole_money,
)
from crm.dashboards.ways import bought_within, is_one, to_orders, to_people
from crm.measures.intervals import FEWEST, Sum
from crm.measures.repeat import repeat_rate_over_time
from crm.rollups import reading
from crm.words.wording import Told, money, number, percent

EVERY_WAY = frozenset({"shop", "segment", "tier", "channel"})


class _Books:
    """What several figures of one question read, read once: measure → (step, currency) → what it comes to."""

    def __init__(self, question: Question) -> None:
        self.now: dict[str, Steps] = {"sold": {}, "refunded": {}}
        self.before: dict[str, Steps] = {"sold": {}, "refunded": {}}
        moments, first = edges_with_before(question.period)
        found = reading.steps("sales", moments, narrowed=question.narrowed)
        for (step, measure, currency), amount in found.items():
            if step >= first:
                self.now[measure][step - first, currency] = amount
            elif step == 0:
                self.before[measure][step, currency] = amount


# As long as the question is asked: nothing outlives its page.
_BOOKS: WeakKeyDictionary[Question, _Books] = WeakKeyDictionary()


def _books(question: Question) -> _Books:
    if question not in _BOOKS:
        _BOOKS[question] = _Books(question)
    return _BOOKS[question]


def customers(question: Question) -> Figure:
    """Where somebody bought first is known of the company alone: of one shop there are no new ones."""
    steps, narrowed = question.period.steps(), question.narrowed
    moments, first = edges_with_before(question.period)
    bought = sales.buyers(moments, first=first, narrowed=narrowed)
    by_step, before = bought.by_step[first:], bought.by_step[0]
    has_new = not narrowed.without("segment").told
    new = sales.new_buyers(edges(steps), narrowed=narrowed) if has_new else []
    columns = [by_step, new] if has_new else [by_step]
    chart = bar_chart(
        name=_("Customers who bought, and those of them who bought for the first time")
        if has_new
        else _("Customers who bought"),
        series=columns,
        labels=[label(step, question) for step in steps],
        say=plainly,
        legend=(_("bought"), _("for the first time")) if has_new else (),
    )
    return Figure(
        title=_("Customers who bought"),
        value=number(bought.in_all),
        basis=_customers_basis(sum(new)) if has_new else "",
        change=change_said(Sum.of_ones(bought.in_all).against(Sum.of_ones(before)), signed_number),
        chart=None if bought.in_all < FEWEST else chart,
        behind=to_people(question, _("Who bought"), bought_within(question)),
        heeds=EVERY_WAY,
        table=Table(
            head=(head(question), _("Bought"), _("For the first time"))[: 1 + len(columns)],
            rows=[
                (step_said(step, question), *(number(column[place]) for column in columns))
                for place, step in enumerate(steps)
            ],
        ),
        definition=(
            _(
                "Different customers with at least one order placed in the period. Cancelled orders do not count."
            ),
            _("For the first time: their very first order lies in the period."),
            _("Sales without a known customer are not here. Somebody who buys in two months counts in both."),
        ),
    )


def _customers_basis(new: int) -> str:
    return _("%(new)s of them for the first time; %(known)s customers are known in all") % {
        "new": number(new),
        "known": number(sales.customers_known()),
    }


def orders(question: Question) -> Figure:
    steps = question.period.steps()
    found = _books(question).now["sold"]
    before = sum(amount.count for amount in _books(question).before["sold"].values())
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
        basis=_("%(before)s in the time it is compared with") % {"before": number(before)},
        change=change_said(Sum.of_ones(total).against(Sum.of_ones(before)), signed_number),
        chart=None if total < 30 else chart,
        table=Table(head=(head(question), _("Orders")), rows=rows),
        heeds=EVERY_WAY,
        behind=to_orders(question),
        definition=(
            _("Orders placed in the period, with or without a known customer."),
            _("Cancelled orders do not count."),
        ),
    )


def net_revenue(question: Question) -> Figure:
    """The currency with the most orders leads; the others stand beside it, never added up."""
    steps = question.period.steps()
    found, back = _books(question).now["sold"], _books(question).now["refunded"]
    currencies = _by_orders(found, back)
    title = _("Net revenue")
    definition = (
        _("Goods sold in the period at the price paid, less refunds given in it. Delivery is left out."),
        _(
            "Each currency is counted by itself. This is revenue, not profit: what the goods cost may be unknown."
        ),
    )
    if not currencies:
        return Figure(title=title, value=_("no orders"), heeds=EVERY_WAY, definition=definition)
    main, *others = currencies
    nets = {currency: _net(found, back, currency) for currency in currencies}
    before = _net(_books(question).before["sold"], _books(question).before["refunded"], main)
    by_step = [
        [_step(found, step, name).less(_step(back, step, name)).total for name in currencies]
        for step in range(len(steps))
    ]
    unit = unit_of(float(amounts[0]) for amounts in by_step)
    chart = bar_chart(
        name=_("Net revenue in %(currency)s") % {"currency": main},
        caption=in_units(main, unit),
        series=([float(amounts[0]) / unit for amounts in by_step],),
        labels=[label(step, question) for step in steps],
        say=plainly,
    )
    return Figure(
        title=title,
        value=whole_money(nets[main].total, main),
        small=", ".join(money(nets[name].total, name) for name in others),
        basis=_revenue_basis(found, back, main, before),
        change=change_said(
            nets[main].as_sum.against(before.as_sum),
            lambda value: signed_money(value, main),
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
        heeds=EVERY_WAY,
        behind=to_orders(question),
        definition=definition,
    )


def repeat_customers(question: Question) -> Figure:
    """Nested: those of the start are among those of the end. So the interval of the change errs on the quiet side."""
    steps = question.period.steps()
    ends = [question.period.since - DAY, *(step.until for step in steps)]
    start, *rates = repeat_rate_over_time(ends, *sales.days_of_purchases(ends, narrowed=question.narrowed))
    now = rates[-1]
    few = _("%(count)s of %(of)s") % {"count": number(now.count), "of": number(now.of)}
    rows = [
        (
            Told(label(step, question), step.until),
            number(rate.of),
            number(rate.count),
            rate_said(rate),
            interval_said(rate),
        )
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
        chart=rate_chart(
            _("Share of customers who came again"), list(zip(steps, rates, strict=True)), question
        ),
        table=Table(
            head=(_("At the end of"), _("Customers"), _("Came again"), _("Share"), _("95 %")), rows=rows
        ),
        heeds=frozenset({"segment"}),
        behind=to_people(question, _("Who bought once"), is_one("customer.order_count", 1)),
        definition=(
            _("Customers with purchases on two or more different days, of all customers with at least one."),
            _("Each point counts everything known up to its day. Two orders of one day are one visit."),
            _("The band and the range show where the true share lies with 95 % certainty (Wilson)."),
        ),
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
    return _("sold for %(sold)s, refunded %(refunded)s; %(before)s in the time it is compared with") % {
        "sold": money(sold.total, currency),
        "refunded": money(refunds.total, currency),
        "before": money(before.total, currency),
    }
