"""A customer's phone in the demo: what the stand-ins received for them, and a box to answer as the customer."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

import httpx
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from config.demo_doors import from_this_machine, in_the_visitors_language
from crm.channel_tasks import start_working_off
from crm.channels.base import Delivery
from crm.channels.email import hooks, mailbox
from crm.demo import channels, characters
from crm.demo.characters import Character
from crm.demo.providers import pushing
from crm.demo.providers.pushing import Push
from crm.messages import receiving
from crm.messages.channel_names import channel_icon, channel_name
from crm.models import ChannelAccount

# What one can write by; one rings by phone.
WRITES = ("telegram", "viber", "sms", "email")
RINGS = "phone"
PATIENCE_SECONDS = 5
LONGEST_TEXT = 2000
SHOWN = 40
STEPS = ("rang", "missed")
KNOWN = {character.key: character for character in characters.CUSTOMERS}


@dataclass(frozen=True, kw_only=True)
class Bubble:
    channel: str
    text: str
    subject: str
    at: datetime
    is_theirs: bool

    @property
    def channel_name(self) -> object:
        return channel_name(self.channel)

    @property
    def icon(self) -> str:
        return channel_icon(self.channel)


@require_GET
@never_cache
@from_this_machine
@in_the_visitors_language
def phone(request: HttpRequest) -> HttpResponse:
    """`?who=` names the customer; htmx asks for the bubbles alone."""
    who = _character(request.GET.get("who", characters.VERA.key))
    own = channels.handles(who)
    accounts = _accounts()
    context = {
        "who": who,
        "name": f"{who.given_name} {who.family_name}",
        "people": characters.CUSTOMERS,
        "bubbles": _bubbles(own),
        "ways": [(name, channel_name(name)) for name in WRITES if name in accounts],
        "chosen": request.GET.get("by", WRITES[0]),
        "can_ring": RINGS in accounts,
        "chat": accounts.get("chat"),
        "now": timezone.now(),
    }
    is_part = request.headers.get("HX-Request") == "true"
    return render(request, "demo/_phone_bubbles.html" if is_part else "demo/phone.html", context)


@require_POST
@from_this_machine
@in_the_visitors_language
def answer(request: HttpRequest) -> HttpResponse:
    """Write to the shop as the customer, by the company whose channel it is."""
    who, by = _character(request.POST.get("who", "")), request.POST.get("by", "")
    text = request.POST.get("text", "").strip()[:LONGEST_TEXT]
    account = _accounts().get(by)
    if account is None or by not in WRITES:
        raise Http404
    if text:
        _tell(request, account, who, text)
    return _back(who, by)


@require_POST
@from_this_machine
@in_the_visitors_language
def ring(request: HttpRequest) -> HttpResponse:
    """Ring the shop: it rings at the agents' desks until the customer hangs up."""
    who, step = _character(request.POST.get("who", "")), request.POST.get("step", "")
    account = _accounts().get(RINGS)
    if account is None or step not in STEPS:
        raise Http404
    number = request.session.get("demo_call", "") if step != "rang" else secrets.token_hex(8)
    request.session["demo_call"] = number
    if number:
        at, line = timezone.now(), account.address
        push = pushing.call_step(account, number=number, step=step, who=who.phone, at=at, line=line)
        said = _("You are ringing the shop.") if step == "rang" else _("You hung up.")
        _push(request, account, push, who, str(said))
        messages.info(request, said)
    return _back(who, "")


def _character(key: str) -> Character:
    if key not in KNOWN:
        raise Http404
    return KNOWN[key]


def _accounts() -> Mapping[str, ChannelAccount]:
    """The demo's own, each under its channel's name."""
    named = ChannelAccount.objects.open().filter(name__in=channels.NAMES.values())
    return {account.channel: account for account in named.select_related("shop")}


def _back(who: Character, by: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('demo:phone')}?who={who.key}&by={by}")


