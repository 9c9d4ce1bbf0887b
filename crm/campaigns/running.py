"""Doing it: who is in it is settled first, then it is done for one person at a time, in a transaction of their own.

Whatever kills the work, it goes on where it stood: what is still to do are the people of the treated side that wait.
Nothing is done twice for anybody, not even for somebody who was merged with another meanwhile; and what is done for
one person (a message, points, a budget used) stands or falls with the row that says so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import OperationalError, connection, transaction
from django.db.models import Case, Count, F, Q, QuerySet, TextField, Value, When

from crm import timeline
from crm.campaigns.audiences import audience, held_out_below, number_for
from crm.campaigns.drafting import hold
from crm.campaigns.errors import CampaignIsOver, NotGoingOn
from crm.campaigns.kinds import kind_named
from crm.campaigns.kinds.base import ALREADY, BUDGET, ERASED, FAULT, SOURCE, CampaignKind, Doing
from crm.models import Campaign, CampaignPerson, Customer, User
from crm.people.same_person import ids_by, lock_person
from crm.reactions import describe
from crm.segments.sweeping import with_room_to_group

log = logging.getLogger(__name__)

CHUNK = 25
State, Side, Person = Campaign.State, CampaignPerson.Side, CampaignPerson.State


class _BudgetGone(Exception):
    """Another worker used the last of it: what was just done for this person is undone, and their turn comes anew."""


SETTLE = """
INSERT INTO crm_campaignperson (campaign_id, customer_id, side, state, why_not, outcome)
SELECT {campaign}, its.customer, its.side, 'waiting', '', '' FROM ({people}) AS its(customer, side) ORDER BY 1, 2
ON CONFLICT DO NOTHING
"""


def run(campaign: Campaign, *, clock: Callable[[], datetime], until: datetime | None = None) -> Campaign:
    """Work until everybody had their turn, it is paused or cancelled, or `until` is past. May run twice at a time."""
    while (now := clock()) and (until is None or now < until):
        if not _chunk(campaign.pk, at=now):
            break
    campaign.refresh_from_db()
    return campaign


def progress(campaign: Campaign) -> dict[str, int]:
    """How many were treated, could not be, failed, and are still to be; and how many the lot held out. One query."""
    treated = Q(side=Side.TREATED)
    counted: dict[str, int] = campaign.people.aggregate(
        done=Count("pk", filter=treated & Q(state=Person.DONE)),
        skipped=Count("pk", filter=treated & Q(state__in=(Person.SKIPPED, Person.FAILED))),
        left=Count("pk", filter=treated & Q(state=Person.WAITING)),
        held_out=Count("pk", filter=Q(side=Side.HELD_OUT)),
    )
    return counted


@transaction.atomic
def pause(campaign: Campaign, *, by: User, at: datetime) -> Campaign:
    """Do no more for now; whoever has their turn just now gets it. Again: nothing changes. Locks the campaign's row.

    Raises:
        NotGoingOn: it does not run.
    """
    campaign = hold(campaign)
    if campaign.state == State.PAUSED:
        return campaign
    if campaign.state != State.RUNNING:
        raise NotGoingOn
    return _stop(campaign, State.PAUSED, by=by, at=at)


@transaction.atomic
def go_on(campaign: Campaign, *, at: datetime) -> Campaign:
    """Go on where it was paused. Again: nothing changes. Locks the campaign's row.

    Raises:
        NotGoingOn: it was not paused.
    """
    campaign = hold(campaign)
    if campaign.state == State.RUNNING:
        return campaign
    if campaign.state != State.PAUSED:
        raise NotGoingOn
    campaign.state, campaign.moved_at, campaign.stopped_by, campaign.stopped_at = (
        State.RUNNING,
        at,
        None,
        None,
    )
    campaign.save(update_fields=["state", "moved_at", "stopped_by", "stopped_at"])
    return campaign


@transaction.atomic
def cancel(campaign: Campaign, *, by: User | None, at: datetime) -> Campaign:
    """Do no more, and take back what has not left the house. What was done stays, and is measured. Locks its row.

    Raises:
        CampaignIsOver: there is nothing to cancel.
    """
    campaign = hold(campaign)
    if campaign.state in (State.DONE, State.CANCELLED):
        raise CampaignIsOver
    kind_named(campaign.kind).stop(campaign, at=at)
    return _stop(campaign, State.CANCELLED, by=by, at=at)


def _stop(campaign: Campaign, state: Campaign.State, *, by: User | None, at: datetime) -> Campaign:
    campaign.state, campaign.stopped_by, campaign.stopped_at, campaign.moved_at = state, by, at, at
    campaign.save(update_fields=["state", "stopped_by", "stopped_at", "moved_at"])
    return campaign


def _chunk(pk: int, *, at: datetime) -> bool:
    """Settle who is in it, or take the next few. False: nothing is left to do."""
    campaign = Campaign.objects.select_related("asked_by").get(pk=pk)
    if campaign.state == State.FINDING:
        return settle(campaign, at=at)
    if campaign.state != State.RUNNING:
        return False
    waiting = campaign.people.filter(side=Side.TREATED, state=Person.WAITING)
    left = list(waiting.order_by("pk").values_list("pk", flat=True)[:CHUNK])
    if not left:
        Campaign.objects.filter(pk=pk, state=State.RUNNING).update(
            state=State.DONE, finished_at=at, moved_at=at
        )
        return False
    kind = kind_named(campaign.kind)
    for row in left:
        _do_or_set_aside(row, campaign, kind, at=at)
    return bool(Campaign.objects.filter(pk=pk, state=State.RUNNING).update(moved_at=at))


@transaction.atomic
def settle(campaign: Campaign, *, at: datetime) -> bool:
    """Write down who is in it, on which side; from now on it is measured. Locks the campaign's row. True: it runs."""
    locked = hold(campaign)
    if locked.state != State.FINDING:
        return locked.state == State.RUNNING
    with_room_to_group()
    side = Case(
        When(lot__lt=held_out_below(locked), then=Value(Side.HELD_OUT.value)),
        default=Value(Side.TREATED.value),
        output_field=TextField(),
    )
    people = audience(locked, at=at).order_by().annotate(lot=number_for(locked), on_side=side)
    question, values = people.values_list("pk", "on_side").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', '60s', true)")
        cursor.execute(SETTLE.format(campaign=int(locked.pk), people=question), values)
    locked.state, locked.started_at, locked.moved_at = State.RUNNING, at, at
    locked.save(update_fields=["state", "started_at", "moved_at"])
    return True


