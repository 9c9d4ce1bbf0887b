"""A draft on the past: begin it, watch it, stop it, read what it would have changed and for whom."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Count, F, Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from crm.pages import long_work
from crm.pages.requests import StaffRequest
from crm.words.wording import money, number
from loyalty import replay_tasks
from loyalty.models import Replay, ReplayShare, Tier
from loyalty.pages.rules import MonthsForm, draft_of, found_rule, page_of
from loyalty.rules import replay as replaying
from loyalty.rules import rule_words

SHOWN = 50


@require_POST
@permission_required("loyalty.change_rule", raise_exception=True)
def start(request: StaffRequest, pk: int) -> HttpResponse:
    rule = found_rule(pk)
    form, draft = MonthsForm(request.POST), draft_of(rule)
    if draft is None or not form.is_valid():
        messages.warning(request, _("Write a draft first, and choose from 1 to 24 months."))
        return HttpResponseRedirect(page_of(rule))
    begun = replaying.start(draft, months=form.cleaned_data["months"], by=request.user, at=timezone.now())
    replay_tasks.start_replay(begun)
    return HttpResponseRedirect(_page(begun))


@require_GET
@never_cache
@permission_required(("loyalty.view_rule", "crm.view_customer"), raise_exception=True)
def replay(request: StaffRequest, pk: int) -> HttpResponse:
    """What came of it; or, for htmx, how far it is, until the whole page has something new to say."""
    found = _found(pk)
    if request.htmx and not found.is_at_work:
        return HttpResponseClientRefresh()
    context = {
        "replay": found,
        "is_silent": found.is_at_work and found.is_silent(timezone.now()),
        "may_change": request.user.has_perm("loyalty.change_rule"),
    }
    if request.htmx:
        return TemplateResponse(request, "loyalty/dashboard/_replay_progress.html", context)
    context |= {
        **admin.site.each_context(request),
        "title": _("“%(rule)s” on the past") % {"rule": found.rule.name},
        "rule": found.rule,
        "said": rule_words.said(found),
        "pairs": list(_pairs(found)),
        "tiers": _tiers(found),
        **_shares(request, found),
    }
    return TemplateResponse(request, "loyalty/dashboard/replay.html", context)


def _pairs(found: Replay) -> Any:
    currency = found.rule.programme.currency
    yield _("Purchases looked at"), number(found.orders_count)
    yield _("Purchases with the rule"), number(found.rule_orders_count)
    yield _("Points of the rule"), number(found.rule_points)
    yield _("Cut by a limit, purchases"), number(found.limited_orders_count)
    yield _("Points by today's rules"), number(found.points_now)
    yield _("Points with the draft"), number(found.points_then)
    yield _("Difference, points"), _signed(found.difference)
    yield _("It would have cost, if all are spent"), money(found.cost, currency)
    yield _("In a year"), money(found.yearly_cost, currency)


def _signed(points: int) -> str:
    return f"+{number(points)}" if points > 0 else number(points)


def _tiers(found: Replay) -> list[dict[str, Any]]:
    """Each tier of the main ladder with its members on both sides."""
    main = replaying.main_ladder(found.rule.programme)
    if main is None:
        return []
    now = dict(found.shares.order_by().values_list("tier_now").annotate(Count("pk")))
    then = dict(found.shares.order_by().values_list("tier_then").annotate(Count("pk")))
    tiers = Tier.objects.in_bulk([step.tier_id for step in main.ladder.steps])
    return [
        {"tier": tiers[step.tier_id], "now": now.get(step.tier_id, 0), "then": then.get(step.tier_id, 0)}
        for step in main.ladder.steps
    ]


def _shares(request: StaffRequest, found: Replay) -> dict[str, Any]:
    """Who would have more comes first. `?after=difference:id` leads on."""
    its = ReplayShare.objects.filter(replay=found).select_related("customer", "tier_now", "tier_then")
    its = its.order_by(F("difference").desc(), F("pk").desc())
    difference, _colon, pk = request.GET.get("after", "").partition(":")
    if pk.isdecimal() and difference.lstrip("-").isdecimal() and len(pk) < 19 and len(difference) < 19:
        points, last = int(difference), int(pk)
        its = its.filter(Q(difference__lt=points) | Q(difference=points, pk__lt=last))
    rows = list(its[: SHOWN + 1])
    last_row = rows[SHOWN - 1] if len(rows) > SHOWN else None
    return {
        "shares": rows[:SHOWN],
        "after": f"{last_row.difference}:{last_row.pk}" if last_row else "",
    }


@require_POST
@permission_required("loyalty.change_rule", raise_exception=True)
def cancellation(request: StaffRequest, pk: int) -> HttpResponse:
    found = _found(pk)
    long_work.do(request, replaying.cancel, found)
    return HttpResponseRedirect(_page(found))


@require_POST
@permission_required("loyalty.change_rule", raise_exception=True)
def resumption(request: StaffRequest, pk: int) -> HttpResponse:
    found = _found(pk)
    long_work.do(request, replaying.go_on, found, start=replay_tasks.start_replay)
    return HttpResponseRedirect(_page(found))


def _found(pk: int) -> Replay:
    its = Replay.objects.select_related("rule__programme", "started_by")
    return get_object_or_404(its, pk=pk)


def _page(found: Replay) -> str:
    return reverse("programme:replay", args=[found.pk])
