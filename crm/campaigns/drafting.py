"""What is written before anything happens: whom it is about, what is done, who is left alone to compare with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm import company, rules
from crm.campaigns.errors import NotADraft, UnfinishedCampaign
from crm.campaigns.kinds import kind_named
from crm.campaigns.kinds.base import read
from crm.errors import Fault
from crm.models import Campaign, RetentionPlan, Segment, SegmentSnapshot, User
from crm.models.campaign import LARGEST_HOLD_OUT
from crm.segments.asking import ROOT
from crm.segments.writing import plain

USUAL_HOLD_OUT = Decimal("0.1")
USUAL_DAYS, FEWEST_DAYS, MOST_DAYS = 30, 7, 180
LONGEST_NAME, LONGEST_REASON = 80, 200


@dataclass(frozen=True, kw_only=True)
class PlanTold:
    """Who answers for keeping these people, and by which day it is to begin."""

    owner: User
    due_on: date
    playbook: str = ""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a draft says. Of segment, snapshot and conditions (see crm.rules) there is one."""

    name: str
    kind: str
    terms: Mapping[str, Any] = field(default_factory=dict)
    segment: Segment | None = None
    snapshot: SegmentSnapshot | None = None
    conditions: Any = None
    hold_out: Decimal = USUAL_HOLD_OUT
    why_no_hold_out: str = ""
    horizon_days: int = USUAL_DAYS
    budget_amount: Decimal | None = None
    plan: PlanTold | None = None


def check(told: Told) -> dict[str, Any]:
    """The terms as they are kept, where all of it can be.

    Raises:
        UnknownKind, UnusableConditions.
        UnfinishedCampaign: with a fault for each thing that cannot be.
    """
    terms = read(kind_named(told.kind), told.terms)
    if told.conditions is not None:
        rules.check(told.conditions, ROOT)
    if faults := list(_faults(told)):
        raise UnfinishedCampaign(*faults)
    return terms


@transaction.atomic
def draft(told: Told, *, by: User | None, at: datetime) -> Campaign:
    """Write a draft; without `by`, a shop's system does. Nothing happens to anybody yet. Not idempotent.

    Raises:
        UnknownKind, UnusableConditions, UnfinishedCampaign: nothing is kept.
    """
    campaign = Campaign(started_by=by, created_at=at)
    return _keep(campaign, told, at=at)


@transaction.atomic
def change(campaign: Campaign, told: Told, *, at: datetime) -> Campaign:
    """Say it otherwise, while it is a draft. Locks its row.

    Raises:
        NotADraft: it was started.
        UnknownKind, UnusableConditions, UnfinishedCampaign: nothing is changed.
    """
    locked = hold(campaign)
    if not locked.is_draft:
        raise NotADraft
    return _keep(locked, told, at=at)


def hold(campaign: Campaign) -> Campaign:
    """The campaign anew, its row locked (FOR NO KEY UPDATE) until the transaction ends."""
    its = Campaign.objects.select_for_update(no_key=True, of=("self",))
    return its.select_related("segment", "snapshot").get(pk=campaign.pk)


def _keep(campaign: Campaign, told: Told, *, at: datetime) -> Campaign:
    campaign.terms = check(told)
    campaign.name = plain(told.name, LONGEST_NAME)
    campaign.segment, campaign.snapshot, campaign.conditions = told.segment, told.snapshot, told.conditions
    campaign.kind = told.kind
    campaign.hold_out = told.hold_out
    campaign.why_no_hold_out = "" if told.hold_out else plain(told.why_no_hold_out, LONGEST_REASON)
    campaign.horizon_days, campaign.budget_amount = told.horizon_days, told.budget_amount
    campaign.currency = company.current().currency
    campaign.moved_at = at
    campaign.save()
    _plan(campaign, told.plan)
    return campaign


def _plan(campaign: Campaign, told: PlanTold | None) -> None:
    if told is None:
        RetentionPlan.objects.filter(campaign=campaign).delete()
        return
    RetentionPlan.objects.update_or_create(
        campaign=campaign,
        defaults={"owner": told.owner, "due_on": told.due_on, "playbook": told.playbook},
    )


def _faults(told: Told) -> Iterator[Fault]:
    if not plain(told.name, LONGEST_NAME):
        yield Fault(pointer="/name", detail=_("Give the campaign a name, so that you find it again."))
    if sum(one is not None for one in (told.segment, told.snapshot, told.conditions)) != 1:
        yield Fault(
            pointer="/segment",
            detail=_("Choose a segment, a snapshot of one, or conditions: one of the three."),
        )
    if told.segment and told.segment.archived_at:
        yield Fault(pointer="/segment", detail=_("This segment is put away: nobody is in it."))
    if not 0 <= told.hold_out <= LARGEST_HOLD_OUT:
        yield Fault(pointer="/hold_out", detail=_("Hold out between nobody and half of the people."))
    if told.hold_out == 0 and not plain(told.why_no_hold_out, LONGEST_REASON):
        yield Fault(
            pointer="/why_no_hold_out",
            detail=_("Say why nobody is held out: nothing can be concluded from it afterwards."),
        )
    if not FEWEST_DAYS <= told.horizon_days <= MOST_DAYS:
        yield Fault(pointer="/horizon_days", detail=_("Measure over 7 to 180 days."))
    if told.budget_amount is not None and told.budget_amount <= 0:
        yield Fault(
            pointer="/budget_amount", detail=_("A budget is more than nothing. Without one, leave it empty.")
        )
