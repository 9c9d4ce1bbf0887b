"""One campaign on one page: what would happen, how far it is, what came of it; and its people, one reason at a time."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.core.cache import cache
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from django_htmx.http import HttpResponseClientRefresh

from crm.campaigns import audiences, foreseeing, measuring, running, starting
from crm.campaigns.foreseeing import Foresight
from crm.campaigns.kinds import kind_named, reasons_of
from crm.dashboards.dashboard import KEPT_FOR
from crm.errors import Refusal
from crm.models import Campaign, CampaignPerson, Customer
from crm.pages import campaign_words
from crm.pages.campaigns import CHANGES, SEES
from crm.pages.paging import number_in
from crm.pages.requests import StaffRequest

SHOWN = 50
# So many people take their time to count.
COSTLY = 5_000
State = Campaign.State
DECIDED_LATER = (State.DRAFT, State.WAITING)


@require_GET
@permission_required(SEES, raise_exception=True)
def page(request: StaffRequest, pk: int) -> HttpResponse:
    its, user, at = campaign_or_404(request, pk), request.user, timezone.now()
    kind = kind_named(its.kind)
    context = {
        **admin.site.each_context(request),
        "title": its.name,
        "campaign": its,
        "plan": getattr(its, "plan", None),
        "kind": kind,
        "deed": kind.said(its.terms),
        "said": audiences.said(its),
        "hold_out": round(its.hold_out * 100),
        **(_foreseen(request, its) if its.state in DECIDED_LATER else _done(its)),
        "may_change": its.is_draft and user.has_perm(CHANGES),
        "may_start": its.is_draft and starting.may_start(its, user),
        "may_decide": its.state == State.WAITING and starting.may_decide(its, user),
        "may_steer": user.has_perm(starting.MAY_START),
        "is_stale": its.state == State.WAITING and starting.is_stale(its, at=at),
        "now": at,
    }
    return TemplateResponse(request, "crm/campaigns/campaign.html", context)


@require_GET
@never_cache
@permission_required(SEES, raise_exception=True)
def progress(request: StaffRequest, pk: int) -> HttpResponse:
    """How far it is; the whole page anew once nothing is at work any more."""
    its = campaign_or_404(request, pk)
    if not its.is_at_work:
        return HttpResponseClientRefresh()
    return TemplateResponse(request, "crm/campaigns/_progress.html", {"campaign": its, **_progress(its)})


@require_GET
@permission_required(SEES, raise_exception=True)
def people(request: StaffRequest, pk: int) -> HttpResponse:
    """Its people by `?side=`, `?state=`, `?why=` and `?outcome=`, in the order in which they were drawn."""
    its = campaign_or_404(request, pk)
    words = reasons_of(kind_named(its.kind))
    known = {
        "side": CampaignPerson.Side.values,
        "state": CampaignPerson.State.values,
        "outcome": CampaignPerson.Outcome.values,
        "why_not": list(words),
    }
    chosen = {name: request.GET[name] for name, values in known.items() if request.GET.get(name) in values}
    found = its.people.filter(**chosen).select_related("customer").order_by("pk")
    after = number_in(request, "after")
    rows = list((found.filter(pk__gt=after) if after else found)[: SHOWN + 1])
    context = {
        **admin.site.each_context(request),
        "title": _("People of the campaign"),
        "campaign": its,
        "people": [{"its": one, "why_not": words.get(one.why_not, one.why_not)} for one in rows[:SHOWN]],
        "after": rows[SHOWN - 1].pk if len(rows) > SHOWN else None,
        "chosen": chosen,
        "sees_people": request.user.has_perm("crm.view_customer"),
    }
    return TemplateResponse(request, "crm/campaigns/people.html", context)


def campaign_or_404(request: StaffRequest, pk: int) -> Campaign:
    related = (
        "segment",
        "snapshot__segment",
        "started_by",
        "asked_by",
        "decided_by",
        "stopped_by",
        "plan__owner",
    )
    return get_object_or_404(Campaign.objects.select_related(*related), pk=pk)


def _foreseen(request: StaffRequest, its: Campaign) -> dict[str, Any]:
    try:
        seen = _foresight(its)
    except Refusal as refused:
        return {"refused": refused.title}
    return {
        "ahead": seen,
        "unreachable": _unreachable(request, its, seen),
        "visible": campaign_words.visible_said(its, seen),
        "needs_second": starting.needs_second_person(
            Campaign(people_foreseen=seen.people, budget_amount=its.budget_amount), most=seen.price.most
        ),
    }


def _foresight(its: Campaign) -> Foresight:
    """What is costly to count is told again for a while, as long as the draft stands as it does."""
    key = f"campaign-foresight:{its.pk}:{its.moved_at.timestamp()}"
    known: Foresight | None = cache.get(key)
    if known is None:
        known = foreseeing.foresee(its, at=timezone.now())
        if known.people >= COSTLY:
            cache.set(key, known, KEPT_FOR.total_seconds())
    return known


def _unreachable(request: StaffRequest, its: Campaign, seen: Foresight) -> list[dict[str, Any]]:
    """Each reason with how many, and the first of them by name for whoever may see people."""
    words = reasons_of(kind_named(its.kind))
    shown = [pk for people in seen.unreachable.values() for pk in people[: foreseeing.SHOWN]]
    known = Customer.objects.in_bulk(shown) if request.user.has_perm("crm.view_customer") else {}
    return [
        {
            "why": words.get(why, why),
            "count": count,
            "people": [known[pk] for pk in seen.unreachable[why][: foreseeing.SHOWN] if pk in known],
        }
        for why, count in seen.counted
    ]


def _done(its: Campaign) -> dict[str, Any]:
    result = measuring.result_of(its)
    return {
        **_progress(its),
        "why_not": _why_not(its),
        "over_at": measuring.over_at(its),
        "sides": campaign_words.sides_said(its, result) if its.counted_at else [],
        "concluded": campaign_words.concluded(its, result) if its.counted_at else [],
        "outcomes": _outcomes(its) if its.measured_at else [],
    }


def _progress(its: Campaign) -> dict[str, Any]:
    done = running.progress(its)
    total = done["done"] + done["skipped"] + done["left"]
    return {
        "done": done,
        "total": total,
        "percent": 100 * (total - done["left"]) // total if total else 0,
        "is_silent": its.is_at_work and its.is_silent(timezone.now()),
    }


def _why_not(its: Campaign) -> list[tuple[str, Any, int]]:
    words = reasons_of(kind_named(its.kind))
    found = its.people.exclude(why_not="").order_by().values_list("why_not").annotate(Count("pk"))
    return [(code, words.get(code, code), count) for code, count in sorted(found, key=lambda one: -one[1])]


def _outcomes(its: Campaign) -> list[tuple[str, str, int]]:
    """Of those treated: what became of how many."""
    treated = its.people.filter(side=CampaignPerson.Side.TREATED).exclude(outcome="").order_by()
    labels = dict(CampaignPerson.Outcome.choices)
    counted = treated.values_list("outcome").annotate(Count("pk"))
    return [(code, str(labels[code]), count) for code, count in counted]
