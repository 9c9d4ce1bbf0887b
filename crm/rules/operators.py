"""What can be asked of a value. An operator carries both its twins and how it is said.

A twin sees only values that are known: in Python nothing is asked of None, in SQL a comparison with NULL is NULL,
which counts as false. `is_not_set` alone speaks of what is not known.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import BooleanField, Func, Q, Value
from django.db.models.functions import ExtractDay, ExtractIsoWeekDay, ExtractMonth, TruncTime
from django.db.models.lookups import IsNull
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.rules.moments import Moment, day_of_year


class Takes(enum.Enum):
    """What stands under `value`."""

    ONE = "one"
    PAIR = "pair"
    LIST = "list"
    DAYS = "days"
    WEEKDAYS = "weekdays"
    TIMES = "times"
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True)
class Operator:
    code: str
    label: str | Promise
    sentence: str | Promise
    takes: Takes = Takes.ONE
    holds: Callable[[Any, Any, Moment], bool]
    sql: Callable[[Any, Any, Moment], Any]


def compare(expression: Any, sign: str, value: Any, *, end: str = "") -> Func:
    return Func(
        expression,
        Value(value),
        template=f"(%(expressions)s{end})",
        arg_joiner=f" {sign} ",
        output_field=BooleanField(),
    )


def _among(expression: Any, values: Any) -> Func:
    return compare(expression, "= ANY(", list(values), end=")")


def _within(low: Any, value: Any, high: Any) -> bool:
    return bool(low <= value <= high)


def _between_times(expression: Any, pair: Any, moment: Moment) -> Q:
    """From inclusive, to exclusive; over midnight where the first is the later."""
    hour = TruncTime(expression, tzinfo=moment.clock)
    since, until = Q(compare(hour, ">=", pair[0])), Q(compare(hour, "<", pair[1]))
    return since & until if pair[0] <= pair[1] else since | until


def _is_between_times(value: Any, pair: Any, moment: Moment) -> bool:
    hour = moment.local(value).time()
    if pair[0] <= pair[1]:
        return bool(pair[0] <= hour < pair[1])
    return bool(hour >= pair[0] or hour < pair[1])


def _birthday(expression: Any, days: int, moment: Moment) -> Func:
    month_and_day = ExtractMonth(expression) * 100 + ExtractDay(expression)
    return _among(month_and_day, sorted(moment.birthdays(days)))


EQ = Operator(
    code="eq",
    label=_("is"),
    sentence=_("{field}: {value}"),
    holds=lambda value, it, _: bool(value == it),
    sql=lambda expression, it, _: compare(expression, "=", it),
)
NE = Operator(
    code="ne",
    label=_("is not"),
    sentence=_("{field}: anything but {value}"),
    holds=lambda value, it, _: bool(value != it),
    sql=lambda expression, it, _: compare(expression, "<>", it),
)
GT = Operator(
    code="gt",
    label=_("more than"),
    sentence=_("{field}: more than {value}"),
    holds=lambda value, it, _: bool(value > it),
    sql=lambda expression, it, _: compare(expression, ">", it),
)
GTE = Operator(
    code="gte",
    label=_("at least"),
    sentence=_("{field}: at least {value}"),
    holds=lambda value, it, _: bool(value >= it),
    sql=lambda expression, it, _: compare(expression, ">=", it),
)
LT = Operator(
    code="lt",
    label=_("less than"),
    sentence=_("{field}: less than {value}"),
    holds=lambda value, it, _: bool(value < it),
    sql=lambda expression, it, _: compare(expression, "<", it),
)
LTE = Operator(
    code="lte",
    label=_("at most"),
    sentence=_("{field}: at most {value}"),
    holds=lambda value, it, _: bool(value <= it),
    sql=lambda expression, it, _: compare(expression, "<=", it),
)
BETWEEN = Operator(
    code="between",
    label=_("from … to …"),
    sentence=_("{field}: from {low} to {high}, both included"),
    takes=Takes.PAIR,
    holds=lambda value, pair, _: _within(pair[0], value, pair[1]),
    sql=lambda expression, pair, _: (
        Q(compare(expression, ">=", pair[0])) & Q(compare(expression, "<=", pair[1]))
    ),
)
IN = Operator(
    code="in",
    label=_("is one of"),
    sentence=_("{field}: one of these: {value}"),
    takes=Takes.LIST,
    holds=lambda value, them, _: value in them,
    sql=lambda expression, them, _: _among(expression, them),
)
NOT_IN = Operator(
    code="not_in",
    label=_("is none of"),
    sentence=_("{field}: none of these: {value}"),
    takes=Takes.LIST,
    holds=lambda value, them, _: value not in them,
    sql=lambda expression, them, _: compare(expression, "<> ALL(", list(them), end=")"),
)
CONTAINS = Operator(
    code="contains",
    label=_("contains"),
    sentence=_("{field}: contains {value}"),
    holds=lambda value, it, _: it in value,
    sql=lambda expression, it, _: Func(
        expression, Value(it), template="(strpos(%(expressions)s) > 0)", output_field=BooleanField()
    ),
)
STARTS_WITH = Operator(
    code="starts_with",
    label=_("begins with"),
    sentence=_("{field}: begins with {value}"),
    holds=lambda value, it, _: bool(value.startswith(it)),
    sql=lambda expression, it, _: Func(
        expression, Value(it), function="starts_with", output_field=BooleanField()
    ),
)
IS_SET = Operator(
    code="is_set",
    label=_("is known"),
    sentence=_("{field}: known"),
    takes=Takes.NOTHING,
    holds=lambda _value, _nothing, _moment: True,
    sql=lambda expression, _nothing, _moment: IsNull(expression, False),
)
IS_NOT_SET = Operator(
    code="is_not_set",
    label=_("is not known"),
    sentence=_("{field}: not known"),
    takes=Takes.NOTHING,
    holds=lambda _value, _nothing, _moment: False,
    sql=lambda expression, _nothing, _moment: IsNull(expression, True),
)
DAY_BEFORE = Operator(
    code="before",
    label=_("before"),
    sentence=_("{field}: before {value}"),
    holds=LT.holds,
    sql=LT.sql,
)
DAY_AFTER = Operator(
    code="after",
    label=_("after"),
    sentence=_("{field}: after {value}"),
    holds=GT.holds,
    sql=GT.sql,
)
DAY_WITHIN = Operator(
    code="within_last_days",
    label=_("in the last days"),
    sentence=_("{field}: within the last days, this many: {value}"),
    takes=Takes.DAYS,
    holds=lambda value, days, moment: _within(moment.today - timedelta(days), value, moment.today),
    sql=lambda expression, days, moment: BETWEEN.sql(
        expression, (moment.today - timedelta(days), moment.today), moment
    ),
)
BIRTHDAY_WITHIN = Operator(
    code="birthday_within",
    label=_("comes in the next days"),
    sentence=_("{field}: comes within the next days, this many: {value}"),
    takes=Takes.DAYS,
    holds=lambda value, days, moment: day_of_year(value) in moment.birthdays(days),
    sql=_birthday,
)
INSTANT_BEFORE = Operator(
    code="before",
    label=DAY_BEFORE.label,
    sentence=DAY_BEFORE.sentence,
    holds=lambda value, day, moment: bool(value < moment.begins(day)),
    sql=lambda expression, day, moment: compare(expression, "<", moment.begins(day)),
)
INSTANT_AFTER = Operator(
    code="after",
    label=DAY_AFTER.label,
    sentence=DAY_AFTER.sentence,
    holds=lambda value, day, moment: bool(value >= moment.ends(day)),
    sql=lambda expression, day, moment: compare(expression, ">=", moment.ends(day)),
)
INSTANT_BETWEEN = Operator(
    code="between",
    label=BETWEEN.label,
    sentence=BETWEEN.sentence,
    takes=Takes.PAIR,
    holds=lambda value, pair, moment: bool(moment.begins(pair[0]) <= value < moment.ends(pair[1])),
    sql=lambda expression, pair, moment: (
        Q(compare(expression, ">=", moment.begins(pair[0])))
        & Q(compare(expression, "<", moment.ends(pair[1])))
    ),
)
INSTANT_WITHIN = Operator(
    code="within_last_days",
    label=DAY_WITHIN.label,
    sentence=DAY_WITHIN.sentence,
    takes=Takes.DAYS,
    holds=lambda value, days, moment: bool(
        moment.begins(moment.today - timedelta(days)) <= value <= moment.at
    ),
    sql=lambda expression, days, moment: (
        Q(compare(expression, ">=", moment.begins(moment.today - timedelta(days))))
        & Q(compare(expression, "<=", moment.at))
    ),
)
INSTANT_COMES = Operator(
    code="within_next_days",
    label=_("comes in the next days"),
    sentence=_("{field}: comes within the next days, this many: {value}"),
    takes=Takes.DAYS,
    holds=lambda value, days, moment: bool(moment.at < value < moment.ends(moment.today + timedelta(days))),
    sql=lambda expression, days, moment: (
        Q(compare(expression, ">", moment.at))
        & Q(compare(expression, "<", moment.ends(moment.today + timedelta(days))))
    ),
)
WEEKDAY_IN = Operator(
    code="weekday_in",
    label=_("falls on these weekdays"),
    sentence=_("{field}: on one of these weekdays: {value}"),
    takes=Takes.WEEKDAYS,
    holds=lambda value, days, moment: moment.local(value).isoweekday() in days,
    sql=lambda expression, days, moment: _among(ExtractIsoWeekDay(expression, tzinfo=moment.clock), days),
)
TIME_BETWEEN = Operator(
    code="time_between",
    label=_("at a time of day from … to …"),
    sentence=_("{field}: at a time of day from {low} until {high}"),
    takes=Takes.TIMES,
    holds=_is_between_times,
    sql=_between_times,
)


def _by_code(*them: Operator) -> dict[str, Operator]:
    return {operator.code: operator for operator in (*them, IS_SET, IS_NOT_SET)}


NUMBERS = _by_code(GTE, LTE, EQ, NE, GT, LT, BETWEEN)
TEXTS = _by_code(EQ, NE, CONTAINS, STARTS_WITH, IN, NOT_IN)
CHOICES = _by_code(EQ, NE, IN, NOT_IN)
REFERENCES = _by_code(EQ, NE, IN, NOT_IN)
DAYS = _by_code(EQ, DAY_BEFORE, DAY_AFTER, BETWEEN, DAY_WITHIN)
BIRTHDAYS = _by_code(BIRTHDAY_WITHIN, DAY_BEFORE, DAY_AFTER, BETWEEN)
INSTANTS = _by_code(
    INSTANT_WITHIN, INSTANT_COMES, INSTANT_BEFORE, INSTANT_AFTER, INSTANT_BETWEEN, WEEKDAY_IN, TIME_BETWEEN
)
YES_NO = _by_code(EQ)
