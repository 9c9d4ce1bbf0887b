"""The managers' page of figures, for a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from crm.dashboards import dashboard
from crm.dashboards.dashboard import Question
from crm.dashboards.periods import DEFAULT, LENGTHS, Period, months_offered, period_of
from crm.pages.requests import StaffRequest
from crm.words.wording import number


@dataclass(frozen=True)
class Choice:
    key: str
    words: str


@require_GET
@permission_required("crm.view_dashboard", raise_exception=True)
def page(request: StaffRequest) -> HttpResponse:
    at = timezone.now()
    today = timezone.localdate(at)
    period = period_of(request.GET.get("period", DEFAULT), today)
    question = Question(period=period, reader=request.user, at=at)
    context = {
        **admin.site.each_context(request),
        "title": _("Dashboard"),
        "period_said": _said(period),
        "figures": dashboard.figures(question),
        **period_choices(period, today),
    }
    return TemplateResponse(request, "dashboard/page.html", context)


def period_choices(period: Period, today: date, query: QueryDict | None = None) -> dict[str, Any]:
    """For templates/dashboard/_periods.html. `query`: what else the address says, and another period must keep."""
    others = query.copy() if query else QueryDict(mutable=True)
    for name in ("period", "after"):
        others.pop(name, None)
    return {
        "period": period,
        "compared_said": _("Changes are against the time from %(since)s to %(until)s.")
        % {"since": _day(period.previous.since), "until": _day(period.previous.until).rstrip(".")},
        "lengths": [Choice(str(length), _length_said(length)) for length in LENGTHS],
        "months": [Choice(month.key, _month_said(month.since)) for month in months_offered(today)],
        "other_query": f"&{others.urlencode()}" if others else "",
        "other_fields": [(name, value) for name, values in others.lists() for value in values],
    }


def _said(period: Period) -> str:
    return _("From %(since)s to %(until)s, both days included, in all shops.") % {
        "since": _day(period.since),
        "until": _day(period.until),
    }


def _day(day: date) -> str:
    return formats.date_format(day, "DATE_FORMAT")


def _length_said(days: int) -> str:
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": number(days)}


def _month_said(day: date) -> str:
    return formats.date_format(day, "YEAR_MONTH_FORMAT")
