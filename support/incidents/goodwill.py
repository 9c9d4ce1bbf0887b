"""Points for everybody whom an incident hurt: agreed to once, within a budget, and given to each once.

Above settings.INCIDENT_GOODWILL_ALONE a second person agrees. Every gift is a transaction of its own, in which its
price leaves the budget: however often the work is killed, nobody is given twice and nothing is given beyond.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from crm import abilities, timeline
from crm.abilities import Price
from crm.errors import Fault
from crm.models import Customer, User
from crm.people.same_person import ids_by
from support import changing
from support.facts import IncidentPointsGiven
from support.incidents import affecting, drafting
from support.incidents.errors import (
    BudgetTooSmall,
    GoodwillAskedAlready,
    GoodwillDecided,
    NobodyToGive,
    NotGoingOn,
    NotYoursToApprove,
)
from support.models import Incident, IncidentGift, IncidentGoodwill

MAY_ASK = "support.announce_incident"
MAY_DECIDE = "support.decide_incidentgoodwill"
MOST_POINTS = 100_000
CHUNK = 25
NO_ACCOUNT, ALREADY = "no-account", "already"
State = IncidentGoodwill.State


def foresee(incident: Incident, *, points: int, at: datetime) -> tuple[int, Price | None]:
    """How many would be given points, and what they cost together."""
    people = _people(incident, at=at)
    price = abilities.prices_points()(points, at=at)
    if price is None:
        return len(people), None
    return len(people), Price(amount=price.amount * len(people), currency=price.currency)


@transaction.atomic
def ask(incident: Incident, *, points: int, budget: Decimal, by: User, at: datetime) -> IncidentGoodwill:
    """Ask for points for everybody who was told, or is affected, and has an account. `run` does the work.

    Within settings.INCIDENT_GOODWILL_ALONE it is begun at once, else a second person decides. Locks the incident's row.

    Raises:
        NotGoingOn: nobody was told of it yet.
        GoodwillAskedAlready, NobodyToGive, BudgetTooSmall: nothing is asked.
        NotYoursToApprove: by somebody who may not.
    """
    locked = drafting.hold(incident)
    if not by.has_perm(MAY_ASK):
        raise NotYoursToApprove
    if locked.is_draft:
        raise NotGoingOn
    if IncidentGoodwill.objects.filter(incident=locked).exclude(state=State.REFUSED).exists():
        raise GoodwillAskedAlready
    people, price = sorted(_people(locked, at=at)), abilities.prices_points()(points, at=at)
    if not people or price is None:
        raise NobodyToGive
    needs = price.amount * len(people)
    if not 0 < points <= MOST_POINTS or needs > budget:
        raise BudgetTooSmall(
            Fault(pointer="/budget", detail=_("This does not suffice for everybody.")),
            needs=format(needs, "f"),
            currency=price.currency,
        )
    asked = IncidentGoodwill.objects.create(
        incident=locked,
        points=points,
        price_amount=price.amount,
        budget_amount=budget,
        currency=price.currency,
        people_total=len(people),
        state=State.GIVING if budget <= settings.INCIDENT_GOODWILL_ALONE else State.WAITING,
        requested_by=by,
        requested_at=at,
        started_by=by,
        created_at=at,
        moved_at=at,
    )
    IncidentGift.objects.bulk_create(
        (IncidentGift(goodwill=asked, customer_id=person) for person in people), batch_size=1000
    )
    return asked


@transaction.atomic
def decide(goodwill: IncidentGoodwill, *, yes: bool, by: User, at: datetime) -> IncidentGoodwill:
    """The second person's word: with a yes, `run` gives. Locks the goodwill's row.

    Raises:
        NotYoursToApprove: by whoever asked, or may not decide; or whoever asked may not ask any more.
        GoodwillDecided: nothing is changed.
    """
    locked = _hold(goodwill)
    if locked.state != State.WAITING:
        raise GoodwillDecided
    by, asker = User.objects.get(pk=by.pk), User.objects.get(pk=locked.requested_by_id)
    if by == asker or not by.has_perm(MAY_DECIDE) or not asker.has_perm(MAY_ASK):
        raise NotYoursToApprove
    locked.state = State.GIVING if yes else State.REFUSED
    locked.decided_by, locked.decided_at, locked.moved_at = by, at, at
    locked.save(update_fields=["state", "decided_by", "decided_at", "moved_at"])
    return locked


def run(
    goodwill: IncidentGoodwill, *, clock: Callable[[], datetime], until: datetime | None = None
) -> IncidentGoodwill:
    """Give until everybody has theirs, or `until` is past. May run twice at a time."""
    while (now := clock()) and (until is None or now < until):
        if not _chunk(goodwill.pk, at=now):
            break
    goodwill.refresh_from_db()
    return goodwill


def progress(goodwill: IncidentGoodwill) -> dict[str, int]:
    """One query."""
    counted: dict[str, int] = goodwill.gifts.aggregate(
        given=Count("pk", filter=Q(given_at__isnull=False)),
        ungiven=Count("pk", filter=~Q(why_not="")),
        left=Count("pk", filter=Q(given_at=None, why_not="")),
    )
    return counted


def _people(incident: Incident, *, at: datetime) -> set[int]:
    """Whoever was told or was found affected, by their id of today, and has an account."""
    found = set(incident.people.values_list("customer", flat=True)) | affecting.told_of(incident)
    standing = Customer.objects.filter(pk__in=found, erased_at=None, merged_into=None)
    return abilities.have_points()(set(standing.values_list("pk", flat=True)), at=at)


def _chunk(pk: int, *, at: datetime) -> bool:
    goodwill = IncidentGoodwill.objects.select_related("incident").get(pk=pk)
    if goodwill.state != State.GIVING:
        return False
    left = list(goodwill.gifts.filter(given_at=None, why_not="").order_by("pk")[:CHUNK])
    if not left:
        IncidentGoodwill.objects.filter(pk=pk, state=State.GIVING).update(
            state=State.DONE, finished_at=at, moved_at=at
        )
        return False
    for gift in left:
        _give(gift, goodwill, at=at)
    return bool(IncidentGoodwill.objects.filter(pk=pk, state=State.GIVING).update(moved_at=at))


@transaction.atomic
def _give(gift: IncidentGift, goodwill: IncidentGoodwill, *, at: datetime) -> None:
    """Locks the customer's row, the gift's, the wallet, then the goodwill's."""
    person = changing.lock_person(gift.customer_id)
    gift = IncidentGift.objects.select_for_update(no_key=True).get(pk=gift.pk)
    if gift.given_at or gift.why_not:
        return
    if _has_theirs(gift, person):
        gift.why_not = ALREADY
    elif person.erased_at or not _post(goodwill, gift, person, at=at):
        gift.why_not = NO_ACCOUNT
    elif not _take_out(goodwill):
        raise BudgetTooSmall  # cannot be: everybody was counted when it was asked; the gift is not given
    else:
        gift.given_at = at
    gift.save(update_fields=["given_at", "why_not"])


