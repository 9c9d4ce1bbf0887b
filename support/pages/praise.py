"""Praise of a month: who leads sees everybody's, who answers sees their own."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.pages.requests import StaffRequest
from support.colleagues import praise
from support.pages.deeds import ANSWERS, number_of
from support.pages.lead import LEADS

BIT_MORE_THAN_A_MONTH = timedelta(days=32)


@require_GET
@permission_required(ANSWERS, raise_exception=True)
def page(request: StaffRequest) -> HttpResponse:
    """`?month=2026-10`; `?before=` goes on in its reviews."""
    month = _month(request.GET.get("month", "")) or _before(timezone.localdate())
    after = (month + BIT_MORE_THAN_A_MONTH).replace(day=1)
    since, until = (timezone.make_aware(datetime.combine(day, time.min)) for day in (month, after))
    of = None if request.user.has_perm(LEADS) else request.user
    context = {
        **admin.site.each_context(request),
        "title": _("Praise") if of is None else _("Your praise"),
        "is_own": of is not None,
        "month": month,
        "praised": praise.of_month(month, of=of),
        "reviews": praise.reviews(
            since=since, until=until, of=of, before=number_of(request.GET.get("before", ""))
        ),
        "earlier_month": _before(month),
        "later_month": after if after <= timezone.localdate() else None,
        "now": timezone.now(),
    }
    return TemplateResponse(request, "support/praise.html", context)


def _before(day: date) -> date:
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def _month(text: str) -> date | None:
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return found if 2000 < found.year < 2200 else None
