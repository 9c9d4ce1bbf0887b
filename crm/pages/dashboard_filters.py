"""What a page of the dashboard is asked for in its address: for which time, against which, about whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.colleagues import own_shops
from crm.customer_page import marks
from crm.dashboards.dashboard import Question, Words
from crm.dashboards.narrowing import Narrowed, narrowed_by
from crm.dashboards.periods import DEFAULT, LENGTHS, Period, months_offered, period_of
from crm.messages.channel_names import CHANNELS
from crm.models import Segment, Shop, User
from crm.words.wording import number

MOST_OFFERED = 200
NAMES: Mapping[str, tuple[Words, Words]] = {
    "shop": (gettext_lazy("Shop"), gettext_lazy("all shops")),
    "segment": (gettext_lazy("Segment"), gettext_lazy("all customers")),
    "tier": (gettext_lazy("Tier"), gettext_lazy("all tiers")),
    "channel": (gettext_lazy("Channel"), gettext_lazy("all channels")),
}
AGAINST: Mapping[str, Words] = {
    "before": gettext_lazy("the time before"),
    "year": gettext_lazy("a year ago"),
}
Offered = Mapping[str, Mapping[str, Words]]


@dataclass(frozen=True)
class Choice:
    key: str
    words: Words


@dataclass(frozen=True, kw_only=True)
class Field:
    """`everybody`: offered for nothing chosen; empty where something always is."""

    name: str
    label: Words
    chosen: str
    choices: Sequence[Choice]
    everybody: Words = ""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What the page is narrowed to. `without`: the query that leaves it out; None where it may not be left out."""

    label: Words
    words: Words
    without: str | None


@dataclass(frozen=True, kw_only=True)
class Filters:
    """`times` stand open on the page, `whom` in a drawer. `query` is the address of what is shown, for links."""

    question: Question
    times: Sequence[Field]
    whom: Sequence[Field]
    chosen: Sequence[Chosen]
    query: str


def filters(told: Mapping[str, str], *, reader: User, at: datetime) -> Filters:
    """What cannot be read, is not there, or is not this reader's to see does not narrow."""
    today = timezone.localdate(at)
    period = period_of(told.get("period", DEFAULT), today, told.get("against", ""))
    offered = _offered(reader)
    is_limited = not own_shops.sees_every_shop(reader)
    narrowed = _known(narrowed_by(told), offered)
    if is_limited and narrowed.shop is None:
        narrowed = replace(narrowed, shop=next(map(int, offered["shop"]), None))
    return Filters(
        question=Question(period=period, reader=reader, at=at, narrowed=narrowed),
        times=[_periods(period, today), _against(period)],
        whom=list(_whom(narrowed, offered, is_limited=is_limited)),
        chosen=list(_chosen(period, narrowed, offered, is_limited=is_limited)),
        query=_query(period, narrowed),
    )


def of_own_shops(query: QueryDict, reader: User) -> QueryDict:
    """For a page with filters of its own: whoever sees some shops alone asks about one of them.

    Raises:
        PermissionDenied: no shop is theirs.
    """
    shops = own_shops.shops_seen_by(reader)
    if shops is None or query.get("shop", "") in {str(pk) for pk in shops}:
        return query
    if not shops:
        raise PermissionDenied
    its = query.copy()
    its["shop"] = str(min(shops))
    return its


def time_said(period: Period) -> str:
    return _("From %(since)s to %(until)s, both days included.") % {
        "since": _day(period.since),
        "until": _day(period.until),
    }


def compared_said(period: Period) -> str:
    return _("Changes are against the time from %(since)s to %(until)s.") % {
        "since": _day(period.previous.since),
        "until": _day(period.previous.until).rstrip("."),
    }


def length_said(days: int) -> str:
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": number(days)}


def month_said(day: date) -> str:
    return formats.date_format(day, "YEAR_MONTH_FORMAT")


def names_of(parts: Sequence[str]) -> str:
    """“Shop, Tier”: for “not narrowed by: …”."""
    return ", ".join(str(NAMES[part][0]).lower() for part in NAMES if part in parts)


def _offered(reader: User) -> Offered:
    shops = own_shops.seen_by(reader, Shop.objects.order_by("name"), shop="pk")
    segments = Segment.objects.kept().seen_by(reader).order_by("name", "pk")
    return {
        "shop": {str(pk): name for pk, name in shops.values_list("pk", "name")[:MOST_OFFERED]},
        "segment": {str(pk): name for pk, name in segments.values_list("pk", "name")[:MOST_OFFERED]},
        "tier": dict(marks().choices()),
        "channel": {name: words for name, (words, _icon) in CHANNELS.items()},
    }


def _known(narrowed: Narrowed, offered: Offered) -> Narrowed:
    return narrowed.without(*(name for name, value in narrowed.told.items() if value not in offered[name]))


def _periods(period: Period, today: date) -> Field:
    lengths = [Choice(str(length), length_said(length)) for length in LENGTHS]
    months = [Choice(month.key, month_said(month.since)) for month in months_offered(today)]
    return Field(name="period", label=_("Period"), chosen=period.key, choices=[*lengths, *months])


def _against(period: Period) -> Field:
    choices = [Choice(key, words) for key, words in AGAINST.items()]
    return Field(name="against", label=_("Compare with"), chosen=period.against, choices=choices)


def _whom(narrowed: Narrowed, offered: Offered, *, is_limited: bool) -> Iterator[Field]:
    for name, (label, everybody) in NAMES.items():
        if offered[name]:
            yield Field(
                name=name,
                label=label,
                chosen=narrowed.told.get(name, ""),
                choices=[Choice(key, words) for key, words in offered[name].items()],
                everybody="" if is_limited and name == "shop" else everybody,
            )


def _chosen(period: Period, narrowed: Narrowed, offered: Offered, *, is_limited: bool) -> Iterator[Chosen]:
    for name, value in narrowed.told.items():
        yield Chosen(
            label=NAMES[name][0],
            words=offered[name][value],
            without=None if is_limited and name == "shop" else _query(period, narrowed.without(name)),
        )


def _query(period: Period, narrowed: Narrowed) -> str:
    against = {} if period.against == "before" else {"against": period.against}
    return urlencode({"period": period.key, **against, **narrowed.told})


def _day(day: date) -> str:
    return formats.date_format(day, "DATE_FORMAT")
