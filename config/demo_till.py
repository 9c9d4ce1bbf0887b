"""The demo's till, and the screen of the shop's own system, which hears of what is done there."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from config.demo_doors import from_this_machine, in_the_visitors_language, let_in
from config.demo_phone import asked
from crm.demo import characters, shop_system
from crm.demo.providers.server import WEBHOOK

SHOWN = 30


@require_POST
@from_this_machine
@in_the_visitors_language
def till(request: HttpRequest) -> HttpResponse:
    """To the till in Sofia, with the number of somebody who is known there."""
    let_in(request, characters.CASHIER)
    gold = characters.KALINA
    messages.info(
        request,
        _("%(name)s shows her card: %(card)s. She buys for 40, and brings a part of it back.")
        % {"name": f"{gold.given_name} {gold.family_name}", "card": gold.card},
    )
    return HttpResponseRedirect(reverse("till:home"))


@require_GET
@never_cache
@from_this_machine
@in_the_visitors_language
def heard(request: HttpRequest) -> HttpResponse:
    """What the shop's system heard by webhook, newest first; htmx asks for the list alone."""
    received = asked("GET", "/control/received", params={"channel": WEBHOOK}).get("received", [])
    is_part = request.headers.get("HX-Request") == "true"
    context = {"heard": shop_system.heard(received)[:SHOWN], "now": timezone.now()}
    return render(request, "demo/_heard.html" if is_part else "demo/heard.html", context)
