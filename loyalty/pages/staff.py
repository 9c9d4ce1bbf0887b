"""A member, as colleagues see them: balances, lots, tier, statement, cards; and what they may do about it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.core.cache import cache
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from crm.errors import Refusal
from crm.models import Customer, Shop
from crm.pages.requests import StaffRequest
from loyalty.members import cards
from loyalty.members.joining import join, programme_named
from loyalty.models import Card, CardLink, Member
from loyalty.points import adjustment, statement
from loyalty.points.standing import Standing, lots_of

LOTS_SHOWN = 20
LARGEST_ADJUSTMENT = 10_000_000
REPEATS_KNOWN_SECONDS = 24 * 60 * 60


class AdjustmentForm(forms.Form):
    points = forms.IntegerField(
        label=gettext_lazy("Points"),
        min_value=-LARGEST_ADJUSTMENT,
        max_value=LARGEST_ADJUSTMENT,
        help_text=gettext_lazy("Below zero: points are taken."),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)


class CardForm(forms.Form):
    number = forms.CharField(label=gettext_lazy("Number of the card"), max_length=40)


class BlockForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Why it is blocked"), max_length=200)
    number = forms.CharField(
        label=gettext_lazy("The new card instead"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Empty: the member has none for now."),
    )


@require_GET
@permission_required("loyalty.view_member", raise_exception=True)
def member(request: StaffRequest, pk: int) -> HttpResponse:
    one = _member(pk)
    if one.merged_into_id:
        return HttpResponseRedirect(reverse("loyalty:member", args=[one.merged_into_id]))
    now = timezone.now()
    before = request.GET.get("before", "")
    context = {
        **admin.site.each_context(request),
        "title": str(one.customer),
        "member": one,
        "now": now,
        "standing": Standing(one, now),
        "lots": list(lots_of(one)[:LOTS_SHOWN]),
        "holds": list(one.wallet.holds.order_by("-pk")[:5]) if one.wallet.held else [],
        "statement": statement.page(one.pk, before=int(before) if before.isdigit() else None),
        "cards": list(one.cards.select_related("issued_by", "blocked_by").order_by("-pk")),
        "waiting": list(one.adjustments.filter(decision="", expires_at__gt=now)),
        "link": CardLink.objects.filter(member=one, ended_at=None).first(),
        "adjustment_form": AdjustmentForm(initial={"key": uuid.uuid4().hex}),
        "card_form": CardForm(),
        "block_form": BlockForm(),
        "allowance_left": adjustment.allowance_left(request.user, one, at=now),
        "may_adjust": request.user.has_perm(adjustment.MAY_ASK),
        "may_issue": request.user.has_perm("loyalty.change_card"),
    }
    return TemplateResponse(request, "loyalty/staff/member.html", context)


@require_POST
@permission_required("loyalty.add_member", raise_exception=True)
def memberships(request: StaffRequest, customer_pk: int) -> HttpResponse:
    """Make a customer a member; twice is once."""
    person = get_object_or_404(Customer, pk=customer_pk)
    now = timezone.now()
    try:
        programme = programme_named(request.POST.get("programme", ""), at=now)
        joined = join(
            person,
            programme=programme,
            through=Member.Joined.STAFF,
            source="agent",
            source_id=f"join:{programme.pk}:{person.pk}:{now.isoformat()}",
            actor=request.user,
            at=now,
        )
    except Refusal as refused:
        messages.error(request, str(refused.title))
        return HttpResponseRedirect(reverse("crm:customer", args=[person.pk]))
    messages.success(request, _("The membership has begun."))
    return HttpResponseRedirect(reverse("loyalty:member", args=[joined.pk]))


@require_POST
@permission_required(adjustment.MAY_ASK, raise_exception=True)
def adjustments(request: StaffRequest, pk: int) -> HttpResponse:
    """Give or take points within the allowance, or ask a second person. The form carries a key: twice is once."""
    _member(pk)
    form = AdjustmentForm(request.POST)
    if not form.is_valid() or not form.cleaned_data["points"]:
        messages.error(request, _("Give a number of points other than 0, and a reason."))
        return _back(pk)
    given = form.cleaned_data

    def ask(one: Member, now: datetime) -> str:
        if not cache.add(f"adjustment:{given['key']}", 1, REPEATS_KNOWN_SECONDS):
            return _("This was sent before, and is done once.")
        asked = adjustment.request_adjustment(
            one, points=given["points"], reason=given["reason"], by=request.user, at=now
        )
        if asked.decision:
            return _("The points are adjusted.")
        messages.warning(
            request, _("This is more than your allowance of today. A second person has 24 hours to decide.")
        )
        return ""

    return _done(request, pk, ask)


@require_POST
@permission_required("loyalty.change_card", raise_exception=True)
def issue(request: StaffRequest, pk: int) -> HttpResponse:
    def give(one: Member, now: datetime) -> str:
        number = request.POST.get("number", "")
        cards.issue(number, member=one, shop=_shop(request), by=request.user, at=now)
        return _("The card is issued.")

    return _done(request, pk, give)


@require_POST
@permission_required("loyalty.change_card", raise_exception=True)
def block(request: StaffRequest, pk: int, card_pk: int) -> HttpResponse:
    """Block a card, and give another instead when its number was typed."""
    card = get_object_or_404(Card, pk=card_pk, member=pk)
    reason, number = request.POST.get("reason", "").strip(), request.POST.get("number", "").strip()

    def act(one: Member, now: datetime) -> str:
        if number:
            cards.replace(card, number=number, reason=reason, shop=_shop(request), by=request.user, at=now)
            return _("The old card is blocked, and the new one is issued.")
        cards.block(card, reason=reason, by=request.user, at=now)
        return _("The card is blocked: nothing is spent with it any more.")

    return _done(request, pk, act)


@require_POST
@permission_required("loyalty.change_card", raise_exception=True)
def link(request: StaffRequest, pk: int) -> HttpResponse:
    """Make a link to the mobile card, or end the one there is."""

    def act(one: Member, now: datetime) -> str:
        if request.POST.get("deed") == "end":
            cards.end_link(one, by=request.user, at=now)
            return _("The link is ended: whoever has it sees nothing any more.")
        made = cards.link_of(one, at=now)
        address = request.build_absolute_uri(reverse("card", args=[cards.token_of(made)]))
        return _("The mobile card: %(address)s") % {"address": address}

    return _done(request, pk, act)


def _done(request: StaffRequest, pk: int, act: Callable[[Member, datetime], str]) -> HttpResponse:
    """`act` says what is done; nothing, when it told the reader already that it is not."""
    try:
        if said := act(_member(pk), timezone.now()):
            messages.success(request, said)
    except Refusal as refused:
        messages.error(request, str(refused.title))
    return _back(pk)


def _member(pk: int) -> Member:
    return get_object_or_404(
        Member.objects.select_related("programme", "customer", "wallet", "merged_into"),
        pk=pk,
        customer__erased_at=None,
    )


def _back(pk: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("loyalty:member", args=[pk]))


def _shop(request: StaffRequest) -> Shop:
    """Where the colleague works, else the first shop of the house."""
    own: Any = request.user.shops.filter(is_active=True).order_by("pk").first()
    return own or Shop.objects.filter(is_active=True).order_by("pk").earliest("pk")
