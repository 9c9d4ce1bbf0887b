"""The desk's figures on the managers' dashboard. Times are never a bare mean: median, nine in ten, n, an interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TypeVar
from weakref import WeakKeyDictionary

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.among import Among
from crm.dashboards.charts import LineChart, line_chart
from crm.dashboards.dashboard import Figure, Question, Table, Way, Words, edges, kept
from crm.dashboards.periods import Period
from crm.dashboards.tile_words import (
    change_said,
    head,
    interval_said,
    label,
    points_said,
    rate_chart,
    rate_said,
    signed,
    step_said,
)
from crm.measures.intervals import Share
from crm.words.wording import Told, number, percent
from support import figures
from support.figures import Asked, Resolutions, Responses
from support.measures.waiting import Range, Waits
from support.models import Clock, Team, Ticket

# By what tickets are told apart. A second contact with another shop is a second contact all the same, so whether the
# first one solved the issue is told of everybody.
HEEDS = frozenset({"shop", "channel"})
Found = TypeVar("Found", Responses, Resolutions)


@kept
def first_answers(question: Question) -> Figure | None:
    desk = desk_of(question)
    if not desk.is_used:
        return None
    return _times(
        question,
        _("First answer"),
        lambda step: desk.responses.of(_asked(question, step)).first,
        before=desk.responses_before.first,
        nothing=_("nobody asked"),
        definition=(
            _("Open time from a customer's first message until the first answer that a colleague wrote."),
            _("Automatic answers do not count, and opening a ticket again does not start it anew."),
            _(
                "Whoever still waits is counted as having waited until now: nobody is left out (Kaplan–Meier)."
            ),
        ),
    )


@kept
def each_answer(question: Question) -> Figure | None:
    desk = desk_of(question)
    if not desk.is_used:
        return None
    return _times(
        question,
        _("Each answer"),
        lambda step: desk.responses.of(_asked(question, step)).each,
        before=desk.responses_before.each,
        nothing=_("nobody asked"),
        definition=(
            _(
                "Open time from the first message that is not answered yet until a colleague answers: each time."
            ),
            _(
                "Whoever still waits is counted as having waited until now: nobody is left out (Kaplan–Meier)."
            ),
        ),
    )


@kept
def resolution(question: Question) -> Figure | None:
    """`small`: until it stayed resolved."""
    desk = desk_of(question)
    if not desk.is_used:
        return None
    last = desk.resolutions.last
    return _times(
        question,
        _("Until it is resolved"),
        lambda step: desk.resolutions.of(_asked(question, step)).first,
        before=desk.resolutions_before.first,
        nothing=_("nothing was resolved"),
        definition=(
            _("Open time from the ticket's beginning until it was resolved for the first time."),
            _("Beside it: until it was resolved for the last time, for those that were opened again."),
            _("The time in which we waited for the customer is left out."),
        ),
        small=""
        if last.median is None
        else _("for the last time: %(time)s") % {"time": time_said(last.median)},
    )


@kept
def first_contact(question: Question) -> Figure | None:
    """One-touch stands beside it, never instead."""
    desk = desk_of(question)
    if not desk.is_used:
        return None
    touched = desk.resolutions.one_touch
    return _share(
        question,
        _("Solved at the first contact"),
        lambda step: desk.every_resolution.of(_asked(question, step)).at_first_contact,
        before=desk.every_resolution_before.at_first_contact,
        heeds=frozenset(),
        behind=[Way(words=_("See what scripts change"), url=reverse("scripts:list"))],
        more=_("with one answer at most: %(count)s of %(of)s") % _counts(touched),
        rise_is_good=True,
        definition=(
            _("Issues solved in one contact, of those resolved at least seven days ago."),
            _("A contact is what one person writes or says, on any channel, less than 24 hours apart."),
            _("An issue is a person and a topic, or an order."),
            _(
                "It was not solved at the first contact if it was opened again, came up once more within seven "
                "days on any channel, or was escalated."
            ),
        ),
    )


@kept
def reopened(question: Question) -> Figure | None:
    desk = desk_of(question)
    if not desk.is_used:
        return None
    return _share(
        question,
        _("Opened again"),
        lambda step: desk.resolutions.of(_asked(question, step)).reopened,
        before=desk.resolutions_before.reopened,
        rise_is_good=False,
        definition=(
            _("Tickets that the customer opened again within 14 days, of those resolved in the period."),
            _("Thanks do not open a ticket again. The share of the last 14 days can still grow."),
        ),
    )


@kept
def handling(question: Question) -> Figure | None:
    """Teams stand in the order of their names: their times are compared only where the intervals part."""
    if not desk_of(question).is_used:
        return None
    found = figures.handling(_asked(question, question.period))
    names = {team.pk: team.name for team in Team.objects.all()}
    rows = sorted(
        (names.get(team or 0, _("without a team")), *row(waits)) for team, waits in found.by_team.items()
    )
    return Figure(
        title=_("Time spent on a ticket"),
        value=value_said(found.all, nothing=_("nobody was seen at work")),
        basis=basis_said(found.all),
        table=Table(head=(_("Team"), *times_head()), rows=rows) if rows else None,
        definition=(
            _("Time with the ticket before one's eyes: the page is visible and used within the last minute."),
            _("Where several tickets are open at once, their time is shared. Talk on the phone is added."),
            _("Of tickets resolved in the period. Teams are not ranked: look whether their ranges overlap."),
        ),
    )


class Desk:
    """What several figures of one question read, read once."""

    def __init__(self, question: Question) -> None:
        self._now = _asked(question, question.period)
        self._before = _asked(question, question.period.previous)
        told = question.narrowed
        self._only = {name: getattr(told, name) for name in HEEDS if getattr(told, name)}

    @cached_property
    def is_used(self) -> bool:
        return Clock.objects.exists()

    @cached_property
    def responses(self) -> Responses:
        return self._of_those(figures.responses(self._now))

    @cached_property
    def responses_before(self) -> Responses:
        return self._of_those(figures.responses(self._before))

    @cached_property
    def resolutions(self) -> Resolutions:
        return self._of_those(self.every_resolution)

    @cached_property
    def resolutions_before(self) -> Resolutions:
        return self._of_those(self.every_resolution_before)

    @cached_property
    def every_resolution(self) -> Resolutions:
        return figures.resolutions(self._now)

    @cached_property
    def every_resolution_before(self) -> Resolutions:
        return figures.resolutions(self._before)

    def _of_those(self, found: Found) -> Found:
        """Of the shop and the channel that the page is about."""
        if not self._only:
            return found
        tickets = Ticket.objects.filter(Among("pk", [story.ticket for story in found.stories]), **self._only)
        theirs = set(tickets.values_list("pk", flat=True))
        return replace(found, stories=[story for story in found.stories if story.ticket in theirs])


# As long as the question is asked: nothing outlives its page.
_DESKS: WeakKeyDictionary[Question, Desk] = WeakKeyDictionary()


def desk_of(question: Question) -> Desk:
    return _DESKS.setdefault(question, Desk(question))


def _asked(question: Question, period: Period) -> Asked:
    since, until = edges([period])
    return Asked(since=since, until=until, at=question.at)


def _times(
    question: Question,
    title: str,
    of: Callable[[Period], Waits],
    *,
    before: Waits,
    nothing: str,
    definition: Sequence[Words],
    small: str = "",
) -> Figure:
    waits = of(question.period)
    steps = [(step, of(step)) for step in question.period.steps()]
    rows = [(step_said(step, question), *row(its)) for step, its in steps]
    return Figure(
        title=title,
        value=value_said(waits, nothing=nothing),
        small=small,
        basis=basis_said(waits),
        change=change_said(waits.against(before), lambda value: signed(value, time_said), rise_is_good=False)
        if waits.n
        else None,
        chart=_times_chart(title, steps, question),
        table=Table(head=(head(question), *times_head()), rows=rows) if waits.n else None,
        heeds=HEEDS,
        behind=to_tickets(),
        definition=definition,
    )


def _times_chart(title: str, steps: Sequence[tuple[Period, Waits]], question: Question) -> LineChart | None:
    """Of the steps whose median is known with both ends of its interval; none where there are not two."""
    told = [
        (step, its.median, its.whole_interval)
        for step, its in steps
        if its.median is not None and its.whole_interval
    ]
    if len(told) < 2:
        return None
    unit = unit_of_time(max(around.high for _step, _median, around in told))
    return line_chart(
        name=_("%(figure)s: the median with its 95 %% interval") % {"figure": title},
        values=[median / unit for _step, median, _around in told],
        intervals=[around.in_units(unit) for _step, _median, around in told],
        labels=[label(step, question) for step, _median, _around in told],
        say=lambda value: time_said(value * unit),
        last_words=time_said(told[-1][1]),
        bounds=(0.0, float("inf")),
    )


def to_tickets() -> Sequence[Way]:
    return [Way(words=_("See the tickets that wait"), url=f"{reverse('support:inbox')}?view=breaching")]


def unit_of_time(longest: float) -> int:
    """A second, a minute or an hour: so that an axis counts in round ones."""
    return 1 if longest < 120 else 60 if longest < 7_200 else 3_600


def _share(
    question: Question,
    title: str,
    of: Callable[[Period], Share],
    *,
    before: Share,
    definition: Sequence[Words],
    rise_is_good: bool,
    more: str = "",
    heeds: frozenset[str] = HEEDS,
    behind: Sequence[Way] = (),
) -> Figure:
    now = of(question.period)
    counts = _("%(count)s of %(of)s") % _counts(now)
    steps = [(step, of(step)) for step in question.period.steps()]
    return Figure(
        title=title,
        value=_("nothing was resolved")
        if not now.of
        else counts
        if now.is_few
        else percent(now.value, now.of),
        small=more if now.of else "",
        basis=_share_basis(now),
        change=change_said(
            now.against(before), lambda value: points_said(value, now.of), rise_is_good=rise_is_good
        ),
        chart=rate_chart(title, steps, question),
        heeds=heeds,
        behind=behind,
        table=Table(
            head=(head(question), _("Resolved"), _("Of them"), _("Share"), _("95 %")),
            rows=[
                (
                    step_said(step, question),
                    number(its.of),
                    number(its.count),
                    rate_said(its),
                    interval_said(its),
                )
                for step, its in steps
            ],
        )
        if now.of
        else None,
        definition=definition,
    )


def times_head() -> tuple[str, ...]:
    return (_("Number"), _("Median"), _("95 %"), _("Nine in ten within"), _("Still waiting"))


def row(waits: Waits) -> tuple[str, ...]:
    """Under 30 the median says too little: only their number stands there."""
    if waits.is_few:
        return (number(waits.n), "", "", "", number(waits.still_waiting))
    return (
        number(waits.n),
        at_most(waits.median),
        range_said(waits.interval),
        at_most(waits.p90),
        number(waits.still_waiting),
    )


def value_said(waits: Waits, *, nothing: str) -> str:
    if not waits.n:
        return nothing
    return _("more than half still wait") if waits.median is None else time_said(waits.median)


def basis_said(waits: Waits) -> str:
    if not waits.n:
        return ""
    count = ngettext("%(count)s case", "%(count)s cases", waits.n) % {"count": number(waits.n)}
    waiting = ngettext("%(count)s still waits", "%(count)s still wait", waits.still_waiting) % {
        "count": number(waits.still_waiting)
    }
    told = {
        "interval": range_said(waits.interval),
        "p90": at_most(waits.p90),
        "cases": count,
        "waiting": waiting,
    }
    if waits.still_waiting:
        return _("median; 95 %%: %(interval)s; nine in ten: %(p90)s; %(cases)s, %(waiting)s") % told
    return _("median; 95 %%: %(interval)s; nine in ten: %(p90)s; %(cases)s") % told


def _share_basis(share: Share) -> str:
    if not share.of:
        return ""
    if share.is_few:
        return _("fewer than 30: no share and no trend are shown")
    return _("95 %%: %(interval)s; %(count)s of %(of)s") % {
        "interval": interval_said(share),
        **_counts(share),
    }


def _counts(share: Share) -> dict[str, str]:
    return {"count": number(share.count), "of": number(share.of)}


def range_said(interval: Range) -> str:
    if interval.low is None:
        return _("not known yet")
    if interval.high is None:
        return _("from %(time)s") % {"time": time_said(interval.low)}
    return Told(f"{time_said(interval.low)}…{time_said(interval.high)}", interval.low, interval.high)


def at_most(seconds: float | None) -> str:
    return _("not known yet") if seconds is None else time_said(seconds)


def time_said(seconds: float) -> str:
    """“45 s”, “12 min”, “27 h 10 min”: open hours are not put into days, which have no fixed number of them."""
    return Told(_time_said(abs(seconds)), seconds, unit=_("seconds"))


def _time_said(seconds: float) -> str:
    if seconds < 60:
        return ngettext("{n} s", "{n} s", round(seconds)).format(n=round(seconds))
    minutes = round(seconds / 60)
    if minutes < 60:
        return ngettext("{n} min", "{n} min", minutes).format(n=minutes)
    return _("{hours} h {minutes} min").format(hours=minutes // 60, minutes=minutes % 60)