def _post(goodwill: IncidentGoodwill, gift: IncidentGift, person: Customer, *, at: datetime) -> bool:
    name = goodwill.incident.name_in(person.language)
    key = f"incident-goodwill:{goodwill.pk}:{gift.customer_id}"
    is_given = abilities.gives_points_to_many()(person, points=goodwill.points, key=key, why=name, at=at)
    if is_given:
        timeline.record(
            person,
            IncidentPointsGiven(incident_name=name, points=goodwill.points),
            source=changing.SOURCE,
            source_id=key,
            occurred_at=at,
            recorded_at=at,
            actor=goodwill.requested_by,
        )
    return is_given


def _take_out(goodwill: IncidentGoodwill) -> bool:
    price = goodwill.price_amount
    its = IncidentGoodwill.objects.filter(pk=goodwill.pk, used_amount__lte=F("budget_amount") - price)
    return bool(its.update(used_amount=F("used_amount") + price))


def _has_theirs(gift: IncidentGift, person: Customer) -> bool:
    """Under another id, before it was known to be theirs."""
    others = IncidentGift.objects.filter(goodwill=gift.goodwill_id, customer__in=ids_by(person.pk))
    return others.exclude(pk=gift.pk).filter(given_at__isnull=False).exists()


def _hold(goodwill: IncidentGoodwill) -> IncidentGoodwill:
    return IncidentGoodwill.objects.select_for_update(no_key=True, of=("self",)).get(pk=goodwill.pk)
