"""Gifts by the calendar: for a birthday, and as a welcome. Points or a code, once per occasion.

A birthday has days before and after it in which the gift is given, by the clock where the customer lives (else the
company's). One that was changed lately gives none until its cool-down is over.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction
from django.db.models import Q

from crm import company, timeline
from crm.models import Customer, CustomerChange
from crm.people.same_person import ids_by
from loyalty import ledger
from loyalty.coupons import coupon_codes
from loyalty.effects.birthday import celebrated_in
from loyalty.errors import UnknownMember
from loyalty.facts.rewards import GiftGiven
from loyalty.members.persons import lock_person
from loyalty.models import Coupon, GiftGrant, GiftRule, Member
from loyalty.rules import budgets
from loyalty.rules.budgets import BudgetUsedUp

AT_A_TIME = 500
WELCOME_YEAR = 0
# The earth's clocks differ by little more than a day.
CLOCKS = timedelta(days=1)


def give_due(*, at: datetime) -> int:
    """Give every gift whose days have come, each in its own transaction; run again, it gives none twice. How many?"""
    return sum(
        give(rule, member, at=at) is not None
        for rule in GiftRule.objects.given_at(at).select_related("programme", "pool", "budget")
        for member in _candidates(rule, at)
    )


def welcome(member_id: int, *, at: datetime) -> int:
    """What a new member is given at once. Idempotent. Returns how many gifts."""
    member = Member.objects.select_related("programme").get(pk=member_id)
    rules = GiftRule.objects.given_at(at).filter(
        programme=member.programme_id, occasion=GiftRule.Occasion.WELCOME
    )
    return sum(give(rule, member, at=at) is not None for rule in rules.select_related("pool", "budget"))


@transaction.atomic
def give(rule: GiftRule, member: Member, *, at: datetime) -> GiftGrant | None:
    """Give one gift, once per occasion of the person; None where there is no occasion, or no room in the budget.

    Locks the customer's row, the budget's period, then the wallet. A fact (GiftGiven).
    """
    try:
        customer = lock_person(member)
    except UnknownMember:
        return None
    year = occasion(rule, member, customer, at=at)
    if year is None or _has_it(rule, member, year) or not _reserve(rule, member, year, at=at):
        return None
    key = f"gift:{rule.pk}:{member.pk}:{year}"
    timeline.record(
        customer,
        GiftGiven(gift_name=rule.name_in(customer.language), points=rule.points or 0),
        source="loyalty",
        source_id=key,
        occurred_at=at,
        recorded_at=at,
    )
    return GiftGrant.objects.create(
        rule=rule,
        member=member,
        year=year,
        points=rule.points,
        transaction_id=_post(rule, member, key=key, year=year, at=at),
        coupon=_code(rule, member, at=at),
        granted_at=at,
    )


def is_for_a_birthday(key: str) -> bool:
    """Of which occasion was a gift, by what its fact was told under?"""
    _gift, _rule, _member, year = key.split(":")
    return int(year) != WELCOME_YEAR


def occasion(rule: GiftRule, member: Member, customer: Customer, *, at: datetime) -> int | None:
    """The year whose occasion is now, by the rule and the clock of the person; None: there is none."""
    if rule.occasion == GiftRule.Occasion.WELCOME:
        is_new = rule.starts_at <= member.joined_at <= at < member.joined_at + _welcome_days(rule)
        return WELCOME_YEAR if is_new else None
    if customer.birthday is None or _changed_lately(rule, customer, at):
        return None
    today = at.astimezone(clock_of(customer)).date()
    return birthday_year(customer.birthday, today, before=rule.days_before, after=rule.days_after)


def birthday_year(born: date, today: date, *, before: int, after: int) -> int | None:
    """The year of the birthday in whose days `today` lies. Born on 29 February: the 28th of a common year. Pure."""
    for year in (today.year, today.year + 1, today.year - 1):
        celebrated = celebrated_in(born, year)
        if -before <= (today - celebrated).days <= after and year > born.year:
            return year
    return None


def clock_of(customer: Customer) -> tzinfo:
    try:
        return ZoneInfo(customer.time_zone) if customer.time_zone else company.current().clock
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return company.current().clock


def _welcome_days(rule: GiftRule) -> timedelta:
    return timedelta(days=rule.days_after + 1)


def _changed_lately(rule: GiftRule, customer: Customer, at: datetime) -> bool:
    """Was another birthday, or none, on record within the cool-down? (Told with the first visit, it is no change.)"""
    since = at - timedelta(days=rule.cool_down_days)
    changes = CustomerChange.objects.filter(pgh_obj_id=customer.pk, pgh_created_at__gt=since)
    is_changed: bool = changes.exclude(birthday=customer.birthday).exists()
    return is_changed


def _has_it(rule: GiftRule, member: Member, year: int) -> bool:
    """Also under an id of the person that was merged since."""
    persons = Member.objects.filter(customer__in=ids_by(member.customer_id))
    return GiftGrant.objects.filter(rule=rule, member__in=persons, year=year).exists()


def _reserve(rule: GiftRule, member: Member, year: int, *, at: datetime) -> bool:
    if rule.budget is None:
        return True
    try:
        budgets.reserve(rule.budget, amount=rule.points or 0, key=f"gift:{rule.pk}:{member.pk}:{year}", at=at)
    except BudgetUsedUp:
        return False
    return True


def _post(rule: GiftRule, member: Member, *, key: str, year: int, at: datetime) -> int | None:
    if rule.points is None:
        return None
    expires_at = at + timedelta(days=rule.points_days) if rule.points_days else None
    posted = ledger.earn(
        member.pk,
        lots=[ledger.Lot(points=rule.points, expires_at=expires_at)],
        key=key,
        occurred_at=at,
        at=at,
        trace={"gift": rule.pk, "occasion": rule.occasion, "year": year},
    )
    return posted.transaction_id


def _code(rule: GiftRule, member: Member, *, at: datetime) -> Coupon | None:
    return coupon_codes.issue(rule.pool, holder=member, at=at) if rule.pool else None


def _candidates(rule: GiftRule, at: datetime) -> Iterator[Member]:
    """Members whose occasion may be now, anywhere on earth, in short questions by the key."""
    members = Member.objects.current().filter(
        _by_occasion(rule, at), programme=rule.programme, customer__erased_at=None
    )
    last = 0
    while True:
        page = list(members.filter(pk__gt=last).select_related("customer").order_by("pk")[:AT_A_TIME])
        yield from page
        if len(page) < AT_A_TIME:
            return
        last = page[-1].pk


def _by_occasion(rule: GiftRule, at: datetime) -> Q:
    given = GiftGrant.objects.filter(rule=rule)
    if rule.occasion == GiftRule.Occasion.WELCOME:
        since = max(rule.starts_at, at - _welcome_days(rule))
        return Q(joined_at__gte=since, joined_at__lte=at) & ~Q(pk__in=given.values("member"))
    lately = given.filter(granted_at__gt=at - timedelta(days=rule.days_before + rule.days_after + 3))
    return _near(rule, at) & ~Q(pk__in=lately.values("member"))


def _near(rule: GiftRule, at: datetime) -> Q:
    """Birthdays of the days around: each is looked up in the index by month and day."""
    first = (at - CLOCKS).date() - timedelta(days=rule.days_after)
    last = (at + CLOCKS).date() + timedelta(days=rule.days_before)
    days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    found = {(day.month, day.day) for day in days}
    if (2, 28) in found:
        found.add((2, 29))
    near = Q()
    for month, day in sorted(found):
        near |= Q(customer__birthday__month=month, customer__birthday__day=day)
    return near
