"""A campaign is let start: at once, or once a second person agrees where many people or much money is at stake."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm import company
from crm.campaigns.audiences import audience, refuse_unfilled, within_a_page
from crm.campaigns.drafting import hold
from crm.campaigns.errors import (
    AskedTooLongAgo,
    CampaignDecided,
    MayNotStart,
    NobodyInIt,
    NotADraft,
    NotYoursToDecide,
    UnfinishedCampaign,
)
from crm.campaigns.kinds import kind_named
from crm.campaigns.kinds.base import read
from crm.errors import Fault
from crm.models import Campaign, User
from crm.segments.writing import plain

MAY_START, MAY_DECIDE = "crm.start_campaign", "crm.decide_campaign"
# Who was in it when somebody asked is no longer who would be in it.
AGREED_WITHIN = timedelta(days=1)
LONGEST_NOTE = 300
State = Campaign.State


@transaction.atomic
def ask(campaign: Campaign, *, by: User | None, at: datetime) -> Campaign:
    """Let a draft start: `running.run` does the work. Above the company's limits it waits for a second person.

    Without `by`, a shop's system asks: then somebody of ours always has to agree.

    What it costs at the most is frozen. Without a budget, that is the budget. Locks the campaign's row.

    Raises:
        NotADraft: it was started already.
        MayNotStart: by somebody who may not, or may not give what it gives.
        NobodyInIt, SegmentNotFilled, TooLongToFind, UnusableConditions: nothing is started.
        UnfinishedCampaign: what it gives is not there any more.
    """
    campaign = hold(campaign)
    if not campaign.is_draft:
        raise NotADraft
    if by is not None and not may_start(campaign, by):
        raise MayNotStart
    refuse_unfilled(campaign)
    with within_a_page():
        people = audience(campaign, at=at).count()
    if not people:
        raise NobodyInIt
    kind = kind_named(campaign.kind)
    campaign.terms = read(kind, campaign.terms)
    most = kind.price(campaign.terms, at=at).most
    if most is None and campaign.budget_amount is not None:
        raise UnfinishedCampaign(
            Fault(
                pointer="/budget_amount",
                detail=_("What this costs is known only once it is used: it has no budget of its own."),
            )
        )
    campaign.people_foreseen, campaign.price_amount = people, most or Decimal(0)
    if most and campaign.budget_amount is None:
        campaign.budget_amount = most * people
    campaign.asked_by, campaign.asked_at, campaign.moved_at = by, at, at
    campaign.decided_by, campaign.decided_at, campaign.decision_note = None, None, ""
    campaign.state = (
        State.WAITING if by is None or needs_second_person(campaign, most=most) else State.FINDING
    )
    campaign.save()
    return campaign


@transaction.atomic
def decide(campaign: Campaign, *, yes: bool, by: User, at: datetime, note: str = "") -> Campaign:
    """The second person's word: with a yes, it starts; with a no, it is a draft again. Locks the campaign's row.

    Raises:
        NotYoursToDecide: by whoever wrote it or asked, or may not decide; or whoever asked may not ask any more.
        AskedTooLongAgo: with a yes, after AGREED_WITHIN.
        CampaignDecided: nothing is changed.
    """
    campaign = hold(campaign)
    if campaign.state != State.WAITING:
        raise CampaignDecided
    by, asker = User.objects.get(pk=by.pk), campaign.asked_by
    if not may_decide(campaign, by) or (asker is not None and not may_start(campaign, asker)):
        raise NotYoursToDecide
    if yes and is_stale(campaign, at=at):
        raise AskedTooLongAgo
    campaign.state = State.FINDING if yes else State.DRAFT
    campaign.decided_by, campaign.decided_at = by, at
    campaign.decision_note, campaign.moved_at = plain(note, LONGEST_NOTE), at
    campaign.save(update_fields=["state", "decided_by", "decided_at", "decision_note", "moved_at"])
    return campaign


@transaction.atomic
def take_back(campaign: Campaign, *, at: datetime) -> Campaign:
    """What waits for a second person is a draft again. Again: nothing changes. Locks the campaign's row.

    Raises:
        CampaignDecided: it was decided about.
    """
    campaign = hold(campaign)
    if campaign.is_draft:
        return campaign
    if campaign.state != State.WAITING:
        raise CampaignDecided
    campaign.state, campaign.moved_at = State.DRAFT, at
    campaign.save(update_fields=["state", "moved_at"])
    return campaign


def needs_second_person(campaign: Campaign, *, most: Decimal | None) -> bool:
    """`most`: what it costs at the most for one person; None where nothing bounds it."""
    its, people = company.current(), campaign.people_foreseen or 0
    if most is None or people > its.campaign_people_alone:
        return True
    return min(most * people, campaign.budget_amount or most * people) > its.campaign_amount_alone


def may_start(campaign: Campaign, who: User) -> bool:
    return who.is_active and who.has_perms([MAY_START, *kind_named(campaign.kind).needs])


def may_decide(campaign: Campaign, who: User) -> bool:
    is_another = who.pk not in (campaign.asked_by_id, campaign.started_by_id)
    return is_another and who.is_active and who.has_perm(MAY_DECIDE)


def is_stale(campaign: Campaign, *, at: datetime) -> bool:
    return campaign.asked_at is not None and at - campaign.asked_at > AGREED_WITHIN
