"""The page behind the link under every message: what somebody wants of us. No sign-in; a GET changes nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from crm.consents import contact_preferences, preference_links
from crm.consents.contact_preferences import Wishes
from crm.messages.channel_names import channel_name
from crm.models import ConsentChannel, Customer, CustomerPreference, Identity, Shop
from crm.people.identity_kinds import IdentityKind
from crm.people.same_person import ids_of

SOURCE = "preference-page"
WRITTEN_TO = (IdentityKind.EMAIL, IdentityKind.PHONE, IdentityKind.TELEGRAM, IdentityKind.VIBER)
NO_MATTER = ("", _("it does not matter"))


class WishesForm(forms.Form):
    preferred_channel = forms.ChoiceField(label=_("Write to me by"), required=False)
    language = forms.ChoiceField(label=_("In which language"), required=False)
    advertising = forms.MultipleChoiceField(
        label=_("Offers are welcome by"), required=False, widget=forms.CheckboxSelectMultiple
    )
    payment = forms.ChoiceField(
        label=_("I like to pay"), required=False, choices=[NO_MATTER, *CustomerPreference.Payment.choices]
    )
    delivery = forms.ChoiceField(
        label=_("I like to get my goods"),
        required=False,
        choices=[NO_MATTER, *CustomerPreference.Delivery.choices],
    )

    def __init__(self, told: Any, *, customer: Customer, wishes: Wishes) -> None:
        initial = {
            "preferred_channel": wishes.preferred_channel,
            "language": wishes.language,
            "advertising": sorted(wishes.advertising),
            "payment": wishes.payment,
            "delivery": wishes.delivery,
        }
        super().__init__(told, initial=initial)
        kinds = set(Identity.objects.filter(customer__in=ids_of(customer)).values_list("kind", flat=True))
        channels = [(kind.value, channel_name(kind)) for kind in WRITTEN_TO if kind in kinds]
        self._choose("preferred_channel", [NO_MATTER, *channels])
        self._choose("language", [NO_MATTER, *settings.LANGUAGES])
        self._choose("advertising", [(name, ConsentChannel(name).label) for name in wishes.asked_about])

    def _choose(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def wishes(request: HttpRequest, token: str) -> HttpResponse:
    customer = _person(token)
    known = contact_preferences.wishes_of(customer)
    form = WishesForm(request.POST or None, customer=customer, wishes=known)
    if request.method == "POST" and form.is_valid():
        _keep(customer, form.cleaned_data)
        return HttpResponseRedirect(f"{reverse('contact-preferences', args=[token])}?kept=1")
    context = {"form": form, "token": token, "is_kept": "kept" in request.GET, "wishes": known}
    return render(request, "crm/contact_preferences/page.html", context)


@csrf_exempt  # a mail program has no session (RFC 8058): what it may do is proved by the token
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """One click, and no more offers: on the channel that the address names, or on any. A GET only asks."""
    customer = _person(token)
    channel = request.GET.get("channel", "")
    if request.method == "POST":
        contact_preferences.refuse_advertising(customer, channel=channel, source=SOURCE, at=timezone.now())
    context = {"token": token, "channel": channel, "is_done": request.method == "POST"}
    return render(request, "crm/contact_preferences/unsubscribe.html", context)


def _keep(customer: Customer, told: dict[str, Any]) -> None:
    contact_preferences.change(
        customer,
        **{name: told[name] for name in ("preferred_channel", "language", "payment", "delivery")},
        advertising=told["advertising"],
        shop=Shop.objects.first_open(),
        source=SOURCE,
        at=timezone.now(),
    )


def _person(token: str) -> Customer:
    customer_id = preference_links.customer_id_of(token)
    customer = contact_preferences.person_of(customer_id) if customer_id else None
    if customer is None:
        raise Http404
    return customer
