"""The managers' page of a programme: its figures, its tiers, its rules, what is redeemed."""

from __future__ import annotations

import logging
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET

from crm import company
from crm.dashboards.charts import bar_chart, unit_of
from crm.dashboards.dashboard import Figure, Question, Table
from crm.dashboards.periods import DEFAULT, Period, months_offered, period_of
from crm.pages import dashboard
from crm.pages.dashboard_filters import month_said
from crm.pages.requests import StaffRequest
from crm.words.wording import money, number, percent
from loyalty import founding, member_tiles, points_tiles, tiles
from loyalty import programme_figures as figures
from loyalty.models import Programme, Rule, Tier
from loyalty.points import cohorts
from loyalty.programme_figures import Flows, Rung
from loyalty.rules import rule_words

log = logging.getLogger(__name__)

SEES = "loyalty.view_rule"
SHOWN = 50
FEWEST_FOR_CHART = 30
HIGHEST_LEVEL = 4


@dataclass(frozen=True)
class RuleLine:
    rule: Rule
    said: rule_words.RuleSaid
    has_draft: bool


@dataclass(frozen=True, kw_only=True)
class RungSaid:
    rung: Rung
    level: int
    needed: str
    members: str


def programmes() -> list[Programme]:
    """Running ones first, closed ones last."""
    return list(Programme.objects.order_by("closed_at", "started_at", "pk")[:SHOWN])


def chosen(request: StaffRequest) -> Programme | None:
    """The programme named in the address, else the first one."""
    named = request.GET.get("programme", "")
    if named.isdecimal() and len(named) < 19:
        return Programme.objects.filter(pk=named).first()
    return next(iter(programmes()), None)


@require_GET
@permission_required(SEES, raise_exception=True)
def page(request: StaffRequest) -> HttpResponse:
    programme = chosen(request)
    context = {
        **admin.site.each_context(request),
        "title": programme.name if programme else _("Programme"),
        "tabs": dashboard.tabs("programme", request.user),
    }
    if programme is None:
        return TemplateResponse(request, "loyalty/dashboard/empty.html", context)
    at = timezone.now()
    after, found = _key(request), _figures(programme, request, at=at)
    context |= {
        "programme": programme,
        "programmes": programmes(),
        "promise": _promise(programme),
        "cards": _cards(programme, found, request),
        "months": _months(request, at),
        "ladders": _ladders(programme),
        **_rules(programme, after),
        "rewards": figures.rewards_used(programme, since=at - timedelta(days=365)),
        "may_change": request.user.has_perm("loyalty.change_rule"),
        "may_start": founding.is_draft(programme) and request.user.has_perm("loyalty.add_programme"),
    }
    return TemplateResponse(request, "loyalty/dashboard/programme.html", context)


@require_GET
@permission_required((SEES, dashboard.TAKES_OUT), raise_exception=True)
def file(request: StaffRequest, name: str, kind: str) -> Any:
    """The numbers of one figure of the programme named in the address."""
    programme, at = chosen(request), timezone.now()
    its = _figures(programme, request, at=at) if programme else []
    found = next((figure for figure in its if figure.slug == name), None)
    if found is None:
        raise Http404
    log.info("figures taken out", extra={"figure": name, "format": kind, "user_id": request.user.pk})
    return dashboard.file_of(found, name=name, kind=kind, on=timezone.localdate(at))


def _key(request: StaffRequest) -> int:
    typed = request.GET.get("after", "")
    return int(typed) if typed.isdecimal() and len(typed) < 19 else 0


def _promise(programme: Programme) -> str:
    members = figures.members_count(programme)
    said = ngettext("%(count)s member", "%(count)s members", members) % {"count": number(members)}
    value = _("One point is worth %(value)s.") % {
        "value": money(programme.point_value.normalize(), programme.currency)
        if programme.point_value >= 1
        else f"{number(programme.point_value, 4).rstrip('0')} {programme.currency}"
    }
    return f"{value} {_expiry(programme)} {said}."


def _expiry(programme: Programme) -> str:
    if programme.expiry == Programme.Expiry.AFTER_EARNING:
        return ngettext(
            "Points live for %(months)s month after they were earned.",
            "Points live for %(months)s months after they were earned.",
            programme.expiry_months,
        ) % {"months": programme.expiry_months}
    if programme.expiry == Programme.Expiry.AFTER_ACTIVITY:
        return ngettext(
            "Points live for %(months)s month after the last purchase.",
            "Points live for %(months)s months after the last purchase.",
            programme.expiry_months,
        ) % {"months": programme.expiry_months}
    if programme.expiry == Programme.Expiry.CALENDAR:
        day = date(2024, programme.expiry_month, min(programme.expiry_day, _last_day(programme)))
        return _("Points live until %(day)s.") % {"day": formats.date_format(day, "MONTH_DAY_FORMAT")}
    return _("Points never expire.")


def _last_day(programme: Programme) -> int:
    return monthrange(2024, programme.expiry_month)[1]


# ── Rules ────────────────────────────────────────────────────────────────────
def _rules(programme: Programme, after: int) -> dict[str, Any]:
    its = Rule.objects.filter(programme=programme, pk__gt=after).select_related("active_version", "draft")
    found = list(its.order_by("pk")[: SHOWN + 1])
    return {
        "rules": [_line(rule) for rule in found[:SHOWN]],
        "after": found[SHOWN - 1].pk if len(found) > SHOWN else None,
    }


def _line(rule: Rule) -> RuleLine:
    draft = getattr(rule, "draft", None)
    terms = rule.active_version or draft
    nothing = rule_words.RuleSaid(when=None, gives=_("It was switched off."), limits=())
    return RuleLine(rule, rule_words.said(terms) if terms else nothing, draft is not None)


# ── Tiers ────────────────────────────────────────────────────────────────────
def _ladders(programme: Programme) -> list[list[RungSaid]]:
    return [list(_rungs(programme, its)) for its in figures.rungs(programme).values()]


def _rungs(programme: Programme, its: list[Rung]) -> Iterator[RungSaid]:
    whole = sum(one.members for one in its)
    for level, rung in enumerate(its, 1):
        count = ngettext("%(count)s member", "%(count)s members", rung.members) % {
            "count": number(rung.members)
        }
        share = f", {percent(rung.members / whole, whole)}" if whole else ""
        yield RungSaid(
            rung=rung,
            level=min(level, HIGHEST_LEVEL),
            needed=_needed(programme, rung.tier),
            members=count + share,
        )


def _needed(programme: Programme, tier: Tier) -> str:
    if not tier.threshold:
        return _("from the beginning")
    its = (
        money(tier.threshold, programme.currency)
        if tier.figure == Tier.Figure.SPEND
        else number(tier.threshold)
    )
    return _("%(figure)s: from %(threshold)s") % {
        "figure": tier.get_figure_display(),
        "threshold": its,
    }


# ── Figures ──────────────────────────────────────────────────────────────────
def _period(request: StaffRequest, at: datetime) -> Period:
    return period_of(request.GET.get("period", DEFAULT), timezone.localdate(at))


def _months(request: StaffRequest, at: datetime) -> list[dict[str, Any]]:
    """Of which the page can say what points cost. The one before this month is shown where none is asked for."""
    asked, offered = _period(request, at), months_offered(timezone.localdate(at))
    keys = [month.key for month in offered]
    chosen_key = asked.key if asked.key in keys else keys[1]
    return [
        {"key": month.key, "words": month_said(month.since), "is_chosen": month.key == chosen_key}
        for month in offered[:-1]
    ]


def _cards(programme: Programme, found: Sequence[Figure], request: StaffRequest) -> list[dict[str, Any]]:
    query = {"programme": programme.pk} | ({"period": its} if (its := request.GET.get("period")) else {})
    return [
        {
            "figure": figure,
            "exports": dashboard.exports_of(figure, request.user, partial(_file_address, figure, query)),
        }
        for figure in found
    ]


