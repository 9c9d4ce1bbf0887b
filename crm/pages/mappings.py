"""What a system sends is said on a page: its places, tried on a pasted sample, and counted on from then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from crm.connectors import CONNECTORS, agreeing
from crm.connectors.base import Unreadable
from crm.connectors.mapped.mapping import LONGEST_SLOT, UnusableMapping
from crm.connectors.mapped.places import leaves
from crm.connectors.mapped.reading import Found, Thing
from crm.connectors.mapped.ready import all_ready
from crm.connectors.mapped.slots import GROUPS, Group, Slot
from crm.connectors.signed_json import parsed
from crm.errors import Refusal
from crm.models import Connection, ConnectorDelivery, ConnectorMapping
from crm.pages.paging import newest_first, number_in
from crm.pages.requests import StaffRequest

VERSIONS_ON_A_PAGE = 10
LONGEST_SAMPLE = 200_000
SHOWN_THINGS = 5


class MappingForm(forms.Form):
    """A field for each slot, and the sample. `places` are those of the sample, offered while typing."""

    sample = forms.CharField(
        label=_("Sample"),
        required=False,
        max_length=LONGEST_SAMPLE,
        widget=forms.Textarea(attrs={"rows": 12, "class": "code", "spellcheck": "false"}),
        help_text=_("One body as the system sends it, in JSON. It is not kept."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for group in GROUPS:
            for slot in group.slots:
                self.fields[slot.name] = _field(slot)

    def groups(self) -> list[tuple[Group, list[forms.BoundField]]]:
        return [(group, [self[slot.name] for slot in group.slots]) for group in GROUPS]

    def told(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if name != "sample"}

    def blame(self, refused: Refusal) -> None:
        """Each fault beside its field; the sentence above them."""
        if isinstance(refused, Unreadable):
            self.add_error(
                "sample", _("This is no JSON. Paste a whole body, from its first brace to its last.")
            )
            return
        self.add_error(None, str(refused.title))
        for fault in refused.faults:
            name = fault.pointer.removeprefix("/")
            if name in self.fields:
                self.add_error(name, str(fault.detail))


@dataclass(frozen=True, kw_only=True)
class Tried:
    """One thing of a sample as the page shows it."""

    label: str | Promise
    is_whole: bool
    rows: Sequence[Found]
    lines: Sequence[Sequence[Found]]


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters("sample")
@permission_required("crm.change_connection", raise_exception=True)
def mapping(request: StaffRequest, pk: int) -> HttpResponse:
    connection = _known(pk)
    if request.method == "POST":
        return _posted(request, connection)
    form = MappingForm(initial=_start(request, connection))
    return _page(request, connection, form)


def _posted(request: StaffRequest, connection: Connection) -> HttpResponse:
    form = MappingForm(request.POST)
    if not form.is_valid():
        return _page(request, connection, form)
    told, sample = form.told(), form.cleaned_data["sample"]
    is_to_count = request.POST.get("deed") == "use"
    things: list[Thing] | None = None
    try:
        things = agreeing.try_out(connection, told=told, sample=sample)
        if is_to_count:
            agreeing.agree(connection, told=told, sample=sample, at=timezone.now(), by=request.user)
    except (UnusableMapping, Unreadable, agreeing.NothingWouldLand) as refused:
        form.blame(refused)
    else:
        if is_to_count:
            messages.success(
                request, _("The mapping counts from now on. What did not land can be tried again.")
            )
            return HttpResponseRedirect(reverse("crm:connection", args=[connection.pk]))
    return _page(request, connection, form, things=things, sample=sample)


def _start(request: StaffRequest, connection: Connection) -> Mapping[str, str]:
    """What counts now; an earlier version, a ready one, or the body that came last, where it is asked for."""
    started: dict[str, str] = dict(agreeing.agreed(connection))
    if name := request.GET.get("ready", ""):
        if name not in all_ready():
            raise Http404
        started = dict(all_ready()[name].mapping)
    elif number := number_in(request, "version"):
        started = dict(get_object_or_404(connection.mappings, number=number).told)
    if "sample" in request.GET:
        started["sample"] = _body(connection, number_in(request, "sample"))
    return started


def _body(connection: Connection, pk: int | None) -> str:
    """Of this delivery; of the latest, where none is named. Empty: its body is no longer kept."""
    kept = ConnectorDelivery.objects.filter(connection=connection).exclude(body=b"")
    one = kept.filter(pk=pk) if pk else kept.order_by("-pk")
    body = one.values_list("body", flat=True).first()
    return bytes(body or b"").decode(errors="replace")[:LONGEST_SAMPLE]


def _page(
    request: StaffRequest,
    connection: Connection,
    form: MappingForm,
    *,
    things: Sequence[Thing] | None = None,
    sample: str = "",
) -> HttpResponse:
    versions, older = newest_first(
        ConnectorMapping.objects.filter(connection=connection).select_related("made_by"),
        request,
        shown=VERSIONS_ON_A_PAGE,
    )
    context = {
        **admin.site.each_context(request),
        "title": _("What the system sends"),
        "connection": connection,
        "form": form,
        "ready": all_ready().values(),
        "tried": [_tried(thing) for thing in (things or ())[:SHOWN_THINGS]],
        "was_tried": things is not None,
        "places": _places(sample),
        "versions": versions,
        "older": older,
        "now": timezone.now(),
    }
    return render(request, "crm/mappings/mapping.html", context)


def _tried(thing: Thing) -> Tried:
    return Tried(
        label=thing.kind.label,
        is_whole=thing.is_whole,
        rows=list(thing.fields.values()),
        lines=[list(line.values()) for line in thing.lines[:SHOWN_THINGS]],
    )


def _places(sample: str) -> list[tuple[str, str]]:
    try:
        return leaves(parsed(sample)) if sample else []
    except Unreadable:
        return []


def _field(slot: Slot) -> forms.Field:
    if slot.reads == "choice":
        return forms.ChoiceField(label=str(slot.label), choices=list(slot.choices), required=False)
    typed = {"spellcheck": "false", "autocapitalize": "off"}
    if slot.reads != "words":
        typed["list"] = "places"
    return forms.CharField(
        label=str(slot.label),
        required=False,
        max_length=LONGEST_SLOT,
        help_text=str(slot.hint),
        widget=forms.TextInput(attrs=typed),
    )


def _known(pk: int) -> Connection:
    agreed = [name for name, connector in CONNECTORS.items() if connector.is_agreed]
    return get_object_or_404(
        Connection.objects.open().select_related("shop").filter(vendor__in=agreed), pk=pk
    )
