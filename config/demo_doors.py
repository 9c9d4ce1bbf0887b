"""The doors of the demo: one click, no password, from this machine only.

They stand in `config.demo_urls`, which only the demo's settings name, and each still asks for itself whether the
caller sits at this machine: see `from_this_machine`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.http.request import split_domain_port
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from crm import installing
from crm.demo import characters
from crm.demo.catalogue import BY_NAME
from crm.demo.characters import Character, Colleague
from crm.demo.lives import ONLINE
from crm.integrations import api_keys
from crm.models import Order, Shop, User

HERE = {"localhost", "127.0.0.1", "[::1]"}
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
KEY_LIVES = timedelta(hours=24)
ORDERS_SHOWN = 8

View = Callable[..., HttpResponseBase]


def from_this_machine(view: View) -> View:
    """Answer 404 to everybody who does not sit at this machine.

    Both must be loopback: the address of the connection (never a header that claims one) and the name it was called
    by, so that a page elsewhere cannot get in by pointing its own name at 127.0.0.1 (DNS rebinding).
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not (
            settings.DEMO and is_loopback(request.META.get("REMOTE_ADDR", "")) and is_called_here(request)
        ):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def is_loopback(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


def is_called_here(request: HttpRequest) -> bool:
    """By its `Host` header itself: a forwarded one is somebody's claim."""
    name, _port = split_domain_port(request.META.get("HTTP_HOST", ""))
    return name in HERE


def in_the_visitors_language(view: View) -> View:
    """Speak what the visitor chose, whoever they are signed in as: behind the doors they are somebody else."""

    @wraps(view)
    def spoken(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with translation.override(translation.get_language_from_request(request)):
            response = view(request, *args, **kwargs)
            response.headers["Content-Language"] = translation.get_language()
        return response

    return spoken


@dataclass(frozen=True, kw_only=True)
class Customer:
    """A customer's door, said in that customer's own language."""

    key: str
    name: str
    language: str


@require_GET
@never_cache
@from_this_machine
@in_the_visitors_language
def doors(request: HttpRequest) -> HttpResponse:
    """The page with the doors and the story behind them; where nobody works yet, moving in."""
    if installing.is_empty():
        return HttpResponseRedirect(reverse("setup"))
    return render(
        request,
        "demo/doors.html",
        {
            "is_loaded": User.objects.filter(email=characters.AGENT.email).exists(),
            "customers": [_customer(character) for character in characters.CUSTOMERS],
            "vera": _name(characters.VERA),
            "kalina": _name(characters.KALINA),
            "hannah": _name(characters.HANNAH),
            "agent": characters.AGENT.name,
            "cashier": characters.CASHIER.name,
            "manager": characters.MANAGER.name,
        },
    )


def _customer(character: Character) -> Customer:
    return Customer(key=character.key, name=_name(character), language=character.language)


def _name(character: Character) -> str:
    return f"{character.given_name} {character.family_name}"


@require_POST
@from_this_machine
@in_the_visitors_language
def agent(request: HttpRequest) -> HttpResponse:
    """To the list of customers, with the story's first sentence over it."""
    let_in(request, characters.AGENT)
    messages.info(
        request,
        _("Look for %(name)s in Varna: a parcel should have come by now, and has not.")
        % {"name": _name(characters.VERA)},
    )
    return HttpResponseRedirect(reverse("admin:crm_customer_changelist"))


@require_POST
@from_this_machine
@in_the_visitors_language
def manager(request: HttpRequest) -> HttpResponse:
    let_in(request, characters.MANAGER)
    return HttpResponseRedirect(reverse("admin:index"))


def let_in(request: HttpRequest, colleague: Colleague) -> None:
    """Sign in without a password; from then on the colleague reads what language this visitor reads."""
    user = get_object_or_404(User, email=colleague.email, is_active=True)
    user.language = translation.get_language() or ""
    user.save(update_fields=["language"])
    login(request, user, backend=BACKEND)


@require_POST
@never_cache
@from_this_machine
@in_the_visitors_language
def shop(request: HttpRequest) -> HttpResponse:
    """A key to the API, made now and shown this once, with lines to try it."""
    online = get_object_or_404(Shop, slug=ONLINE)
    now = timezone.now()
    tried = BY_NAME["Earl Grey Bergamot, 100 g"]
    key, text = api_keys.issue_key(shop=online, scopes=["*"], name="Demo", expires_at=now + KEY_LIVES)
    return render(
        request,
        "demo/shop.html",
        {
            "shop": online,
            "key": text,
            "expires_at": key.expires_at,
            "base": request.build_absolute_uri("/api/v1"),
            "sku": tried.sku,
            "price": str(tried.price),
            "order_id": f"try-{now:%H%M%S}",
            "placed_at": now.isoformat(timespec="seconds"),
            "customer": _name(characters.VERA),
            "customer_number": str(characters.VERA.number),
        },
    )


@require_POST
@from_this_machine
def customer(request: HttpRequest, key: str) -> HttpResponse:
    """In as one of the known customers, to their own orders."""
    known = {character.key: character for character in characters.CUSTOMERS}
    if key not in known:
        raise Http404
    user = get_object_or_404(User, email=known[key].email, is_active=True)
    user.language = known[key].language
    user.save(update_fields=["language"])
    login(request, user, backend=BACKEND)
    return HttpResponseRedirect(reverse("demo:orders"))


@require_GET
@never_cache
@from_this_machine
def orders(request: HttpRequest) -> HttpResponse:
    """What a customer sees of their orders, newest first; `?before=` goes on to the earlier ones."""
    person = request.user.customer if request.user.is_authenticated else None
    if person is None:
        return HttpResponseRedirect(reverse("demo:doors"))
    found = list(_orders_of(person.pk, request.GET.get("before", ""))[: ORDERS_SHOWN + 1])
    context = {
        "person": person,
        "orders": found[:ORDERS_SHOWN],
        # Text: as a number it would get its thousands apart.
        "before": str(found[ORDERS_SHOWN - 1].pk) if len(found) > ORDERS_SHOWN else "",
        "now": timezone.now(),
    }
    with timezone.override(ZoneInfo(person.time_zone or settings.TIME_ZONE)):
        return render(request, "demo/orders.html", context)


def _orders_of(customer_id: int, before: str) -> QuerySet[Order]:
    own = Order.objects.filter(customer=customer_id)
    last = own.filter(pk=int(before)).first() if before.isdecimal() and len(before) < 19 else None
    if last:
        earlier = Q(placed_at__lt=last.placed_at) | Q(placed_at=last.placed_at, pk__lt=last.pk)
        own = own.filter(earlier)
    return own.select_related("shop").prefetch_related("shipments", "lines").order_by("-placed_at", "-pk")