def _do_or_set_aside(pk: int, campaign: Campaign, kind: CampaignKind, *, at: datetime) -> None:
    """One person for whom a fault of ours stands in the way does not keep the others from their turn."""
    try:
        _do(pk, campaign, kind, at=at)
    except _BudgetGone:
        return
    except OperationalError:
        raise  # the database is away, or two waited for each other: the turn is still to come
    except Exception as error:  # noqa: BLE001 - whatever it is, the others wait for their turn
        log.warning("turn failed", extra={"campaign_person_id": pk, "error": describe(error)})
        CampaignPerson.objects.filter(pk=pk, state=Person.WAITING).update(
            state=Person.FAILED, why_not=FAULT, at=at
        )


@transaction.atomic
def _do(pk: int, campaign: Campaign, kind: CampaignKind, *, at: datetime) -> None:
    """Locks the customer's row, then the row of their turn, then whatever the deed needs, then the campaign's."""
    customer = CampaignPerson.objects.values_list("customer", flat=True).get(pk=pk)
    person = lock_person(customer)
    row = CampaignPerson.objects.select_for_update(no_key=True, of=("self",)).get(pk=pk)
    if (
        row.state != Person.WAITING
        or not Campaign.objects.filter(pk=campaign.pk, state=State.RUNNING).exists()
    ):
        return
    doing = Doing(
        campaign=campaign, terms=campaign.terms, person=person, key=f"{campaign.pk}:{customer}", at=at
    )
    row.why_not = _done_or_why_not(doing, row, kind)
    row.state, row.at = Person.SKIPPED if row.why_not else Person.DONE, at
    row.save(update_fields=["state", "why_not", "at"])


def _done_or_why_not(doing: Doing, row: CampaignPerson, kind: CampaignKind) -> str:
    if doing.person.erased_at:
        return ERASED
    if _had_their_turn(row, doing.person):
        return ALREADY
    if not _has_budget(doing.campaign):
        return BUDGET
    if why_not := kind.do(doing):
        return why_not
    if not _take_out(doing.campaign):
        raise _BudgetGone
    timeline.record(
        doing.person,
        kind.fact(doing),
        source=SOURCE,
        source_id=doing.key,
        occurred_at=doing.at,
        recorded_at=doing.at,
        actor=doing.campaign.asked_by,
        subject=doing.campaign,
    )
    return ""


def _had_their_turn(row: CampaignPerson, person: Customer) -> bool:
    """Under another id, which is theirs as is known by now; or the lot held out whom they are found to be."""
    others = CampaignPerson.objects.filter(campaign=row.campaign_id, customer__in=ids_by(person.pk))
    before = Q(state=Person.DONE) | Q(side=Side.HELD_OUT)
    return others.exclude(pk=row.pk).filter(before).exists()


def _has_budget(campaign: Campaign) -> bool:
    return _affordable(campaign).exists()


def _take_out(campaign: Campaign) -> bool:
    if not campaign.price_amount:
        return True
    return bool(_affordable(campaign).update(used_amount=F("used_amount") + campaign.price_amount))


def _affordable(campaign: Campaign) -> QuerySet[Campaign]:
    fits = Q(budget_amount=None) | Q(used_amount__lte=F("budget_amount") - campaign.price_amount)
    return Campaign.objects.filter(fits, pk=campaign.pk)
