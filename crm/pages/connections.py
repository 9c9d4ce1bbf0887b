"""What shops run, connected: what each brought, what did not land and why, trying that again, and where it is asked.

The list is the admin's own; asking for the past and comparing stand in `connection_rounds`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.connectors import CONNECTORS, connecting, inbox, landing, wording
from crm.connectors.base import Connector
from crm.errors import Refusal
from crm.models import Connection, ConnectorDelivery, ConnectorRound, Shop
from crm.outside.requests import LONGEST_URL
from crm.pages.paging import newest_first
from crm.pages.requests import StaffRequest
from crm.words.wording import number

ON_A_PAGE = 50
LONGEST_SECRET = 500


class AccessForm(forms.Form):
    """Where a system is asked, and the secrets that the shop made there. What it has already need not be typed."""

    def __init__(self, *args: Any, connector: Connector, has_them: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = [name for name in connector.secrets if name not in connector.made_here]
        if connector.asking_secrets:
            self.fields["address"] = forms.CharField(
                label=_("Address of the shop"),
                max_length=LONGEST_URL,
                widget=forms.URLInput,
                required=False,
                help_text=_("As a browser shows it: https://shop.example/."),
            )
        for name in self.asked:
            self.fields[name] = forms.CharField(
                label=str(connector.secrets[name]),
                max_length=LONGEST_SECRET,
                required=not has_them and name not in connector.optional_secrets,
                widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
                help_text=_("Leave it empty to keep the one that is set.") if has_them else "",
            )

    @property
    def access(self) -> dict[str, Any]:
        """As the verbs take it."""
        told = self.cleaned_data
        return {"address": told.get("address", ""), "secrets": {name: told[name] for name in self.asked}}

    def refuse(self, refused: Refusal) -> None:
        """Beside the field that it points to, or above all."""
        named = {fault.pointer.strip("/"): fault.detail for fault in refused.faults}
        for name, detail in named.items():
            self.add_error(name if name in self.fields else None, str(detail))
        if not named:
            self.add_error("address" if refused.code == "address-refused" else None, wording.said(refused))


class NewConnectionForm(AccessForm):
    field_order = ("shop",)
    shop = forms.ModelChoiceField(Shop.objects.filter(is_active=True), label=_("Shop"))


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@permission_required("crm.add_connection", raise_exception=True)
def new(request: StaffRequest) -> HttpResponse:
    """First what the shop runs, then what that system needs."""
    vendor = request.POST.get("vendor") or request.GET.get("vendor", "")
    connector = CONNECTORS.get(vendor)
    context = {**admin.site.each_context(request), "title": _("Connect a shop")}
    if connector is None:
        return render(request, "crm/connections/vendors.html", {**context, "vendors": CONNECTORS})
    form = NewConnectionForm(request.POST or None, connector=connector)
    if request.method == "POST" and form.is_valid():
        try:
            made = _connect(request, form, vendor)
        except Refusal as refused:
            form.refuse(refused)
        else:
            messages.success(
                request, _("The shop is connected. Copy the address and the secret to its system.")
            )
            _say_what_is_in_the_way(request, made)
            return HttpResponseRedirect(reverse("crm:connection", args=[made.pk]))
    return render(
        request,
        "crm/connections/new.html",
        {**context, "form": form, "vendor": vendor, "connector": connector},
    )


def _connect(request: StaffRequest, form: NewConnectionForm, vendor: str) -> Connection:
    access = form.access
    return connecting.connect(
        shop=form.cleaned_data["shop"],
        vendor=vendor,
        address=access["address"],
        secrets={**access["secrets"], **connecting.fresh_secrets(vendor)},
        by=request.user,
        at=timezone.now(),
    )


@require_GET
@never_cache
@permission_required("crm.view_connection", raise_exception=True)
def connection(request: StaffRequest, pk: int) -> HttpResponse:
    return _page(request, known_connection(pk))


@require_POST
@never_cache
@sensitive_variables("shown")
@permission_required("crm.change_connection", raise_exception=True)
def secret(request: StaffRequest, pk: int) -> HttpResponse:
    """Shown on the answer to a press, and nowhere else."""
    known = known_connection(pk)
    connector, kept = CONNECTORS[known.vendor], known.secrets
    shown = [(connector.secrets[name], kept[name]) for name in sorted(connector.made_here)]
    return _page(request, known, shown=shown)


@require_POST
@sensitive_post_parameters()
@permission_required("crm.change_connection", raise_exception=True)
def access(request: StaffRequest, pk: int) -> HttpResponse:
    known = known_connection(pk)
    form = AccessForm(request.POST, connector=CONNECTORS[known.vendor], has_them=True)
    if form.is_valid():
        try:
            connecting.give_access(known, **form.access)
        except Refusal as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("The access is changed."))
            _say_what_is_in_the_way(request, known)
            return HttpResponseRedirect(reverse("crm:connection", args=[pk]))
    return _page(request, known, access_form=form)


@require_POST
@permission_required("crm.change_connection", raise_exception=True)
def closure(request: StaffRequest, pk: int) -> HttpResponse:
    connecting.close(known_connection(pk), at=timezone.now())
    messages.success(request, _("The connection is closed. What it brought stays."))
    return HttpResponseRedirect(reverse("admin:crm_connection_changelist"))


@require_POST
@permission_required("crm.change_connectordelivery", raise_exception=True)
def replay(request: StaffRequest, pk: int, delivery_pk: int) -> HttpResponse:
    delivery = get_object_or_404(ConnectorDelivery, connection=known_connection(pk), pk=delivery_pk)
    try:
        landed = landing.replay(delivery, at=timezone.now())
    except Refusal as refused:
        messages.error(request, wording.said(refused))
    else:
        if landed:
            messages.success(request, _("It has landed."))
        else:
            messages.error(request, _("It did not land this time either. The reason stands beside it."))
    return HttpResponseRedirect(reverse("crm:connection", args=[pk]))


@require_POST
@permission_required("crm.change_connectordelivery", raise_exception=True)
def replay_of_all(request: StaffRequest, pk: int) -> HttpResponse:
    """In the background: there may be thousands."""
    count = inbox.try_failed_again(known_connection(pk), at=timezone.now())
    said = ngettext(
        "%(count)s delivery is tried again. Look at the log in a minute.",
        "%(count)s deliveries are tried again. Look at the log in a minute.",
        count,
    )
    messages.success(request, said % {"count": number(count)})
    return HttpResponseRedirect(reverse("crm:connection", args=[pk]))


def known_connection(pk: int) -> Connection:
    return get_object_or_404(Connection.objects.open().select_related("shop", "created_by"), pk=pk)


def _say_what_is_in_the_way(request: StaffRequest, known: Connection) -> None:
    """Of a system that can only tell, nothing."""
    for refused in connecting.look_around(known):
        messages.warning(request, wording.said(refused))


def _page(request: StaffRequest, known: Connection, **more: Any) -> HttpResponse:
    connector, only_failed = CONNECTORS[known.vendor], request.GET.get("state") == "failed"
    found = ConnectorDelivery.objects.filter(connection=known).defer("body")
    log, older = newest_first(found.failed() if only_failed else found, request, shown=ON_A_PAGE)
    context = {
        **admin.site.each_context(request),
        "title": str(known.shop),
        "connection": known,
        "connector": connector,
        "address": request.build_absolute_uri(reverse(connector.route, args=[known.key])),
        "log": [(row, wording.sentence_of(row.failure_code)) for row in log],
        "older": older,
        "only_failed": only_failed,
        "now": timezone.now(),
        "may_change": request.user.has_perm("crm.change_connection"),
        "may_replay": request.user.has_perm("crm.change_connectordelivery"),
        "access_form": AccessForm(initial={"address": known.address}, connector=connector, has_them=True),
        "can_be_asked": connector.can_be_asked(known.address, known.secrets),
        "rounds": _latest_rounds(known),
        **more,
    }
    return render(request, "crm/connections/connection.html", context)


def _latest_rounds(known: Connection) -> Mapping[str, ConnectorRound]:
    """By purpose, under a name that templates can say. One query."""
    latest = ConnectorRound.objects.filter(connection=known).order_by("purpose", "-pk").distinct("purpose")
    return {one.purpose.replace("-", "_"): one for one in latest}
