"""Two customers who may be one person: proposed, compared field by field, merged, and separated again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.defaultfilters import date as said_date
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from crm.consents import consenting
from crm.errors import Refusal
from crm.messages.channel_names import channel_name
from crm.models import Address, Customer, Identity, Merge, MergeProposal, Order
from crm.pages.requests import StaffRequest
from crm.people import likeness, merging
from crm.people.customers import DETAILS
from crm.people.masking import masked
from crm.people.same_person import ids_of, with_ids
from crm.words.wording import number

PAGE = 50
MAY_MERGE = permission_required("crm.merge_customer", raise_exception=True)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing about two people. With a `name` the survivor may take it over from the other."""

    label: Any
    ours: str
    theirs: str
    name: str = ""

    @property
    def differs(self) -> bool:
        return self.ours != self.theirs


@dataclass(frozen=True, kw_only=True)
class Alike:
    customer: Customer
    evidence: Sequence[str]


class WhoForm(forms.Form):
    """By its number, as it stands over a page without a name and in every address."""

    number = forms.IntegerField(
        label=gettext_lazy("Number of the other customer"), min_value=1, max_value=2**63 - 1
    )


@require_GET
@MAY_MERGE
def same(request: StaffRequest, pk: int) -> HttpResponse:
    """Who this person may be as well, and who they were found to be."""
    customer = get_object_or_404(with_ids(Customer.objects.filter(merged_into=None, erased_at=None)), pk=pk)
    form = WhoForm(request.GET if "number" in request.GET else None)
    if form.is_valid() and form.cleaned_data["number"] != pk:
        other = Customer.objects.filter(pk=form.cleaned_data["number"], erased_at=None).first()
        if other:
            return HttpResponseRedirect(reverse("crm:compare", args=[pk, other.pk]))
        form.add_error("number", _("There is no customer with this number."))
    merges = Merge.objects.filter(customer__in=ids_of(customer), undone_at=None)
    context = {
        "customer": customer,
        "alike": list(_alike(pk)),
        "merges": merges.select_related("customer", "survivor", "merged_by").order_by("-merged_at"),
        "form": form,
    }
    return _page(request, "crm/merging/same.html", _("One person, several records"), context)


@MAY_MERGE
def compare(request: StaffRequest, pk: int, other_pk: int) -> HttpResponse:
    """Two people side by side; sending the form makes them one. The first keeps what is not taken over."""
    people = with_ids(Customer.objects.filter(erased_at=None))
    customer, other = get_object_or_404(people, pk=pk), get_object_or_404(people, pk=other_pk)
    evidence = likeness.alike(pk).get(other_pk, [])
    if request.method == "POST":
        take = [name for name in DETAILS if request.POST.get(name) == "other"]
        at = timezone.now()
        try:
            merge = merging.merge(customer, other=other, by=request.user, at=at, evidence=evidence, take=take)
        except Refusal as refused:
            messages.error(request, str(refused.title))
            return HttpResponseRedirect(reverse("crm:compare", args=[pk, other_pk]))
        messages.success(request, _("They are one person now. On “Same person” it can be taken back."))
        return HttpResponseRedirect(reverse("crm:customer", args=[merge.survivor_id]))
    context = {
        "customer": customer,
        "other": other,
        "evidence": _said(evidence),
        "details": list(_details(customer, other)),
        "lines": list(_beside(customer, other)),
    }
    return _page(request, "crm/merging/compare.html", _("Are these one person?"), context)


@require_POST
@MAY_MERGE
def separation(request: StaffRequest, pk: int) -> HttpResponse:
    merge = get_object_or_404(Merge, pk=pk)
    try:
        merging.unmerge(merge, by=request.user, at=timezone.now())
        messages.success(request, _("They are two people again, each with what was recorded on them."))
    except Refusal as refused:
        messages.error(request, str(refused.title))
    return HttpResponseRedirect(reverse("crm:customer", args=[merge.customer_id]))


@require_GET
@MAY_MERGE
def proposals(request: StaffRequest) -> HttpResponse:
    """All pairs that wait for a decision, newest first, by key."""
    found = MergeProposal.objects.waiting().select_related("first", "second").order_by("-pk")
    after = request.GET.get("after", "")
    if after.isascii() and after.isdigit() and len(after) < 19:
        found = found.filter(pk__lt=int(after))
    shown = list(found[: PAGE + 1])
    rows = [(proposal, _said(proposal.evidence)) for proposal in shown[:PAGE]]
    context = {"rows": rows, "after": shown[PAGE - 1].pk if len(shown) > PAGE else None}
    return _page(request, "crm/merging/proposals.html", _("Perhaps the same people"), context)


@require_POST
@MAY_MERGE
def dismissal(request: StaffRequest, pk: int) -> HttpResponse:
    likeness.dismiss(get_object_or_404(MergeProposal, pk=pk), by=request.user, at=timezone.now())
    messages.success(request, _("They stay two people, and are not proposed again."))
    return HttpResponseRedirect(reverse("crm:merge-proposals"))


def _alike(pk: int) -> Iterator[Alike]:
    found = likeness.alike(pk)
    dismissed = MergeProposal.objects.filter(Q(first=pk) | Q(second=pk)).exclude(dismissed_at=None)
    two_people = {other for pair in dismissed.values_list("first", "second") for other in pair}
    for customer in Customer.objects.filter(pk__in=set(found) - two_people, erased_at=None).order_by("pk"):
        yield Alike(customer=customer, evidence=_said(found[customer.pk]))


def _said(evidence: Sequence[str]) -> list[str]:
    labels = dict(MergeProposal.Evidence.choices)
    return [str(labels[one]) for one in evidence if one in labels]


def _details(customer: Customer, other: Customer) -> Iterator[Line]:
    for name in DETAILS:
        label = Customer._meta.get_field(name).verbose_name  # type: ignore[union-attr]
        yield Line(label=label, ours=_shown(customer, name), theirs=_shown(other, name), name=name)


def _shown(customer: Customer, name: str) -> str:
    value = getattr(customer, name)
    if name == "birthday":
        return str(said_date(value)) if value else ""
    if name == "language":
        return str(customer.get_language_display()) if value else ""
    return str(channel_name(value)) if name == "preferred_channel" and value else str(value)


def _beside(customer: Customer, other: Customer) -> Iterator[Line]:
    """What each is known by and did: it stays with whom it was recorded on, and is read together."""
    for label, say in (
        (_("Number"), lambda person: f"№ {person.pk}"),
        (_("Known since"), lambda person: str(said_date(person.created_at))),
        (_("How to reach"), _reach),
        (_("Addresses"), _addresses),
        (_("Orders"), lambda person: number(Order.objects.filter(customer__in=ids_of(person)).count())),
        (_("Consents"), _consents),
    ):
        yield Line(label=label, ours=say(customer), theirs=say(other))


def _reach(customer: Customer) -> str:
    """Masked: two people can be compared without using what they are reached by."""
    known = Identity.objects.filter(customer__in=ids_of(customer)).order_by("kind", "pk")[:20]
    return "; ".join(masked(identity.kind, identity.value) for identity in known)


def _addresses(customer: Customer) -> str:
    return "; ".join(
        str(one) for one in Address.objects.filter(customer__in=ids_of(customer)).order_by("pk")[:5]
    )


def _consents(customer: Customer) -> str:
    held = consenting.standings(customer)
    return "; ".join(f"{one.subject}: {one.consent.get_decision_display()}" for one in held)


def _page(request: StaffRequest, template: str, title: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, {**admin.site.each_context(request), "title": title, **context})
