"""The till page without a connection: the browser keeps the page and what was entered there, and tells it later."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from crm.errors import Refusal
from crm.pages.requests import StaffRequest
from loyalty.pages.till import at_the_till, shop_of
from loyalty.till import offline
from loyalty.till.errors import NotSigned

ASSETS = (
    "css/veren.css",
    "js/htmx.min.js",
    "js/veren.js",
    "js/till.js",
    "js/till-offline.js",
    "img/veren.svg",
)
LARGEST = 4096


@require_GET
@at_the_till
@never_cache
def page(request: StaffRequest) -> HttpResponse:
    """Names nobody: it stays in the browser when its reader has gone home."""
    shop = shop_of(request)
    return TemplateResponse(
        request,
        "loyalty/till/offline.html",
        {
            "title": _("Without a connection"),
            "shop": shop,
            "points_allowed": offline.points_allowed(shop) if shop else 0,
        },
    )


@require_POST
@at_the_till
@never_cache
def devices(request: StaffRequest) -> HttpResponse:
    """A key for this browser, to sign with what it does without a connection."""
    shop = shop_of(request)
    if shop is None:
        return JsonResponse({"said": _("Say in which shop you serve.")}, status=409)
    device, key = offline.equip(shop=shop, cashier=request.user, at=timezone.now())
    return JsonResponse(
        {"device": str(device.pk), "key": key, "ends_at": device.ends_at.isoformat(), "shop": shop.slug},
        status=201,
    )


@csrf_exempt
@require_POST
@never_cache
def replays(request: HttpRequest) -> HttpResponse:
    """One signed operation. What it is signed with proves it, whoever is signed in by now."""
    try:
        told = _told(request)
        done = offline.replay(
            device=told["device"], told=told["told"], shown=told["signature"], at=timezone.now()
        )
    except Refusal as refused:
        return JsonResponse({"code": refused.code, "said": str(refused.title)}, status=refused.status)
    return JsonResponse({"slip": reverse("till:slip", args=[done.pk])}, status=201)


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker. What it keeps changes with what it names, so a new release is fetched anew."""
    kept = json.dumps([reverse("till:offline"), *(static(asset) for asset in ASSETS)]).encode()
    response = TemplateResponse(
        request,
        "loyalty/till/worker.js",
        {"kept": base64.b64encode(kept).decode(), "digest": hashlib.sha256(kept).hexdigest()[:16]},
        content_type="text/javascript; charset=utf-8",
    )
    response.headers["Cache-Control"] = "no-cache"
    return response


def _told(request: HttpRequest) -> dict[str, Any]:
    """Raises NotSigned: three texts belong together."""
    try:
        told = json.loads(request.body[:LARGEST])
    except ValueError as error:
        raise NotSigned from error
    names = ("device", "told", "signature")
    if not isinstance(told, dict) or not all(isinstance(told.get(name), str) for name in names):
        raise NotSigned
    return told
