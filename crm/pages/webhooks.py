"""Webhooks of shops: the list, one with its log, and what a colleague may do about it. A secret is shown on request."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.errors import Refusal
from crm.facts import FACTS, UnknownFact
from crm.models import Shop, Webhook, WebhookDelivery
from crm.outside.requests import LONGEST_URL
from crm.pages.paging import newest_first
from crm.pages.requests import StaffRequest
from crm.webhooks import asking_again, subscribing, tasks
from crm.words.wording import number

ON_A_PAGE = 50
HOURS_TO_CHANGE = [
    (1, _("an hour")),
    (24, _("a day")),
    (24 * 7, _("seven days")),
    (24 * 30, _("thirty days")),
]


def _kinds() -> dict[str, Any]:
    """Everything that can happen; what has no words of its own goes by its name."""
    known = sorted(fact.kind for fact in FACTS.values() if fact is not UnknownFact)
    return {kind: FACTS[kind].called or kind for kind in known}


class WebhookForm(forms.Form):
    name = forms.CharField(
        label=_("What it is for"), max_length=100, help_text=_("For example: the online shop's own server.")
    )
    url = forms.CharField(
        label=_("Address"),
        max_length=LONGEST_URL,
        widget=forms.URLInput,
        help_text=_("Begins with https:// and leads to a public server."),
    )
    kinds = forms.MultipleChoiceField(
        label=_("What it is told of"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"].choices = list(_kinds().items())  # type: ignore[attr-defined]


class NewWebhookForm(WebhookForm):
    field_order = ("shop",)
    shop = forms.ModelChoiceField(Shop.objects.filter(is_active=True), label=_("Shop"))


class RotationForm(forms.Form):
    hours = forms.TypedChoiceField(
        label=_("The former secret signs too for"), choices=HOURS_TO_CHANGE, coerce=int, initial=24
    )


class StretchForm(forms.Form):
    since = forms.DateTimeField(
        label=_("From"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    until = forms.DateTimeField(
        label=_("Until"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


@require_http_methods(["GET", "POST"])
@permission_required("crm.add_webhook", raise_exception=True)
def new(request: StaffRequest) -> HttpResponse:
    form = NewWebhookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = subscribing.subscribe(**form.cleaned_data, by=request.user, at=timezone.now())
        except Refusal as refused:
            form.add_error(None, str(refused.title))
        else:
            messages.success(request, _("The webhook is made. Copy its secret, then send a test."))
            return HttpResponseRedirect(reverse("crm:webhook", args=[made.pk]))
    context = {**admin.site.each_context(request), "title": _("A new webhook"), "form": form}
    return render(request, "crm/webhooks/new.html", context)


@require_GET
@never_cache
@permission_required("crm.view_webhook", raise_exception=True)
def webhook(request: StaffRequest, pk: int) -> HttpResponse:
    return _page(request, _known(pk))


@require_POST
@permission_required("crm.change_webhook", raise_exception=True)
def details(request: StaffRequest, pk: int) -> HttpResponse:
    known = _known(pk)
    form = WebhookForm(request.POST, initial={"kinds": known.kinds})
    if form.is_valid():
        try:
            subscribing.change(known, **form.cleaned_data)
        except Refusal as refused:
            form.add_error(None, str(refused.title))
        else:
            return _back(request, pk, _("The webhook is changed."))
    return _page(request, known, details=form)


@require_POST
@never_cache
@sensitive_variables("secret")
@permission_required("crm.change_webhook", raise_exception=True)
def secret(request: StaffRequest, pk: int) -> HttpResponse:
    """Shown on the answer to a press, and nowhere else."""
    known = _known(pk)
    return _page(request, known, secret=subscribing.secret_of(known))


@require_POST
@permission_required("crm.change_webhook", raise_exception=True)
def rotation(request: StaffRequest, pk: int) -> HttpResponse:
    known, form = _known(pk), RotationForm(request.POST)
    if not form.is_valid():
        return _page(request, known, rotation=form)
    overlap = timedelta(hours=form.cleaned_data["hours"])
    changed = subscribing.rotate_secret(known, at=timezone.now(), overlap=overlap)
    messages.success(request, _("There is a new secret. Until the shop knows it, the former one signs too."))
    return _page(request, changed, secret=subscribing.secret_of(changed))


@require_POST
@permission_required("crm.change_webhook", raise_exception=True)
def pause(request: StaffRequest, pk: int) -> HttpResponse:
    subscribing.pause(_known(pk), at=timezone.now(), by=request.user)
    return _back(request, pk, _("The webhook is paused. What happens meanwhile is told when it is resumed."))


@require_POST
@permission_required("crm.change_webhook", raise_exception=True)
def resumption(request: StaffRequest, pk: int) -> HttpResponse:
    subscribing.resume(_known(pk), at=timezone.now())
    tasks.start()
    return _back(request, pk, _("The webhook goes on where it stopped."))


@require_POST
@permission_required("crm.change_webhook", raise_exception=True)
def removal(request: StaffRequest, pk: int) -> HttpResponse:
    subscribing.remove(_known(pk), at=timezone.now())
    messages.success(request, _("The webhook is removed. Nothing more is sent there."))
    return HttpResponseRedirect(reverse("admin:crm_webhook_changelist"))


@require_POST
@permission_required("crm.change_webhook", raise_exception=True)
def test(request: StaffRequest, pk: int) -> HttpResponse:
    asking_again.send_test(_known(pk), at=timezone.now())
    tasks.start()
    return _back(request, pk, _("A test is on its way. Look at the log in a moment."))


@require_POST
@permission_required("crm.change_webhook", raise_exception=True)
def stretch(request: StaffRequest, pk: int) -> HttpResponse:
    known, form = _known(pk), StretchForm(request.POST)
    if form.is_valid():
        try:
            again = asking_again.send_stretch_again(known, at=timezone.now(), **form.cleaned_data)
        except Refusal as refused:
            form.add_error(None, str(refused.title))
        else:
            tasks.start()
            said = ngettext(
                "%(count)s delivery is sent again.", "%(count)s deliveries are sent again.", again
            )
            return _back(request, pk, said % {"count": number(again)})
    return _page(request, known, stretch=form)


@require_GET
@never_cache
@permission_required("crm.view_webhookdelivery", raise_exception=True)
def delivery(request: StaffRequest, pk: int, delivery_pk: int) -> HttpResponse:
    its = _delivery(pk, delivery_pk)
    context = {
        **admin.site.each_context(request),
        "title": its.message_id,
        "delivery": its,
        "webhook": its.webhook,
        "tries": its.tries.order_by("-pk")[:ON_A_PAGE],
        "now": timezone.now(),
        "may_change": request.user.has_perm("crm.change_webhook") and not its.webhook.closed_at,
    }
    return render(request, "crm/webhooks/delivery.html", context)


@require_POST
@permission_required("crm.change_webhook", raise_exception=True)
def resend(request: StaffRequest, pk: int, delivery_pk: int) -> HttpResponse:
    asking_again.send_again(_delivery(pk, delivery_pk), at=timezone.now())
    tasks.start()
    return _back(request, pk, _("It is sent once more. Look at the log in a moment."))


def _known(pk: int) -> Webhook:
    standing = Webhook.objects.standing().select_related("shop", "created_by", "paused_by")
    return get_object_or_404(standing, pk=pk)


def _delivery(pk: int, delivery_pk: int) -> WebhookDelivery:
    return get_object_or_404(WebhookDelivery.objects.select_related("webhook"), webhook=pk, pk=delivery_pk)


def _back(request: StaffRequest, pk: int, said: Any) -> HttpResponse:
    messages.success(request, said)
    return HttpResponseRedirect(reverse("crm:webhook", args=[pk]))


def _page(request: StaffRequest, known: Webhook, *, secret: str = "", **sent: forms.Form) -> HttpResponse:
    now = timezone.now()
    log, older = _log(request, known)
    own = {"name": known.name, "url": known.url, "kinds": known.kinds}
    called = _kinds()
    context = {
        **admin.site.each_context(request),
        "title": str(known),
        "webhook": known,
        "kinds": [called.get(kind, kind) for kind in known.kinds],
        "now": now,
        "secret": secret,
        "log": log,
        "older": older,
        "state": request.GET.get("state", ""),
        "states": WebhookDelivery.State.choices,
        "signs_twice": _signs_twice(known, now),
        "may_change": request.user.has_perm("crm.change_webhook"),
        "may_read": request.user.has_perm("crm.view_webhookdelivery"),
        "details": sent.get("details") or WebhookForm(initial=own),
        "rotation": sent.get("rotation") or RotationForm(),
        "stretch": sent.get("stretch")
        or StretchForm(initial={"since": now - timedelta(hours=1), "until": now}),
    }
    return render(request, "crm/webhooks/webhook.html", context)


def _signs_twice(known: Webhook, now: datetime) -> bool:
    return known.former_until is not None and now < known.former_until


def _log(request: StaffRequest, known: Webhook) -> tuple[list[WebhookDelivery], int | None]:
    """One page, newest first, and where the next begins."""
    found: QuerySet[WebhookDelivery] = WebhookDelivery.objects.filter(webhook=known).defer("body")
    if (state := request.GET.get("state", "")) in WebhookDelivery.State.values:
        found = found.filter(state=state)
    return newest_first(found, request, shown=ON_A_PAGE)
