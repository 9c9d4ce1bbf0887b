"""How to reach a customer: masked, in full for a reason that stays on record, and one more added by hand."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from crm.customer_page import Panel, Visit
from crm.errors import Refusal
from crm.models import Customer, Identity, Shop
from crm.pages.requests import StaffRequest
from crm.people import revealing
from crm.people.identification import Hint, add_identities
from crm.people.identity_kinds import IdentityKind
from crm.people.linking import LINKABLE
from crm.people.masking import masked
from crm.people.same_person import ids_by

ADDED_BY_HAND = (
    *(IdentityKind.PHONE, IdentityKind.EMAIL, IdentityKind.CARD),
    *(IdentityKind.TELEGRAM, IdentityKind.VIBER),
)


class IdentityForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("What"), choices=[(kind.value, kind.label) for kind in ADDED_BY_HAND]
    )
    value = forms.CharField(label=gettext_lazy("As they said it"), max_length=254)


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way to reach somebody, as it stands on a screen."""

    identity: Identity
    shown: str
    is_hidden: bool

    @property
    def is_linkable(self) -> bool:
        return self.identity.kind in LINKABLE


def how_to_reach(visit: Visit) -> Panel:
    return Panel(
        title=_("How to reach them"),
        template="crm/revealing/_ways.html",
        context={
            "ways": [_way(one) for one in visit.identities if one.kind != IdentityKind.EXTERNAL],
            "may_reveal": visit.reader.has_perm("crm.reveal_identity"),
            "may_unlink": visit.reader.has_perm("crm.change_identity"),
            "may_add": visit.reader.has_perm("crm.add_identity"),
            "may_watch": visit.reader.has_perm("crm.view_look"),
            "form": IdentityForm(auto_id="id_identity_%s"),
        },
    )


def _way(identity: Identity) -> Way:
    shown = masked(identity.kind, identity.value)
    return Way(identity=identity, shown=shown, is_hidden=shown.lstrip("@") != identity.value)


@never_cache
@sensitive_variables()
@require_http_methods(["GET", "POST"])
@permission_required(("crm.view_customer", "crm.reveal_identity"), raise_exception=True)
def identity(request: StaffRequest, pk: int, identity_pk: int) -> HttpResponse:
    """Ask why, then show it: in its place by htmx, else on a page of its own. Looking again asks again."""
    found = get_object_or_404(
        Identity.objects.select_related("customer"), pk=identity_pk, customer__in=ids_by(pk)
    )
    value, refusal = "", ""
    if request.method == "POST":
        try:
            value = revealing.reveal(
                found, colleague=request.user, reason=request.POST.get("reason", ""), at=timezone.now()
            )
        except Refusal as refused:
            refusal = str(refused.title)
    context = {"way": _way(found), "customer": found.customer, "value": value, "refusal": refusal}
    if request.htmx:
        return render(request, "crm/revealing/_way.html", {**context, "may_reveal": True})
    page = {**admin.site.each_context(request), **context, "title": _("Show in full")}
    return render(request, "crm/revealing/page.html", page)


@require_POST
@sensitive_variables()
@permission_required(("crm.change_customer", "crm.add_identity"), raise_exception=True)
def identities(request: StaffRequest, pk: int) -> HttpResponse:
    """Add what somebody said on the phone: typed evidence, which finds people and never decides."""
    customer = get_object_or_404(Customer, pk=pk)
    form = IdentityForm(request.POST)
    if form.is_valid():
        try:
            _add(customer, form.cleaned_data["kind"], form.cleaned_data["value"])
            messages.success(request, _("It is added. Nobody has proved it yet, so it merges nobody."))
        except Refusal as refused:
            messages.error(request, str(refused.title))
    else:
        messages.error(request, _("Choose what it is and type it."))
    return HttpResponseRedirect(reverse("crm:customer", args=[pk]))


def _add(customer: Customer, kind: str, value: str) -> None:
    """Local phones are read as the first shop's country reads them."""
    shop = Shop.objects.first_open()
    add_identities(
        customer, hints=[Hint(kind=kind, value=value)], shop=shop, source="agent", at=timezone.now()
    )
