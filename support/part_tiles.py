"""How soon customers are answered, by shop, by channel and by colleague: nobody is ranked by chance."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.among import Among
from crm.dashboards.charts import DotChart, Dotted, dots
from crm.dashboards.dashboard import Figure, Question, Table, Words, kept
from crm.measures.apart import highest
from crm.messages.channel_names import channel_name
from crm.models import Shop, User
from support.figures import Responses
from support.measures.waiting import Waits
from support.models import Ticket
from support.tiles import HEEDS, desk_of, row, time_said, times_head, to_tickets, unit_of_time

Names = Mapping[str, Words]


@kept
def first_answers_by_shop(question: Question) -> Figure | None:
    return _by(question, "shop", _("First answer by shop"), head=_("Shop"), names=_shops)


@kept
def first_answers_by_channel(question: Question) -> Figure | None:
    return _by(question, "channel", _("First answer by channel"), head=_("Channel"), names=_channels)


@kept
def first_answers_by_colleague(question: Question) -> Figure | None:
    """By whoever looks after the ticket."""
    return _by(question, "assignee", _("First answer by colleague"), head=_("Colleague"), names=_colleagues)


def _by(
    question: Question, part: str, title: str, *, head: str, names: Callable[[Collection[str]], Names]
) -> Figure | None:
    desk = desk_of(question)
    if not desk.is_used:
        return None
    now, before = _parted(desk.responses, part), _parted(desk.responses_before, part)
    if not now:
        return None
    known = names(now)
    named = sorted(
        ((str(known.get(key, key)), waits, before.get(key)) for key, waits in now.items()),
        key=lambda one: one[0].casefold(),
    )
    return Figure(
        title=title,
        value="",
        basis=_slowest(named),
        chart=_chart(title, named),
        table=Table(head=(head, *times_head()), rows=[(name, *row(waits)) for name, waits, _was in named]),
        heeds=HEEDS,
        behind=to_tickets(),
        definition=(
            _("Open time from a customer's first message until the first answer that a colleague wrote."),
            _(
                "They stand by their names. One is called the slowest only where the range of its median lies above "
                "the ranges of all others; under 30 cases there is no median."
            ),
            _(
                "Whoever still waits is counted as having waited until now: nobody is left out (Kaplan–Meier)."
            ),
        ),
    )


def _parted(found: Responses, part: str) -> dict[str, Waits]:
    """Key of the part → how long its customers waited for the first answer."""
    tickets = Ticket.objects.filter(Among("pk", [story.ticket for story in found.stories]))
    keys = {pk: str(key or "") for pk, key in tickets.values_list("pk", part)}
    waits = found.first_by(lambda story: keys.get(story.ticket, ""))
    return {key: its for key, its in waits.items() if its.n}


def _slowest(named: list[tuple[str, Waits, Waits | None]]) -> str:
    ranges = {name: its.whole_interval for name, its, _was in named}
    known = {name: around for name, around in ranges.items() if around is not None}
    if len(known) < 2:
        return _("fewer than two of them have 30 cases: they cannot be compared yet")
    slowest = highest(known)
    if slowest is None:
        return _("the ranges overlap: none is slower than the others by more than chance")
    return _("slowest: %(name)s, from %(low)s to %(high)s; its range lies above all others") % {
        "name": slowest,
        "low": time_said(known[slowest].low),
        "high": time_said(known[slowest].high),
    }


def _chart(title: str, named: list[tuple[str, Waits, Waits | None]]) -> DotChart | None:
    longest = max((its.whole_interval.high for _name, its, _was in named if its.whole_interval), default=0)
    unit = unit_of_time(longest)
    return dots(
        name=_("%(figure)s: the median with its 95 %% interval") % {"figure": title},
        rows=[_dotted(name, its, was, unit) for name, its, was in named],
        say=lambda value: time_said(value * unit),
        legend=(_("now, with its 95 % interval"), pgettext("a figure", "before")),
        bounds=(0.0, float("inf")),
    )


def _dotted(name: str, its: Waits, was: Waits | None, unit: int) -> Dotted:
    around, median = its.whole_interval, its.median
    if around is None or median is None:
        return Dotted(label=name, words=_("n = %(count)s") % {"count": its.n})
    earlier = was.median if was and not was.is_few else None
    return Dotted(
        label=name,
        words=time_said(median),
        value=median / unit,
        interval=around.in_units(unit),
        before=None if earlier is None else earlier / unit,
    )


def _shops(keys: Collection[str]) -> Names:
    return {"": _("no shop"), **{str(pk): name for pk, name in Shop.objects.values_list("pk", "name")}}


def _channels(keys: Collection[str]) -> Names:
    return {key: channel_name(key) if key else _("unknown") for key in keys}


def _colleagues(keys: Collection[str]) -> Names:
    people = User.objects.filter(pk__in=[key for key in keys if key])
    return {"": _("nobody yet"), **{str(person.pk): str(person) for person in people}}
