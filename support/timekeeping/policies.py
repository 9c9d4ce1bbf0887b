"""What is promised for a ticket: the first policy whose conditions it fulfils, and whose open time counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from crm import company, rules
from support.models import Calendar, SlaPolicy, Ticket
from support.timekeeping.business_time import OpeningHours, around_the_clock
from support.timekeeping.deadlines import Kind


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a ticket is promised, in open time. A target that is missing is not promised."""

    policy: SlaPolicy | None
    calendar: Calendar | None
    targets: Mapping[Kind, timedelta]


def terms_for(ticket: Ticket, *, at: datetime) -> Terms:
    """The ticket as it stands in memory is asked, so an unsaved change counts."""
    policy = _first_that_fits(ticket, at)
    return Terms(
        policy=policy,
        calendar=(policy and policy.calendar) or Calendar.objects.whole().first(),
        targets=policy.targets() if policy else {},
    )


def hours_of(calendar: Calendar | None) -> OpeningHours:
    """Where no calendar was ever written, every hour of the day counts."""
    return calendar.hours() if calendar else around_the_clock(company.current().clock)


def _first_that_fits(ticket: Ticket, at: datetime) -> SlaPolicy | None:
    clock = company.current().clock
    policies = SlaPolicy.objects.in_force(at).select_related("calendar")
    return next(
        (its for its in policies if rules.holds(its.conditions, "ticket", ticket, at=at, clock=clock)), None
    )
