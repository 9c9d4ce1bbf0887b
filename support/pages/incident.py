"""One incident on one page: whom it touches, what was told and how far that is, which tickets belong to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from django_htmx.http import HttpResponseClientRefresh

from crm import rules
from crm.messages.channel_names import channel_name
from crm.messages.notifying import WhyNot
from crm.pages.requests import StaffRequest
from support.incidents import affecting, announcing, goodwill
from support.incidents.affecting import Foresight
from support.models import Incident, IncidentGoodwill, IncidentNotice, IncidentTicket, Ticket
from support.pages.incidents import CHANGES, SEES
from support.sight import Sight

ANNOUNCES = "support.announce_incident"
SHOWN = 25
SAMPLE = 8

WHY_NOT: Mapping[str, str | Promise] = {
    WhyNot.SWITCHED_OFF: _("this notice is switched off"),
    WhyNot.ERASED: _("the person was erased"),
    WhyNot.NO_WAY: _("no address or number is known"),
    WhyNot.NO_CONSENT: _("no consent to advertising"),
    WhyNot.TOO_OFTEN: _("they had enough advertising this week"),
    WhyNot.VALUE_MISSING: _("something that the words speak of is not known"),
    announcing.FAULT: _("something broke on our side: it stands in the log"),
}


@require_GET
@permission_required(SEES, raise_exception=True)
def page(request: StaffRequest, pk: int) -> HttpResponse:
    incident, at, user = found(pk), timezone.now(), request.user
    may_see_people = user.has_perm("crm.view_customer")
    context = {
        **admin.site.each_context(request),
        "title": incident.name,
        "incident": incident,
        "said": rules.sentence(incident.affected, "order"),
        "links_said": rules.sentence(incident.links, "ticket") if incident.links else "",
        "people": None if incident.state == Incident.State.RESOLVED else affecting.count(incident, at=at),
        "sample": affecting.some(incident, at=at, at_most=SAMPLE) if may_see_people else [],
        "notices": [_with_progress(one) for one in incident.notices.select_related("let_out_by")],
        "at_work": incident.notices.at_work().first(),
        "tickets": _tickets(incident, Sight(user)),
        "given": _goodwill(incident),
        "may_change": user.has_perm(CHANGES),
        "may_announce": user.has_perm(ANNOUNCES),
        "may_decide": user.has_perm(goodwill.MAY_DECIDE),
        "now": at,
    }
    return TemplateResponse(request, "support/incidents/incident.html", context)


@require_GET
@never_cache
@permission_required(SEES, raise_exception=True)
def progress(request: StaffRequest, pk: int) -> HttpResponse:
    """How far the notice is; the whole page anew once it is done."""
    incident = found(pk)
    notice = incident.notices.at_work().first()
    if notice is None:
        return HttpResponseClientRefresh()
    context = {"incident": incident, **_with_progress(notice), "now": timezone.now()}
    return TemplateResponse(request, "support/incidents/_progress.html", context)


def found(pk: int) -> Incident:
    return get_object_or_404(
        Incident.objects.select_related("script", "shop", "announced_by", "resolved_by"), pk=pk
    )


def foresight_said(ahead: Foresight) -> dict[str, Any]:
    """The counts with their words."""
    return {
        "looked_at": ahead.looked_at,
        "by_channel": [(channel_name(channel), n) for channel, n in ahead.by_channel.most_common()],
        "why_not": [(WHY_NOT.get(why, why), n) for why, n in ahead.why_not.most_common()],
        "waiting": ahead.waiting,
        "reached": sum(ahead.by_channel.values()),
    }


def _with_progress(notice: IncidentNotice) -> dict[str, Any]:
    done = announcing.progress(notice)
    total = done["told"] + done["untold"] + done["left"]
    why = notice.tellings.exclude(why_not="").order_by().values_list("why_not", flat=True)
    return {
        "notice": notice,
        "done": done,
        "percent": 100 * (total - done["left"]) // total if total else 0,
        "is_silent": notice.is_at_work and notice.is_silent(timezone.now()),
        "why_not": sorted({str(WHY_NOT.get(code, code)) for code in why}),
    }


def _tickets(incident: Incident, sight: Sight) -> list[Ticket]:
    """The newest of those that this reader sees."""
    linked = IncidentTicket.objects.standing().filter(incident=incident).values("ticket")
    seen = sight.of(Ticket.objects.filter(pk__in=linked)).select_related("customer", "assignee")
    return list(seen.order_by("-last_message_at", "-pk")[:SHOWN])


def _goodwill(incident: Incident) -> dict[str, Any] | None:
    given: IncidentGoodwill | None = (
        incident.goodwill.select_related("requested_by", "decided_by").order_by("-pk").first()
    )
    return {"its": given, **goodwill.progress(given)} if given else None
