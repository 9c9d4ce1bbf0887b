"""`/join/`: name, phone or e-mail, two consents, a code; then the card. Works without JavaScript, from 360 px."""

from __future__ import annotations

import secrets
from contextlib import suppress
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from crm import company
from crm.errors import Refusal
from crm.integrations import rate_limits
from crm.messages import outgoing
from crm.models import Shop
from crm.pages.requests import client_address
from crm.people.typed_address import address_of
from crm.secrets import one_time_codes
from loyalty.members import cards, referring, self_joining
from loyalty.members.joining import UnknownProgramme, programme_named
from loyalty.members.self_joining import Said
from loyalty.models import JoiningRequest, Member, Programme

KEPT = "joining"
BROWSER = "joining_browser"
CAME_BY = "joining_came_by"
# A busy counter, or all the phones behind one address of their provider; a machine sends more.
MOST_AN_HOUR = 60


class JoiningForm(forms.Form):
    name = forms.CharField(
        label=_("Your name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    address = forms.CharField(
        label=_("E-mail or phone"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "email", "autocapitalize": "none"}),
    )
    processing = forms.BooleanField(
        label=_("I agree that my data are processed so that I can take part in the programme."),
        error_messages={"required": _("Without this consent we may not keep your card.")},
    )
    advertising = forms.BooleanField(
        label=_("I would like to hear of offers. I can take this back at any time."), required=False
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}
        ),
    )

    def clean_code(self) -> str:
        """Spaces between the digits mean nothing."""
        return "".join(str(self.cleaned_data["code"]).split())


@never_cache
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("address", "name")
def joining(request: HttpRequest) -> HttpResponse:
    """The form. `?shop=` is in the code on the counter, `?programme=` where there are several, `?by=` in the link of
    a member who recommends us."""
    programme, shop = _programme(request), _shop(request)
    form, status = JoiningForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            _check_how_often(request)
            return _ask(request, form.cleaned_data, programme=programme, shop=shop)
        except TooManyJoin as refused:
            form.add_error(None, str(refused.title))
            status = refused.status
        except Refusal as refused:
            form.add_error("address", str(refused.title))
    context = {"form": form, "programme": programme, "reaches_phones": outgoing.reaches("phone")}
    return render(request, "loyalty/joining/form.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("code")
def code(request: HttpRequest) -> HttpResponse:
    """Where the code is typed. The same page, whoever's address it is."""
    try:
        asked = _asked(request)
    except self_joining.RequestIsOver:
        return render(request, "loyalty/joining/over.html", status=410)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            member = self_joining.confirm(
                asked, code=form.cleaned_data["code"], browser=_browser(request), at=timezone.now()
            )
            del request.session[KEPT]
            _note_who_recommended(request, member)
            return _to_the_card(member)
        except Refusal as refused:
            form.add_error("code", str(refused.title))
    context = {"form": form, "programme": asked.programme, "address": asked.value}
    return render(request, "loyalty/joining/code.html", context)


@never_cache
@require_http_methods(["GET"])
def waiting(request: HttpRequest) -> HttpResponse:
    """Until the cashier has confirmed: asks by itself every few seconds."""
    try:
        asked = _asked(request)
    except self_joining.RequestIsOver:
        return render(request, "loyalty/joining/over.html", status=410)
    if asked.member:
        _note_who_recommended(request, asked.member)
        return _to_the_card(asked.member)
    return render(request, "loyalty/joining/waiting.html", {"asked": asked, "programme": asked.programme})


def _ask(request: HttpRequest, given: dict[str, Any], *, programme: Programme, shop: Shop) -> HttpResponse:
    at_the_counter = "shop" in request.GET
    kind, _value = address_of(given["address"], region=shop.region)
    by_message = outgoing.reaches(kind)
    if not by_message and not at_the_counter:
        raise NoWayToSend
    said = Said(
        name=given["name"],
        address=given["address"],
        agrees_to_advertising=given["advertising"],
        language=get_language() or "",
    )
    asked = self_joining.ask(
        said,
        programme=programme,
        shop=shop,
        through=Member.Joined.COUNTER if at_the_counter else Member.Joined.PAGE,
        browser=_browser(request),
        at=timezone.now(),
        asks_the_cashier=not by_message,
    )
    request.session[KEPT] = asked.pk
    request.session[CAME_BY] = request.GET.get("by", "")[:40]
    if not by_message:
        return HttpResponseRedirect(reverse("join-waiting"))
    _send_code(request, asked)
    return HttpResponseRedirect(reverse("join-code"))


def _note_who_recommended(request: HttpRequest, member: Member) -> None:
    """A code that does not count keeps nobody from joining."""
    if code := request.session.pop(CAME_BY, ""):
        with suppress(Refusal):
            referring.refer(member, code=code, at=timezone.now(), source="joining page")


class TooManyJoin(Refusal):
    code = "too-many-join"
    title = _("Very many people are joining from your network just now. Please try again in an hour.")
    status = 429


def _check_how_often(request: HttpRequest) -> None:
    """Each time a letter may go out, or a cashier is asked.

    Raises:
        TooManyJoin
    """
    address = client_address(request)
    if rate_limits.is_too_often(address, form="join", most_an_hour=MOST_AN_HOUR, at=timezone.now()):
        raise TooManyJoin


class NoWayToSend(Refusal):
    code = "no-way-to-send"
    title = _("We cannot send a code to a phone yet. Please give an e-mail, or join at the counter.")
    status = 422


@sensitive_variables()
def _send_code(request: HttpRequest, asked: JoiningRequest) -> None:
    made = one_time_codes.make(
        kind=asked.kind, value=asked.value, browser=_browser(request), at=timezone.now()
    )
    house = company.current()
    outgoing.send(
        kind=asked.kind,
        to=asked.value,
        subject=str(_("%(code)s is your code for %(company)s") % {"code": made, "company": house.name}),
        text=render_to_string("loyalty/joining/letter.txt", {"code": made, "company": house}),
    )


def _to_the_card(member: Member) -> HttpResponse:
    """Whoever joined has a link already: nothing is written by looking."""
    link = cards.link_of(member, at=timezone.now())
    return HttpResponseRedirect(reverse("card", args=[cards.token_of(link)]))


def _asked(request: HttpRequest) -> JoiningRequest:
    browser = str(request.session.get(BROWSER, ""))
    return self_joining.request_of(request.session.get(KEPT), browser=browser, at=timezone.now())


def _browser(request: HttpRequest) -> str:
    """What only this browser's session knows."""
    if BROWSER not in request.session:
        request.session[BROWSER] = secrets.token_urlsafe(16)
    return str(request.session[BROWSER])


def _programme(request: HttpRequest) -> Programme:
    try:
        return programme_named(request.GET.get("programme", ""), at=timezone.now())
    except UnknownProgramme as error:
        raise Http404 from error


def _shop(request: HttpRequest) -> Shop:
    """The one whose counter this is, else the first."""
    shops = Shop.objects.filter(is_active=True).order_by("pk")
    if slug := request.GET.get("shop"):
        shops = shops.filter(slug=slug)
    shop = shops.first()
    if shop is None:
        raise Http404
    return shop