# ── what the stand-ins say ───────────────────────────────────────────────────
def _bubbles(own: Mapping[str, str]) -> Sequence[Bubble]:
    """The latest of all channels, newest first; none while the stand-ins do not answer."""
    pairs = {(channel, value.lower()) for channel, value in own.items()}
    found = asked("GET", "/control/received", params=[("to", value) for value in set(own.values())])
    mine = [one for one in found.get("received", []) if (one["channel"], one["to"].lower()) in pairs]
    return [
        Bubble(
            channel=one["channel"],
            text=one["text"],
            subject=one["subject"],
            at=datetime.fromisoformat(one["at"]),
            is_theirs=one["is_theirs"],
        )
        for one in reversed(mine[-SHOWN:])
    ]


def asked(method: str, path: str, **what: Any) -> dict[str, Any]:
    if not settings.DEMO_PROVIDERS_URL:
        return {}
    try:
        url = f"{settings.DEMO_PROVIDERS_URL}{path}"
        found: dict[str, Any] = httpx.request(
            method, url, timeout=PATIENCE_SECONDS, trust_env=False, **what
        ).json()
    except (httpx.HTTPError, ValueError):
        return {}
    return found


# ── what the customer says ───────────────────────────────────────────────────
def _tell(request: HttpRequest, account: ChannelAccount, who: Character, text: str) -> None:
    if account.channel == "email":
        _mail(account, who, text)
        _push(request, account, None, who, text)
    else:
        _push(request, account, _written(account, who, text), who, text)


def _written(account: ChannelAccount, who: Character, text: str) -> Push:
    own, at = channels.handles(who)[account.channel], timezone.now()
    number = int(at.timestamp() * 1000)
    match account.channel:
        case "telegram":
            return pushing.telegram_message(
                account,
                number=number,
                who=int(own),
                text=text,
                at=at,
                name=who.given_name,
                language=who.language,
            )
        case "viber":
            return pushing.viber_message(
                account, number=number, who=own, text=text, at=at, name=who.given_name
            )
        case _:
            return pushing.sms_message(account, number=f"in-{number}", who=own, text=text, at=at)


def _push(
    request: HttpRequest, account: ChannelAccount, push: Push | None, who: Character, text: str
) -> None:
    """Through the company's stand-in, which notes it and calls our hook as the real one would."""
    told: dict[str, Any] = {
        "theirs": {"channel": account.channel, "to": channels.handles(who)[account.channel], "text": text}
    }
    if push:
        path = reverse("hooks:hook", args=[account.channel, account.key])
        told |= {
            "url": request.build_absolute_uri(path),
            "headers": dict(push.headers),
            "body": push.body.decode(),
        }
    asked("POST", "/control/pushes", json=told)


def _mail(account: ChannelAccount, who: Character, text: str) -> None:
    """Laid into our mailbox as if it had been fetched: it answers the last mail of ours, if there was one."""
    at = timezone.now()
    mail = EmailMessage()
    mail["From"] = f"{who.given_name} {who.family_name} <{who.email}>"
    mail["To"] = account.address
    last = _last_mail(who)
    mail["Subject"] = f"Re: {last.get('subject', '')}" if last else text.split("\n")[0][:60]
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{secrets.token_hex(12)}@{who.email.rpartition('@')[2]}>"
    if last and last.get("key"):
        mail["In-Reply-To"] = str(last["key"]).strip()
    mail.set_content(text)
    raw = bytes(mail)
    brought = Delivery(delivery_id=hooks.identity_of(raw), body=raw, headers={hooks.WHAT: mailbox.FETCHED})
    with transaction.atomic():
        kept = receiving.keep(account, brought, at=at)
        if kept:
            start_working_off(kept)


def _last_mail(who: Character) -> Mapping[str, Any]:
    found = asked("GET", "/control/received", params={"channel": "email", "to": who.email})
    ours = [one for one in found.get("received", []) if not one["is_theirs"]]
    return ours[-1] if ours else {}
