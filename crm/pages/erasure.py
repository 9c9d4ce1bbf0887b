"""A person is told all we know of them, or forgotten: each one action, with its record."""

from __future__ import annotations

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.cache import never_cache

from crm.facts.one_person import ERASURE_REASONS
from crm.models import Customer
from crm.pages.requests import StaffRequest
from crm.people.erasure import LONGEST_REFERENCE, erase
from crm.people.portrait import Portrait, take


class ErasureForm(forms.Form):
    """Why, by which request, and the customer's number typed once more: nobody erases by a slip."""

    reason = forms.ChoiceField(label=gettext_lazy("Why"), choices=[("", "—"), *ERASURE_REASONS.items()])
    reference = forms.CharField(
        label=gettext_lazy("Number of the letter or request"),
        required=False,
        max_length=LONGEST_REFERENCE,
        help_text=gettext_lazy("Never a name: this stays on record."),
    )
    number = forms.CharField(
        label=gettext_lazy("The customer's number, to be sure"),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, customer: Customer, *args: object) -> None:
        self.customer = customer
        super().__init__(*args)  # type: ignore[arg-type]

    def clean_number(self) -> str:
        typed: str = self.cleaned_data["number"].strip().removeprefix("№").strip()
        if typed != str(self.customer.pk):
            raise ValidationError(_("This is not the number of this customer. It stands above the form."))
        return typed


@permission_required("crm.erase_customer", raise_exception=True)
def erasure(request: StaffRequest, pk: int) -> HttpResponse:
    customer = get_object_or_404(Customer, pk=pk, merged_into=None)
    form = ErasureForm(customer, request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        at = timezone.now()
        erase(customer, reason=told["reason"], reference=told["reference"], by=request.user, at=at)
        messages.success(request, _("The person is erased. What is left names nobody."))
        return HttpResponseRedirect(reverse("crm:customer", args=[pk]))
    context = {
        **admin.site.each_context(request),
        "title": _("Erase a person"),
        "customer": customer,
        "form": form,
    }
    return render(request, "crm/erasure/new.html", context)


@never_cache
@permission_required("crm.tell_customer", raise_exception=True)
def personal_data(request: StaffRequest, pk: int) -> HttpResponse:
    """GET says what it is; POST makes the copy, as a file to hand over, and notes that it was made."""
    customer = get_object_or_404(Customer, pk=pk, merged_into=None, erased_at=None)
    if request.method != "POST":
        context = {
            **admin.site.each_context(request),
            "title": _("A copy of all personal data"),
            "customer": customer,
        }
        return render(request, "crm/erasure/personal_data.html", context)
    portrait = take(customer, by=request.user, at=timezone.now())
    return _as_page(portrait) if request.POST.get("form") == "html" else _as_json(portrait)


def _as_json(portrait: Portrait) -> HttpResponse:
    return _file(portrait, portrait.as_json(), "application/json", "json")


def _as_page(portrait: Portrait) -> HttpResponse:
    """One file without anything beside it: it opens in any browser, and prints."""
    with override(portrait.language):
        words = render_to_string("crm/erasure/portrait.html", {"portrait": portrait})
    return _file(portrait, words, "text/html; charset=utf-8", "html")


def _file(portrait: Portrait, content: str, content_type: str, ending: str) -> HttpResponse:
    name = f"personal-data-{portrait.customer_id}-{portrait.made_at:%Y-%m-%d}.{ending}"
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(content, content_type, headers={"Content-Disposition": disposition})
