"""Is a script helping? For team leads: what became of tickets with it, against comparable ones without it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from crm.dashboards.dashboard import Change
from crm.dashboards.tile_words import points_said, signed
from crm.pages.requests import StaffRequest
from crm.words.wording import number, percent
from support import script_figures
from support.figures import Asked
from support.measures.script_effect import Effect, Effects
from support.pages.deeds import number_of
from support.pages.scripts import found_script
from support.script_figures import Compared
from support.tiles import time_said

LEADS = "support.lead_ticket"
MONTH = timedelta(days=30)
PERIODS = (3, 6, 12)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A figure. Without a change there is too little to tell."""

    name: str
    definition: str
    counts: str
    with_it: str = ""
    without_it: str = ""
    change: Change = field(default_factory=lambda: Change(words=""))
    is_few: bool = False


@dataclass(frozen=True, kw_only=True)
class _Figure:
    name: str | Promise
    definition: str | Promise
    of: Callable[[Effects], Effect]
    says: Callable[[float, Effect], str]
    differs: Callable[[float, Effect], str]
    rise_is_good: bool


def _share(value: float, effect: Effect) -> str:
    return percent(value, effect.played + effect.others)


def _points(value: float, effect: Effect) -> str:
    return points_said(value, effect.played + effect.others)


def _ratio(value: float, effect: Effect) -> str:
    return signed(value, lambda size: percent(size, effect.played + effect.others))


FIGURES: Sequence[_Figure] = (
    _Figure(
        name=gettext_lazy("Solved at first contact"),
        definition=gettext_lazy(
            "Nobody had to come back about the same matter within 7 days, and it was passed to nobody else."
        ),
        of=lambda effects: effects.solved_at_once,
        says=_share,
        differs=_points,
        rise_is_good=True,
    ),
    _Figure(
        name=gettext_lazy("Opened again"),
        definition=gettext_lazy("The customer came back within 14 days. Thanks do not count."),
        of=lambda effects: effects.reopened,
        says=_share,
        differs=_points,
        rise_is_good=False,
    ),
    _Figure(
        name=gettext_lazy("Time of colleagues"),
        definition=gettext_lazy(
            "Focused work on the ticket and talk on the phone, as a geometric mean: a few long tickets do not "
            "outweigh all the others. The difference is a share of the time."
        ),
        of=lambda effects: effects.handling,
        says=lambda value, _effect: time_said(value),
        differs=_ratio,
        rise_is_good=False,
    ),
    _Figure(
        name=gettext_lazy("Satisfied afterwards"),
        definition=gettext_lazy("Share of the answers 4 and 5, of 5, to the survey after the ticket."),
        of=lambda effects: effects.is_satisfied,
        says=_share,
        differs=_points,
        rise_is_good=True,
    ),
    _Figure(
        name=gettext_lazy("Easy for the customer"),
        definition=gettext_lazy("Mean answer, of 7, to whether we made it easy."),
        of=lambda effects: effects.effort,
        says=lambda value, _effect: number(value, 1),
        differs=lambda value, _effect: signed(value, lambda size: number(size, 1)),
        rise_is_good=True,
    ),
)


@require_GET
@permission_required(LEADS, raise_exception=True)
def page(request: StaffRequest, pk: int) -> HttpResponse:
    """`?version=` and `?against=` compare two versions; `?months=` says how far to look back."""
    script, at = found_script(pk), timezone.now()
    numbers = list(script.versions.order_by("-number").values_list("number", flat=True))
    compared = _compared(request, numbers)
    months = number_of(request.GET.get("months", ""))
    months = months if months in PERIODS else PERIODS[1]
    context = {
        **admin.site.each_context(request),
        "title": _("Is it helping? {script}").format(script=script),
        "script": script,
        "rows": rows(script_figures.effect(script, asked=_asked(months, at), compared=compared)),
        "numbers": numbers,
        "compared": compared,
        "months": months,
        "periods": PERIODS,
    }
    return TemplateResponse(request, "support/scripts/effect.html", context)


def rows(effects: Effects) -> list[Row]:
    return [_row(figure, figure.of(effects)) for figure in FIGURES]


def _row(figure: _Figure, effect: Effect) -> Row:
    counts = f"{number(effect.played)} / {number(effect.others)}"
    name, definition = str(figure.name), str(figure.definition)
    if effect.difference is None:
        return Row(name=name, definition=definition, counts=counts, is_few=True)
    return Row(
        name=name,
        definition=definition,
        counts=counts,
        with_it=figure.says(effect.with_it, effect),
        without_it=figure.says(effect.without_it, effect),
        change=_change(figure, effect),
    )


def _change(figure: _Figure, effect: Effect) -> Change:
    found = effect.difference
    if found is None or not found.is_change:
        return Change(words=_("no noticeable difference"))
    words = _("%(difference)s (from %(low)s to %(high)s)") % {
        "difference": figure.differs(found.value, effect),
        "low": figure.differs(found.interval.low, effect),
        "high": figure.differs(found.interval.high, effect),
    }
    is_up = found.value > 0
    return Change(
        words=words,
        direction="up" if is_up else "down",
        mood="good" if is_up is figure.rise_is_good else "bad",
    )


def _compared(request: StaffRequest, numbers: Sequence[int]) -> Compared:
    version, against = (number_of(request.GET.get(name, "")) for name in ("version", "against"))
    if version not in numbers:
        return Compared()
    return Compared(version=version, against=against if against in numbers and against != version else None)


def _asked(months: int, at: datetime) -> Asked:
    return Asked(since=at - months * MONTH, until=at, at=at)
