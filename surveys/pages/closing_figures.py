"""The figure of an issue in words: what is counted, what it was, what it is, and whether that is a change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.dashboards.tile_words import change_said, signed
from crm.models import Shop
from crm.words.wording import number, percent
from surveys.closing import measuring
from surveys.models import Issue
from surveys.questions import ASPECTS
from surveys.reports import narrowing
from surveys.scores import MEASURES, Measure, Score


def figure_said(figure: Mapping[str, Any]) -> str:
    """“Satisfied customers (CSAT) · delivery · Varna”. Empty: nothing is measured."""
    if not figure:
        return ""
    its = narrowing.read(figure)
    shop = Shop.objects.filter(pk=its.shop).first() if its.shop else None
    words = [its.its_measure.label, ASPECTS.get(its.aspect, ""), shop or "", its.channel, its.tier]
    return " · ".join(str(one) for one in words if one)


def told(issue: Issue, kept: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """One measurement: its value, its range, its n, its days. None: it was not measured."""
    if not (issue.figure and kept):
        return None
    measure, score = _measure(issue), measuring.score_of(kept)
    return {
        "value": score_said(measure, score) if score else _("no answers"),
        "range": _range(measure, score) if score and not score.is_few else "",
        "n": kept["n"],
        "since": _day(kept["since"]),
        "until": _day(kept["until"]),
    }


def score_said(measure: Measure, score: Score) -> str:
    if score.is_few:
        said = ngettext("{n} answer: too few to tell", "{n} answers: too few to tell", score.n)
        return said.format(n=score.n)
    return _amount(measure, score.value)


def target_said(issue: Issue) -> str:
    if issue.target is None or not issue.figure:
        return ""
    return _amount(_measure(issue), float(issue.target))


def change(issue: Issue, after: Mapping[str, Any] | None) -> Any:
    """Between the two measurements, as tiles tell it. None: one of them is missing."""
    if not (issue.figure and issue.before and after):
        return None
    measure = _measure(issue)
    found = measuring.effect(issue.before, after)
    return change_said(found, lambda value: signed(value, lambda size: _size(measure, size)), since=True)


def _day(kept: str) -> str:
    return date_format(date.fromisoformat(kept), "SHORT_DATE_FORMAT")


def _measure(issue: Issue) -> Measure:
    return MEASURES[issue.figure["measure"]]


def _range(measure: Measure, score: Score) -> str:
    return f"{_amount(measure, score.low)} … {_amount(measure, score.high)}"


def _amount(measure: Measure, value: float) -> str:
    return percent(value / 100, 0) if measure.is_share else number(value, measure.places)


def _size(measure: Measure, value: float) -> str:
    return number(value, measure.places)
