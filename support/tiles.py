"""The desk's figures on the managers' dashboard. Times are never a bare mean: median, nine in ten, n, an interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from weakref import WeakKeyDictionary

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.dashboards.dashboard import Figure, Question, Table, Words, edges, kept
from crm.dashboards.periods import Period
from crm.dashboards.tile_words import change_said, head, interval_said, points_said, rate_said, step_said
from crm.measures.intervals import Share
from crm.words.wording import number, percent
from support import figures
from support.figures import Asked, Resolutions, Responses
from support.measures.waiting import Range, Waits
from support.models import Clock, Team


@kept
def first_answers(question: Question) -> Figure | None:
    desk = _desk(question)
    if not desk.is_used:
        return None
    return _times(
        question,
        _("First answer"),
        lambda step: desk.responses.of(_asked(question, step)).first,
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
    desk = _desk(question)
    if not desk.is_used:
        return None
    return _times(
        question,
        _("Each answer"),
        lambda step: desk.responses.of(_asked(question, step)).each,
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
    desk = _desk(question)
    if not desk.is_used:
        return None
    last = desk.resolutions.last
    return _times(
        question,
        _("Until it is resolved"),
        lambda step: desk.resolutions.of(_asked(question, step)).first,
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
    desk = _desk(question)
    if not desk.is_used:
        return None
    touched = desk.resolutions.one_touch
    return _share(
        question,
        _("Solved at the first contact"),
        lambda step: desk.resolutions.of(_asked(question, step)).at_first_contact,
        before=desk.resolutions_before.at_first_contact,
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
    desk = _desk(question)
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
    if not _desk(question).is_used:
        return None
    found = figures.handling(_asked(question, question.period))
    names = {team.pk: team.name for team in Team.objects.all()}
    rows = sorted(
        (names.get(team or 0, _("without a team")), *_row(waits)) for team, waits in found.by_team.items()
    )
    return Figure(
        title=_("Time spent on a ticket"),
        value=_value(found.all, nothing=_("nobody was seen at work")),
        basis=_basis(found.all),
        table=Table(head=(_("Team"), *_times_head()), rows=rows) if rows else None,
        definition=(
            _("Time with the ticket before one's eyes: the page is visible and used within the last minute."),
            _("Where several tickets are open at once, their time is shared. Talk on the phone is added."),
            _("Of tickets resolved in the period. Teams are not ranked: look whether their ranges overlap."),
        ),
    )


class _Desk:
    """What several figures of one question read, read once."""

    def __init__(self, question: Question) -> None:
        self._now = _asked(question, question.period)
        self._before = _asked(question, question.period.previous)

    @cached_property
    def is_used(self) -> bool:
        return Clock.objects.exists()

    @cached_property
    def responses(self) -> Responses:
        return figures.responses(self._now)

    @cached_property
    def resolutions(self) -> Resolutions:
        return figures.resolutions(self._now)

    @cached_property
    def resolutions_before(self) -> Resolutions:
        return figures.resolutions(self._before)


# As long as the question is asked: nothing outlives its page.
_DESKS: WeakKeyDictionary[Question, _Desk] = WeakKeyDictionary()


def _desk(question: Question) -> _Desk:
    return _DESKS.setdefault(question, _Desk(question))


def _asked(question: Question, period: Period) -> Asked:
    since, until = edges([period])
    return Asked(since=since, until=until, at=question.at)


def _times(
    question: Question,
    title: str,
    of: Callable[[Period], Waits],
    *,
    nothing: str,
    definition: Sequence[Words],
    small: str = "",
) -> Figure:
    waits = of(question.period)
    rows = [(step_said(step, question), *_row(of(step))) for step in question.period.steps()]
    return Figure(
        title=title,
        value=_value(waits, nothing=nothing),
        small=small,
        basis=_basis(waits),
        table=Table(head=(head(question), *_times_head()), rows=rows) if waits.n else None,
        definition=definition,
    )


def _share(
    question: Question,
    title: str,
    of: Callable[[Period], Share],
    *,
    before: Share,
    definition: Sequence[Words],
    rise_is_good: bool,
    more: str = "",
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


def _times_head() -> tuple[str, ...]:
    return (_("Number"), _("Median"), _("95 %"), _("Nine in ten within"), _("Still waiting"))


def _row(waits: Waits) -> tuple[str, ...]:
    """Under 30 the median says too little: only their number stands there."""
    if waits.is_few:
        return (number(waits.n), "", "", "", number(waits.still_waiting))
    return (
        number(waits.n),
        _at_most(waits.median),
        _range(waits.interval),
        _at_most(waits.p90),
        number(waits.still_waiting),
    )


def _value(waits: Waits, *, nothing: str) -> str:
    if not waits.n:
        return nothing
    return _("more than half still wait") if waits.median is None else time_said(waits.median)


def _basis(waits: Waits) -> str:
    if not waits.n:
        return ""
    count = ngettext("%(count)s case", "%(count)s cases", waits.n) % {"count": number(waits.n)}
    waiting = ngettext("%(count)s still waits", "%(count)s still wait", waits.still_waiting) % {
        "count": number(waits.still_waiting)
    }
    told = {
        "interval": _range(waits.interval),
        "p90": _at_most(waits.p90),
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


def _range(interval: Range) -> str:
    if interval.low is None:
        return _("not known yet")
    if interval.high is None:
        return _("from %(time)s") % {"time": time_said(interval.low)}
    return f"{time_said(interval.low)}…{time_said(interval.high)}"


def _at_most(seconds: float | None) -> str:
    return _("not known yet") if seconds is None else time_said(seconds)


def time_said(seconds: float) -> str:
    """“45 s”, “12 min”, “27 h 10 min”: open hours are not put into days, which have no fixed number of them."""
    if seconds < 60:
        return ngettext("{n} s", "{n} s", round(seconds)).format(n=round(seconds))
    minutes = round(seconds / 60)
    if minutes < 60:
        return ngettext("{n} min", "{n} min", minutes).format(n=minutes)
    return _("{hours} h {minutes} min").format(hours=minutes // 60, minutes=minutes % 60)
