"""The first page of an empty house: the company, its first shop, its first administrator."""

from __future__ import annotations

import ipaddress
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.request import split_domain_port
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from crm import company, installing, logos
from crm.colleagues.sign_in import let_in
from crm.errors import Refusal
from crm.installing import AdministratorGiven, CompanyGiven, ShopGiven
from crm.models import Installation, Shop, User

HERE = {"localhost", "127.0.0.1", "[::1]"}
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED", "HTTP_VIA")
MAY_SET_UP = "may_set_up"


class SetupForm(forms.Form):
    company = forms.CharField(label=_("Name"), max_length=100, help_text=_("As customers know you."))
    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        help_text=_("PNG, JPEG or WebP, 200 KB at most. Customers see it. You can add it later."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    currency = forms.RegexField(
        r"^[A-Z]{3}$", label=_("Currency"), initial="EUR", help_text=_("Three letters: EUR, RUB, USD.")
    )
    time_zone = forms.ChoiceField(label=_("Time zone"))
    languages = forms.MultipleChoiceField(
        label=_("Languages of your customers"),
        choices=settings.LANGUAGES,
        widget=forms.CheckboxSelectMultiple,
    )
    shop = forms.CharField(label=_("Name"), max_length=100)
    slug = forms.SlugField(
        label=_("Short name"),
        required=False,
        max_length=50,
        help_text=_("Latin letters and dashes, for addresses and commands. Empty: made from the name."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Shop.Kind.choices)
    region = forms.RegexField(
        r"^[A-Z]{2}$", label=_("Country"), help_text=_("Two letters: BG, RU, DE. Local phones are read so.")
    )
    name = forms.CharField(label=_("Your name"), max_length=150)
    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        label=_("Password"),
        help_text=_("12 characters or more."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = [(zone, zone) for zone in company.time_zones()]  # type: ignore[attr-defined]
        self.initial.setdefault("time_zone", settings.TIME_ZONE)
        self.initial.setdefault("languages", [get_language()])

    def clean_logo(self) -> bytes:
        given = self.cleaned_data["logo"]
        if not given:
            return b""
        picture: bytes = given.read(logos.LARGEST_BYTES + 1)
        try:
            logos.type_of(picture)
        except Refusal as refused:
            raise forms.ValidationError(str(refused.title)) from refused
        return picture

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("shop") and not given.get("slug"):
            given["slug"] = slugify(given["shop"])[:50] or "shop"
        self._check_password(given)
        return given

    def _check_password(self, given: dict[str, Any]) -> None:
        person = User(email=given.get("email", ""), name=given.get("name", ""))
        try:
            password_validation.validate_password(given.get("password", ""), person)
        except forms.ValidationError as weak:
            self.add_error("password", weak)

    def given(self) -> tuple[CompanyGiven, ShopGiven, AdministratorGiven]:
        data = self.cleaned_data
        return (
            CompanyGiven(
                name=data["company"],
                currency=data["currency"],
                time_zone=data["time_zone"],
                languages=data["languages"],
                logo=data["logo"],
            ),
            ShopGiven(name=data["shop"], slug=data["slug"], kind=data["kind"], region=data["region"]),
            AdministratorGiven(
                email=data["email"],
                name=data["name"],
                password=data["password"],
                language=get_language() or "",
            ),
        )


@require_GET
@never_cache
def front(request: HttpRequest) -> HttpResponse:
    """`/`: the desk; on an empty installation, moving in."""
    return HttpResponseRedirect(reverse("setup" if installing.is_empty() else "admin:index"))


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters("password")
def setup(request: HttpRequest) -> HttpResponse:
    """Answers only while nobody works here, and only to this machine or to whoever holds the console's link."""
    if not installing.is_empty():
        raise Http404
    if token := request.GET.get("token"):
        if installing.is_link_token(token, at=timezone.now()):
            request.session[MAY_SET_UP] = True
        return HttpResponseRedirect(reverse("setup"))
    if not (request.session.get(MAY_SET_UP) or _from_this_machine(request)):
        return render(request, "setup/locked.html", status=403)
    form = SetupForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _move_in(request, form)
        except Refusal as refused:
            form.add_error(None, str(refused.title))
    return render(request, "setup/house.html", {"form": form})


def _move_in(request: HttpRequest, form: SetupForm) -> HttpResponse:
    house, shop, administrator = form.given()
    user = installing.install(company=house, shop=shop, administrator=administrator, at=timezone.now())
    company.forget()
    let_in(request, user)
    return HttpResponseRedirect(reverse("mfa_activate_totp"))


def _from_this_machine(request: HttpRequest) -> bool:
    """By the connection's address and the name it was called by. A proxy in between means: not from this machine."""
    if not settings.SETUP_FROM_THIS_MACHINE or any(header in request.META for header in FORWARDED):
        return False
    name, _port = split_domain_port(request.META.get("HTTP_HOST", ""))
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return name in HERE and address.is_loopback


@require_GET
@cache_control(max_age=300, public=True)
def logo(request: HttpRequest) -> HttpResponse:
    """The company's logo, for everybody: it stands on pages that customers see."""
    house = Installation.objects.exclude(logo_type="").first()
    if house is None:
        raise Http404
    return HttpResponse(
        bytes(house.logo),
        content_type=house.logo_type,
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )
