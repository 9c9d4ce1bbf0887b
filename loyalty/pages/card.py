"""The mobile card behind its link: no sign-in, whoever has the link sees it. The link can be ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from crm import qr
from crm.pages.linking import ways
from crm.people import linking
from crm.words.wording import number
from loyalty.coupons import rewarding
from loyalty.members import card_codes, cards
from loyalty.models import CardLink, Member
from loyalty.points import carting, statement
from loyalty.points.standing import Standing

LINES_SHOWN = 10
LEVELS = 4


@require_safe
@never_cache
def card(request: HttpRequest, token: str) -> HttpResponse:
    link = _link(token)
    if link.ended_at:
        return render(request, "loyalty/card/over.html", status=410)
    member, now = goes_on(link.member), timezone.now()
    standing = Standing(member, now)
    tier = standing.main_tier
    context = {
        "token": token,
        "member": member,
        "programme": member.programme,
        "wallet": member.wallet,
        "standing": standing,
        "tier": tier,
        "level": _level(standing),
        "points_name": member.programme.points_name(get_language() or ""),
        "offers": rewarding.offers(member, at=now),
        "statement": statement.page(member.pk, before=_before(request), size=LINES_SHOWN),
        "first_page": _before(request) is None,
        "can_link": bool(linking.accounts()),
        "can_pay_in_carts": bool(carting.carts_of(member.programme)),
        **_code(link),
    }
    return render(request, "loyalty/card/page.html", context)


@require_safe
@never_cache
def code(request: HttpRequest, token: str) -> HttpResponse:
    """The next code, and the balance, for the page to put in their places."""
    link = open_link(token)
    found = _code(link)
    return JsonResponse(
        {
            "text": found["code"],
            "path": found["drawing"].path,
            "size": found["drawing"].size,
            "seconds": found["seconds"],
            "balance": number(goes_on(link.member).wallet.available),
        }
    )


@require_POST
@never_cache
def link_codes(request: HttpRequest, token: str) -> HttpResponse:
    """A code by which the member shows who they are in a messenger; the one before no longer works."""
    link = open_link(token)
    customer = goes_on(link.member).customer
    code = linking.make_code(customer, at=timezone.now())
    return render(request, "loyalty/card/linking.html", {"token": token, "code": code, "ways": ways(code)})


def _code(link: CardLink) -> Mapping[str, Any]:
    now = timezone.now()
    made = cards.code_of(link, at=now)
    seconds = 0 if made.never_changes else card_codes.seconds_left(now)
    return {
        "code": made.text,
        "drawing": qr.drawing(made.text),
        "seconds": seconds,
        # Inside a sentence, which each language writes in its own order.
        "counter": format_html("<span data-card-seconds>{}</span>", seconds),
    }


def open_link(token: str) -> CardLink:
    """Raises Http404: there is none, or it was ended."""
    link = _link(token)
    if link.ended_at:
        raise Http404
    return link


def _link(token: str) -> CardLink:
    link = cards.link_by(token)
    if link is None or link.member.customer.erased_at:
        raise Http404
    return link


def goes_on(member: Member) -> Member:
    while member.merged_into_id:
        member = Member.objects.select_related("programme", "customer", "wallet").get(
            pk=member.merged_into_id
        )
    return member


def _level(standing: Standing) -> int:
    """Which of the four looks of a card: more tiers than that share the highest."""
    tier = standing.main_tier.tier if standing.main_tier else None
    return min(tier.level, LEVELS) if tier else 0


def _before(request: HttpRequest) -> int | None:
    text = request.GET.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