def _file_address(figure: Figure, query: dict[str, Any], kind: str) -> str:
    return f"{reverse(f'programme:{kind}', args=[figure.slug])}?{urlencode(query)}"


def _figures(programme: Programme, request: StaffRequest, *, at: datetime) -> list[Figure]:
    found = figures.flows(programme, at=at, clock=company.current().clock)
    question = Question(period=_period(request, at), reader=request.user, at=at)
    month = question.period.since if question.period.is_month else None
    followed = cohorts.cohorts_of(programme, today=question.today)
    proved, moves = tiles.ledger_proved(question), member_tiles.tier_moves(programme, question)
    return [
        _issued(found),
        _outstanding(programme),
        _redeemed(found),
        _expired(found),
        *points_tiles.tiles(programme, found, followed, month=month),
        *([moves] if moves else []),
        *([proved] if proved else []),
        *points_tiles.by_month_of_issue(followed),
    ]


def _issued(found: Flows) -> Figure:
    issued = [one.issued for one in found.months.values()]
    redeemed = [one.redeemed for one in found.months.values()]
    unit = unit_of([*issued, *redeemed])
    chart = bar_chart(
        name=_("Points issued and redeemed, by month"),
        series=(issued, redeemed),
        labels=[formats.date_format(month, "M") for month in found.months],
        say=lambda value: number(value / unit, 0 if value % unit == 0 else 1),
        caption=_("In thousands") if unit == 1_000 else _("In millions") if unit == 1_000_000 else "",
        legend=(pgettext("points", "issued"), pgettext("points", "redeemed")),
    )
    return Figure(
        slug="points-issued",
        title=_("Points issued"),
        value=number(found.total.issued),
        basis=_("in the last 12 months"),
        chart=chart if found.total.issued >= FEWEST_FOR_CHART else None,
        table=_table(found),
        definition=(
            _("All points that came to members: earned, given as gifts, brought along, added by hand."),
            _("What was taken away by hand is taken off. What came back after returns stands in the table."),
        ),
    )


def _table(found: Flows) -> Table:
    return Table(
        head=(_("Month"), _("Issued"), _("Redeemed"), _("Expired"), _("Taken back")),
        rows=[
            (
                formats.date_format(month, "YEAR_MONTH_FORMAT"),
                *(number(n) for n in (one.issued, one.redeemed, one.expired, one.taken_back)),
            )
            for month, one in found.months.items()
        ],
    )


def _outstanding(programme: Programme) -> Figure:
    its = figures.outstanding(programme)
    return Figure(
        slug="points-outstanding",
        title=_("Points outstanding"),
        value=number(its.points),
        basis=_("If all of them were spent: %(amount)s.")
        % {"amount": money(figures.liability(programme, its.points), programme.currency)},
        table=Table(
            head=(_("Points"), _("Now")),
            rows=[
                (_("Can be spent"), number(its.available)),
                (_("Wait for the return window"), number(its.pending)),
                (_("Set aside for a purchase"), number(its.held)),
                (_("Owed by members"), number(its.debt)),
            ],
        ),
        definition=(
            _("What members can spend, what waits for them and what is set aside, less what they owe."),
            _("The liability is that times the value of a point: the most it can cost."),
        ),
    )


def _redeemed(found: Flows) -> Figure:
    total = found.total
    known = total.issued > 0
    return Figure(
        slug="points-redeemed",
        title=_("Points redeemed"),
        value=number(total.redeemed),
        small=percent(max(total.redeemed, 0) / total.issued, total.issued) if known else "",
        basis=_("in the last 12 months, and their share of the points issued in the same time")
        if known
        else _("in the last 12 months"),
        definition=(
            _("Points that paid for purchases and rewards. What was given back after returns is taken off."),
            _("Points are often spent in another year than they were issued in: the share is a first look."),
        ),
    )


def _expired(found: Flows) -> Figure:
    return Figure(
        slug="points-expired",
        title=_("Points expired"),
        value=number(found.total.expired),
        basis=_("in the last 12 months"),
        definition=(_("Points whose time was over before they were spent."),),
    )
