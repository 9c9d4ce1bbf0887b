"""The window of the chat, shown in a frame on a shop's pages, and what its script asks for.

No cookie is read: browsers give none to a frame on another site. The token stands in a header, so that no other page
can send it for somebody.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.constants import NONE, SELF
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm import company
from crm.channel_tasks import start_working_off
from crm.channels.chat import ChatSettings
from crm.errors import Refusal
from crm.integrations.rate_limits import is_too_often
from crm.messages import chatting, receiving
from crm.models import ChannelAccount, Message
from crm.pages.requests import client_address

CHANNEL = "chat"
# A busy page behind one address of a provider; a machine opens more.
MOST_OPENED_AN_HOUR = 120
MOST_SAID_AN_HOUR = 200
LARGEST_BODY = 40_000

View = Callable[..., HttpResponseBase]


class TooMuchSaid(Refusal):
    code = "too-much-said"
    title = _("That was a lot in a short time. Please wait a little before you go on.")
    status = 429


class NotReadable(Refusal):
    code = "not-readable"
    title = _("This cannot be read.")
    status = 400


def spoken(view: View) -> View:
    """In the language that the shop's page speaks; a refusal is a status and a sentence."""

    @wraps(view)
    def answered(request: HttpRequest, key: str) -> HttpResponseBase:
        wanted = request.GET.get("language", "")[:2]
        known = (
            wanted if wanted in dict(settings.LANGUAGES) else translation.get_language_from_request(request)
        )
        with translation.override(known):
            try:
                return view(request, receiving.account_at(CHANNEL, key))
            except Refusal as refused:
                return JsonResponse(
                    {"code": refused.code, "title": str(refused.title)}, status=refused.status
                )

    return answered


@require_GET
@never_cache
@xframe_options_exempt
@spoken
def window(request: HttpRequest, account: ChannelAccount) -> HttpResponse:
    """Only the pages of the shop may show it: `sites` of the account's settings."""
    sites = list(ChatSettings.read(account.settings).sites)
    context = {
        "account": account,
        "shop": account.shop or company.current(),
        "language": translation.get_language(),
    }
    response = render(request, "crm/chat/window.html", context)
    response._csp_replace = {"frame-ancestors": [SELF, *sites] if sites else [NONE]}  # type: ignore[attr-defined]
    return response


@csrf_exempt  # no cookie is read
@require_POST
@spoken
def visitors(request: HttpRequest, account: ChannelAccount) -> HttpResponse:
    """A token for this browser, or for the customer whom the shop's server proves."""
    now = timezone.now()
    if is_too_often(client_address(request), form="chat", most_an_hour=MOST_OPENED_AN_HOUR, at=now):
        raise TooMuchSaid
    told = _told(request)
    if "proof" not in told:
        return JsonResponse({"token": chatting.new_token(account)}, status=201)
    until = told.get("until")
    token = chatting.token_of_customer(
        account,
        number=str(told.get("customer", "")),
        until=int(until) if isinstance(until, str | int) and str(until).isdecimal() else 0,
        proof=str(told["proof"]),
        at=now,
    )
    return JsonResponse({"token": token}, status=201)


@csrf_exempt  # no cookie is read
@require_http_methods(["GET", "POST"])
@never_cache
@spoken
def messages(request: HttpRequest, account: ChannelAccount) -> HttpResponse:
    browser = chatting.browser_with(account, request.headers.get("X-Chat-Token", ""))
    return _say(request, account, browser) if request.method == "POST" else _show(request, account, browser)


@csrf_exempt  # no cookie is read
@require_POST
@spoken
def reading(request: HttpRequest, account: ChannelAccount) -> HttpResponse:
    """Our messages stand before the visitor's eyes."""
    browser = chatting.browser_with(account, request.headers.get("X-Chat-Token", ""))
    chatting.note_read(account, browser, at=timezone.now())
    return HttpResponse(status=204)


def _say(request: HttpRequest, account: ChannelAccount, browser: str) -> HttpResponse:
    now = timezone.now()
    if is_too_often(browser, form="chat-message", most_an_hour=MOST_SAID_AN_HOUR, at=now):
        raise TooMuchSaid
    told = _told(request)
    with transaction.atomic():
        kept = chatting.say(
            account,
            browser,
            key=str(told.get("id", "")),
            text=str(told.get("text", "")),
            language=translation.get_language() or "",
            at=now,
        )
        if kept:
            start_working_off(kept)
    return JsonResponse({}, status=202)


def _show(request: HttpRequest, account: ChannelAccount, browser: str) -> HttpResponse:
    """304 while nothing is new: most questions are asked in silence."""
    found = chatting.conversation(account, browser)
    tag = f'"{found.version}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    shown = [_shown(message) for message in found.messages]
    return JsonResponse({"messages": shown}, headers={"ETag": tag})


def _shown(message: Message) -> dict[str, Any]:
    return {
        "id": message.pk,
        "key": chatting.visitors_own_key(message),
        "ours": not message.is_from_customer,
        "text": message.text,
        "at": message.occurred_at.isoformat(),
        "who": message.author.name.partition(" ")[0] if message.author else "",
        "choices": message.choices,
    }


def _told(request: HttpRequest) -> dict[str, Any]:
    """Raises NotReadable."""
    body = request.body
    try:
        found = json.loads(body) if 0 < len(body) <= LARGEST_BODY else None
    except (ValueError, RecursionError) as error:
        raise NotReadable from error
    if not isinstance(found, dict):
        raise NotReadable
    return found
