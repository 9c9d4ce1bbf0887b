"""The week's figures by e-mail: for whoever wants them, and the link that ends it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from crm import company
from crm.dashboards.narrowing import narrowed_by
from crm.digest import links, sending, subscribing, writing
from crm.digest.weeks import week_to_tell
from crm.models import DigestSubscription
from crm.pages.requests import StaffRequest

SEES_FIGURES = "crm.view_dashboard"


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(SEES_FIGURES, raise_exception=True)
def page(request: StaffRequest) -> HttpResponse:
    """Whether the reader gets it, and how the latest one reads. A POST subscribes, about whom its address says."""
    at = timezone.now()
    if request.method == "POST":
        subscribing.subscribe(request.user, narrowed=narrowed_by(request.GET.dict()), at=at)
        messages.success(request, _("You get the figures of each week by e-mail, on Monday morning."))
        return HttpResponseRedirect(reverse("digest"))
    its = DigestSubscription.objects.select_related("user").filter(user=request.user).first()
    week = week_to_tell(at.astimezone(company.current().clock))
    shown = its or DigestSubscription(user=request.user, subscribed_at=at, sent_for=week)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("The week by e-mail"),
        "subscription": its,
        "letter": writing.letter(shown, week=week, at=at),
        "query": request.GET.urlencode(),
    }
    return TemplateResponse(request, "crm/digest/page.html", context)


@require_POST
@permission_required(SEES_FIGURES, raise_exception=True)
def now(request: StaffRequest) -> HttpResponse:
    its = DigestSubscription.objects.select_related("user").filter(user=request.user).first()
    if its is None:
        messages.error(request, _("You do not get these letters yet."))
        return HttpResponseRedirect(reverse("digest"))
    try:
        sending.send_now(its, at=timezone.now())
        messages.success(request, _("The letter about last week is on its way."))
    except OSError:  # every refusal of a mail server is one
        messages.error(request, _("The e-mail could not be sent. Try again later."))
    return HttpResponseRedirect(reverse("digest"))


@require_POST
@permission_required(SEES_FIGURES, raise_exception=True)
def ending(request: StaffRequest) -> HttpResponse:
    subscribing.unsubscribe(request.user.pk)
    messages.success(request, _("No more letters with figures."))
    return HttpResponseRedirect(reverse("digest"))


@csrf_exempt  # a mail program has no session (RFC 8058): what it may do is proved by the token
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, token: str) -> HttpResponse:
    """From the letter, without signing in. A GET only asks."""
    user_id = links.user_id_of(token)
    if user_id is None:
        raise Http404
    if request.method == "POST":
        subscribing.unsubscribe(user_id)
    context = {"token": token, "is_done": request.method == "POST"}
    return render(request, "crm/digest/end.html", context)
