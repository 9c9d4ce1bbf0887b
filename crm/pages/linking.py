"""A customer links a messenger by a code, shown as a link and as a square to photograph; or unlinks one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from crm import qr
from crm.channels import channel_named
from crm.errors import Refusal
from crm.models import Customer, Identity
from crm.pages.requests import StaffRequest
from crm.people import linking
from crm.people.same_person import ids_of


@dataclass(frozen=True, kw_only=True)
class Way:
    """A messenger that can be linked: `address` opens it with the code in hand."""

    label: str | Promise
    icon: str
    address: str
    drawing: qr.Drawing


def ways(code: str) -> Sequence[Way]:
    """One for each open account of a channel that takes codes."""
    found = []
    for account in linking.accounts():
        channel = channel_named(account.channel)
        address = channel.link_for(account, code)
        found.append(
            Way(label=channel.label, icon=channel.icon, address=address, drawing=qr.drawing(address))
        )
    return found


@require_POST
@never_cache
@permission_required("crm.add_identity", raise_exception=True)
def codes(request: StaffRequest, pk: int) -> HttpResponse:
    """A new code, shown this once; the one before no longer works."""
    customer = get_object_or_404(Customer, pk=pk)
    try:
        code = linking.make_code(customer, at=timezone.now(), by=request.user)
    except Refusal as refused:
        messages.error(request, str(refused.title))
        return HttpResponseRedirect(reverse("crm:customer", args=[pk]))
    context = {"customer": customer, "code": code, "ways": ways(code), "title": _("Link a messenger")}
    return render(request, "crm/linking/codes.html", context)


@require_POST
@permission_required("crm.change_identity", raise_exception=True)
def unlinking(request: StaffRequest, pk: int, identity_pk: int) -> HttpResponse:
    customer = get_object_or_404(Customer, pk=pk)
    identity = get_object_or_404(Identity, pk=identity_pk, customer__in=ids_of(customer))
    try:
        linking.unlink(identity, by=request.user, at=timezone.now())
        messages.success(request, _("It is no longer linked. What was written stays."))
    except Refusal as refused:
        messages.error(request, str(refused.title))
    return HttpResponseRedirect(reverse("crm:customer", args=[pk]))
