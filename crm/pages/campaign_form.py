"""Writing a campaign: whom it is about, what is done, who is left alone to compare with. The address may begin it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from crm.campaigns import drafting
from crm.campaigns.drafting import FEWEST_DAYS, MOST_DAYS, USUAL_DAYS, USUAL_HOLD_OUT, PlanTold, Told
from crm.campaigns.kinds import CampaignKind, kinds
from crm.campaigns.kinds.base import TermsForm
from crm.campaigns.playbooks import PLAYBOOKS, Playbook, playbook_named
from crm.errors import Refusal
from crm.models import Campaign, Segment, SegmentSnapshot, User
from crm.models.campaign import LARGEST_HOLD_OUT
from crm.pages.campaign import campaign_or_404
from crm.pages.campaigns import CHANGES, begun_by
from crm.pages.requests import StaffRequest
from crm.rules.fields import ConditionFormField, always
from crm.segments.asking import ROOT

CONDITIONS = "conditions"
MOST_OFFERED = 200
# A plan that nobody begins within so many days is late for customers who are leaving.
DUE_WITHIN = timedelta(days=7)


class CampaignForm(forms.Form):
    name = forms.CharField(label=_("Name of the campaign"), max_length=drafting.LONGEST_NAME)
    audience = forms.ChoiceField(label=_("Whom it is about"))
    conditions = ConditionFormField(
        root=ROOT, label=_("Conditions of its own"), initial=always, required=False
    )
    hold_out = forms.IntegerField(
        label=_("Held out by lot, %"),
        min_value=0,
        max_value=int(LARGEST_HOLD_OUT * 100),
        initial=int(USUAL_HOLD_OUT * 100),
        help_text=_("Nothing is done for them, so that the others can be compared with them afterwards."),
    )
    why_no_hold_out = forms.CharField(
        label=_("If nobody is held out: why"), max_length=drafting.LONGEST_REASON, required=False
    )
    horizon_days = forms.IntegerField(
        label=_("Measured over, days"), min_value=FEWEST_DAYS, max_value=MOST_DAYS, initial=USUAL_DAYS
    )
    budget_amount = forms.DecimalField(
        label=_("Budget"),
        min_value=Decimal("0.01"),
        max_digits=14,
        decimal_places=2,
        required=False,
        localize=True,
        help_text=_("Once it is used up, nothing is given any more. Empty: as much as all of them may cost."),
    )
    owner = forms.ModelChoiceField(
        label=_("Who answers for keeping them"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("This is no plan to keep customers"),
    )
    due_on = forms.DateField(
        label=_("To be begun by"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, reader: User, **more: Any) -> None:
        super().__init__(*args, **more)
        self.reader = reader
        self.fields["audience"].choices = _audiences(reader)  # type: ignore[attr-defined]
        colleagues = User.objects.filter(is_staff=True, is_active=True).order_by("name", "pk")
        self.fields["owner"].queryset = colleagues  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("owner") and not told.get("due_on"):
            self.add_error("due_on", _("Say by which day it is to begin."))
        return told

    def told(self, kind: str, terms: Any, playbook: str) -> Told:
        said = self.cleaned_data
        of, _colon, pk = said["audience"].partition(":")
        segments = Segment.objects.seen_by(self.reader)
        plan = (
            PlanTold(owner=said["owner"], due_on=said["due_on"], playbook=playbook) if said["owner"] else None
        )
        return Told(
            name=said["name"],
            kind=kind,
            terms=terms,
            segment=segments.filter(pk=pk).first() if of == "segment" else None,
            snapshot=SegmentSnapshot.objects.filter(segment__in=segments, pk=pk).first()
            if of == "snapshot"
            else None,
            conditions=said["conditions"] if of == CONDITIONS else None,
            hold_out=Decimal(said["hold_out"]) / 100,
            why_no_hold_out=said["why_no_hold_out"],
            horizon_days=said["horizon_days"],
            budget_amount=said["budget_amount"],
            plan=plan,
        )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("crm.add_campaign", raise_exception=True)
def new(request: StaffRequest) -> HttpResponse:
    """`?kind=` says what is done; with it `?segment=`, `?snapshot=` or `?conditions=`, or a `?playbook=`."""
    playbook = playbook_named(request.GET.get("playbook", ""))
    kind = kinds().get(request.GET.get("kind", "") or (playbook.kind if playbook else ""))
    if kind is None:
        return _choice(request)
    initial = {**_from_address(request), **_from_playbook(playbook, request.user)}
    return _answered(request, None, kind, initial=initial, playbook=playbook)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(CHANGES, raise_exception=True)
def change(request: StaffRequest, pk: int) -> HttpResponse:
    its = campaign_or_404(request, pk)
    if not its.is_draft:
        return HttpResponseRedirect(reverse("campaigns:campaign", args=[pk]))
    plan = getattr(its, "plan", None)
    playbook = playbook_named(plan.playbook) if plan else None
    return _answered(request, its, kinds()[its.kind], initial=_initial(its), playbook=playbook)


def _choice(request: StaffRequest) -> HttpResponse:
    """What is to be done? Each kind and each playbook is a way on, with what the address says."""
    kept = {name: request.GET[name] for name in ("segment", "snapshot", "conditions") if name in request.GET}
    context = {
        **admin.site.each_context(request),
        "title": _("What is to be done?"),
        "kinds": [
            {"its": one, "url": f"?{urlencode({**kept, 'kind': one.name})}"} for one in kinds().values()
        ],
        "playbooks": [] if kept else [begun_by(one) for one in PLAYBOOKS],
    }
    return TemplateResponse(request, "crm/campaigns/choice.html", context)


def _answered(
    request: StaffRequest,
    its: Campaign | None,
    kind: CampaignKind,
    *,
    initial: dict[str, Any],
    playbook: Playbook | None,
) -> HttpResponse:
    posted = request.POST or None
    form = CampaignForm(posted, reader=request.user, initial=initial)
    terms = TermsForm(kind, posted, prefix="terms", initial=initial.get("terms"))
    if request.method == "POST" and form.is_valid() & terms.is_valid():
        told = form.told(kind.name, terms.cleaned_data, playbook.name if playbook else "")
        if (kept := _kept(request, its, told, form)) is not None:
            return HttpResponseRedirect(reverse("campaigns:campaign", args=[kept.pk]))
    context = {
        **admin.site.each_context(request),
        "title": its.name if its else _("Prepare a campaign"),
        "campaign": its,
        "kind": kind,
        "playbook": playbook,
        "form": form,
        "terms": terms,
        "media": form.media + terms.media,
    }
    status = 422 if form.errors or terms.errors else 200
    return TemplateResponse(request, "crm/campaigns/form.html", context, status=status)


def _kept(request: StaffRequest, its: Campaign | None, told: Told, form: CampaignForm) -> Campaign | None:
    try:
        if its is None:
            return drafting.draft(told, by=request.user, at=timezone.now())
        return drafting.change(its, told, at=timezone.now())
    except Refusal as refused:
        for fault in refused.faults:
            name = fault.pointer.strip("/")
            form.add_error(name if name in form.fields else None, str(fault.detail))
        if not refused.faults:
            form.add_error(None, str(refused.title))
        return None


def _from_address(request: StaffRequest) -> dict[str, Any]:
    """What cannot be read is as if it was not said."""
    if segment := request.GET.get("segment", ""):
        return {"audience": f"segment:{segment}"}
    if snapshot := request.GET.get("snapshot", ""):
        return {"audience": f"snapshot:{snapshot}"}
    try:
        tree = ConditionFormField(root=ROOT).clean(request.GET.get("conditions", ""))
    except ValidationError:
        return {}
    return {"audience": CONDITIONS, "conditions": tree}


def _from_playbook(playbook: Playbook | None, reader: User) -> dict[str, Any]:
    if playbook is None:
        return {}
    return {
        "name": playbook.title,
        "audience": CONDITIONS,
        "conditions": playbook.conditions,
        "terms": dict(playbook.terms),
        "owner": reader.pk,
        "due_on": timezone.localdate() + DUE_WITHIN,
    }


def _initial(its: Campaign) -> dict[str, Any]:
    plan = getattr(its, "plan", None)
    if its.segment_id:
        audience = f"segment:{its.segment_id}"
    else:
        audience = f"snapshot:{its.snapshot_id}" if its.snapshot_id else CONDITIONS
    return {
        "name": its.name,
        "audience": audience,
        "conditions": its.conditions if its.conditions is not None else always(),
        "hold_out": round(its.hold_out * 100),
        "why_no_hold_out": its.why_no_hold_out,
        "horizon_days": its.horizon_days,
        "budget_amount": its.budget_amount,
        "terms": its.terms,
        "owner": plan.owner_id if plan else None,
        "due_on": plan.due_on if plan else None,
    }


def _audiences(reader: User) -> Sequence[tuple[Any, Any]]:
    segments = Segment.objects.kept().seen_by(reader).order_by("name", "pk")[:MOST_OFFERED]
    snapshots = SegmentSnapshot.objects.filter(segment__in=Segment.objects.seen_by(reader))
    offered = snapshots.select_related("segment").order_by("-pk")[:MOST_OFFERED]
    return [
        (CONDITIONS, _("Conditions of its own, as below")),
        (_("Segments"), [(f"segment:{one.pk}", one.name) for one in segments]),
        (_("Snapshots"), [(f"snapshot:{one.pk}", f"{one.segment.name} · {one.name}") for one in offered]),
    ]
