"""Writing to a customer who has not written: by which of their addresses, and what."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from crm.channels import CHANNELS
from crm.errors import Refusal
from crm.messages.channel_names import channel_name
from crm.models import ChannelAccount, Customer, Identity
from crm.pages.requests import StaffRequest
from crm.people import same_person
from crm.people.masking import masked
from crm.search import searching
from support import opening
from support.models import Topic
from support.pages.deeds import ANSWERS

FOUND = 10


@dataclass(frozen=True, kw_only=True)
class Way:
    """An address of the customer, and the account by which it is written to."""

    account: ChannelAccount
    identity: Identity

    @property
    def value(self) -> str:
        return f"{self.account.pk}:{self.identity.pk}"

    @property
    def label(self) -> str:
        address = masked(self.identity.kind, self.identity.value)
        return f"{channel_name(self.account.channel)}: {address}"


class BeginForm(forms.Form):
    way = forms.ChoiceField(label=gettext_lazy("Where to"))
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=200, required=False)
    topic = forms.ModelChoiceField(Topic.objects.all(), label=gettext_lazy("Topic"), required=False)
    text = forms.CharField(
        label=gettext_lazy("What to write"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 6})
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, ways: list[Way], **more: Any) -> None:
        super().__init__(*args, **more)
        field: Any = self.fields["way"]
        field.choices = [(way.value, way.label) for way in ways]


@require_http_methods(["GET", "POST"])
@permission_required((ANSWERS, "crm.view_customer"), raise_exception=True)
def new(request: StaffRequest) -> HttpResponse:
    """First to whom, then what. Whoever has an open conversation is written to in that."""
    asked = request.GET.get("customer", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 18):
        return _whom(request)
    person = get_object_or_404(Customer, pk=int(asked), erased_at=None)
    ways = ways_to(person)
    form = BeginForm(request.POST or None, ways=ways, initial={"key": uuid.uuid4().hex})
    if request.method == "POST" and form.is_valid():
        response = _begin(request, person, ways, form)
        if response:
            return response
    context = {
        **admin.site.each_context(request),
        "title": _("Write to a customer"),
        "customer": person,
        "form": form,
        "ways": ways,
    }
    return TemplateResponse(request, "support/new.html", context)


def ways_to(person: Customer) -> list[Way]:
    """By each open channel that can begin a conversation, the addresses it reaches. Two queries."""
    accounts = ChannelAccount.objects.open().filter(channel__in=CHANNELS).order_by("-is_main", "pk")
    known = Identity.objects.filter(customer__in=same_person.ids_of(person)).order_by("-verified_at", "pk")
    identities = list(known)
    ways: dict[tuple[str, int], Way] = {}
    for account in accounts:
        channel = CHANNELS[account.channel]
        for identity in identities:
            if channel.can_begin and channel.identity_kind == identity.kind:
                ways.setdefault((account.channel, identity.pk), Way(account=account, identity=identity))
    return list(ways.values())


def _whom(request: StaffRequest) -> HttpResponse:
    typed = searching.tidy(request.GET.get("q", ""))
    context = {
        **admin.site.each_context(request),
        "title": _("Write to a customer"),
        "typed": typed,
        "people": searching.people(typed, limit=FOUND, reader=request.user) if typed else [],
    }
    return TemplateResponse(request, "support/new_whom.html", context)


def _begin(request: StaffRequest, person: Customer, ways: list[Way], form: BeginForm) -> HttpResponse | None:
    given = form.cleaned_data
    way = next(way for way in ways if way.value == given["way"])
    try:
        ticket = opening.begin(
            person,
            account=way.account,
            to=way.identity.value,
            text=given["text"],
            by=request.user,
            key=given["key"],
            at=timezone.now(),
            subject=given["subject"],
            topic=given["topic"],
        )
    except Refusal as refused:
        form.add_error(None, str(refused.title))
        return None
    messages.success(request, _("The message goes out in a few seconds. Until then it can be taken back."))
    return HttpResponseRedirect(reverse("support:ticket", args=[ticket.pk]))
