"""How figures of the dashboard say their changes, shares and steps: for the tiles of every app."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from django.utils import formats
from django.utils.translation import gettext as _

from crm.dashboards.charts import LineChart, line_chart
from crm.dashboards.dashboard import Change, Question
from crm.dashboards.periods import Period
from crm.measures.intervals import Difference, Interval, Share
from crm.words.wording import MINUS, NBSP, Told, money, number, percent, short_day


def change_said(
    found: Difference | None, say: Callable[[float], str], *, since: bool = False, rise_is_good: bool = True
) -> Change:
    if found is None:
        return Change(words=_("too early to tell whether it changed"))
    if not found.is_change:
        return Change(
            words=_("no noticeable change since then") if since else _("no noticeable change from before"),
            p=found.p,
        )
    words = _("%(difference)s (from %(low)s to %(high)s)") % {
        "difference": say(found.value),
        "low": say(found.interval.low),
        "high": say(found.interval.high),
    }
    is_up = found.value > 0
    return Change(
        words=words,
        direction="up" if is_up else "down",
        mood="good" if is_up is rise_is_good else "bad",
        p=found.p,
    )


def plainly(value: float) -> str:
    """A value of an axis."""
    return number(value, 0 if value == int(value) else 1 if 10 * value == int(10 * value) else 2)


def signed(value: float, say: Callable[[float], str]) -> str:
    return ("+" if value > 0 else MINUS if value < 0 else "") + say(abs(value))


def signed_number(value: float) -> str:
    return signed(value, lambda size: number(round(size)))


def signed_money(value: float, currency: str) -> str:
    return signed(value, lambda size: whole_money(Decimal(round(size)), currency))


def whole_money(amount: Decimal, currency: str) -> str:
    """Without cents where they say nothing: five digits and more."""
    whole = amount.quantize(Decimal(1)) if abs(amount) >= 10_000 else amount
    said = money(whole, currency)
    return said.replace(formats.get_format("DECIMAL_SEPARATOR") + "00", "") if whole is not amount else said


def in_units(currency: str, unit: int) -> str:
    """Over a chart of money: in what its axis counts. `unit`: crm.dashboards.charts.unit_of."""
    words = {
        1: "%(currency)s",
        1_000: _("%(currency)s, thousands"),
        1_000_000: _("%(currency)s, millions"),
    }
    return words[unit] % {"currency": currency}


def points_said(value: float, of: int) -> str:
    return signed(100 * value, lambda size: number(size, 0 if of < 1_000 else 1))


def rate_said(rate: Share) -> str:
    return "" if rate.is_few else percent(rate.value, rate.of)


def interval_said(rate: Share) -> str:
    """“41,0…42,2”: in a table, and beside “95 %”."""
    if rate.is_few:
        return ""
    places = 0 if rate.of < 1_000 else 1
    low, high = 100 * rate.interval.low, 100 * rate.interval.high
    return Told(f"{number(low, places)}…{number(high, places)}", low, high)


def head(question: Question) -> str:
    return {"day": _("Day"), "week": _("Week"), "month": _("Month")}[question.period.step]


def label(step: Period, question: Question) -> str:
    """What stands under a chart: “22 Nov”, or “Nov” for months."""
    if question.period.step == "month":
        return formats.date_format(step.until, "M").replace(" ", NBSP)
    return formats.date_format(step.until, "SHORT_MONTH_DAY_FORMAT").replace(" ", NBSP)


def step_said(step: Period, question: Question) -> str:
    """What stands in a table: the day, or from when to when."""
    if step.days == 1:
        return Told(short_day(step.since, question.today), step.since)
    words = _("%(since)s to %(until)s") % {
        "since": short_day(step.since, question.today),
        "until": short_day(step.until, question.today),
    }
    return Told(words, step.since, step.until)


def rate_chart(title: str, steps: Sequence[tuple[Period, Share]], question: Question) -> LineChart | None:
    """A share over time, of the steps with enough cases; none where there are not two."""
    told = [(step, rate) for step, rate in steps if not rate.is_few]
    if len(told) < 2:
        return None
    last = told[-1][1]
    return line_chart(
        name=_("%(figure)s with its 95 %% interval") % {"figure": title},
        values=[100 * rate.value for _step, rate in told],
        intervals=[Interval(100 * rate.interval.low, 100 * rate.interval.high) for _step, rate in told],
        labels=[label(step, question) for step, _rate in told],
        say=plainly,
        last_words=percent(last.value, last.of),
        bounds=(0.0, 100.0),
    )
