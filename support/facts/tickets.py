from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm.facts import Fact, Group


@dataclass(frozen=True, kw_only=True)
class TicketOpened(Fact):
    kind = "support.ticket_opened"
    called = _("A ticket was opened")
    group = Group.MESSAGES
    icon = "ticket"
    sentence = _("Ticket {number} opened")
    more = "{subject}"
    personal = frozenset({"subject"})

    number: str
    subject: str


@dataclass(frozen=True, kw_only=True)
class TicketResolved(Fact):
    kind = "support.ticket_resolved"
    called = _("A ticket was resolved")
    group = Group.MESSAGES
    icon = "check"
    mood = "good"
    sentence = _("Ticket {number} resolved")

    number: str


@dataclass(frozen=True, kw_only=True)
class TicketReopened(Fact):
    kind = "support.ticket_reopened"
    called = _("A ticket was opened again")
    group = Group.MESSAGES
    icon = "ticket"
    sentence = _("Ticket {number} opened again")

    number: str
    by_customer: bool


@dataclass(frozen=True, kw_only=True)
class TicketMerged(Fact):
    kind = "support.ticket_merged"
    group = Group.MESSAGES
    icon = "ticket"
    sentence = _("Ticket {number} goes on in ticket {into_number}")

    number: str
    into_number: str


@dataclass(frozen=True, kw_only=True)
class PromiseMade(Fact):
    kind = "support.promise_made"
    group = Group.MESSAGES
    icon = "calendar"
    sentence = _("Promised until {due_at}: {what}")
    personal = frozenset({"what"})

    what: str
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class PromiseKept(Fact):
    kind = "support.promise_kept"
    group = Group.MESSAGES
    icon = "check"
    mood = "good"
    sentence = _("Promise kept: {what}")
    personal = frozenset({"what"})

    what: str


@dataclass(frozen=True, kw_only=True)
class PromiseBroken(Fact):
    kind = "support.promise_broken"
    group = Group.MESSAGES
    icon = "warning"
    mood = "bad"
    sentence = _("Promise not kept in time: {what}")
    personal = frozenset({"what"})

    what: str


@dataclass(frozen=True, kw_only=True)
class GoodwillPointsGiven(Fact):
    """Why stands in the ticket."""

    kind = "support.goodwill_points_given"
    group = Group.POINTS
    icon = "gift"
    mood = "good"
    sentence = ngettext_lazy(
        "Goodwill in ticket {number}: {points} point",
        "Goodwill in ticket {number}: {points} points",
        "points",
    )

    number: str
    points: int


@dataclass(frozen=True, kw_only=True)
class IncidentPointsGiven(Fact):
    """`incident_name` is in the person's language."""

    kind = "support.incident_points_given"
    group = Group.POINTS
    icon = "gift"
    mood = "good"
    sentence = ngettext_lazy(
        "Goodwill for the incident “{incident_name}”: {points} point",
        "Goodwill for the incident “{incident_name}”: {points} points",
        "points",
    )

    incident_name: str
    points: int


@dataclass(frozen=True, kw_only=True)
class GoodwillCouponGiven(Fact):
    kind = "support.goodwill_coupon_given"
    group = Group.POINTS
    icon = "gift"
    mood = "good"
    sentence = _("Goodwill in ticket {number}: a coupon, “{coupon_name}”")

    number: str
    coupon_name: str


@dataclass(frozen=True, kw_only=True)
class IdentityChecked(Fact):
    """Somebody who rang was asked who they are, before anything personal was told."""

    kind = "support.identity_checked"
    group = Group.CALLS
    icon = "lock"
    sentence = _("Asked on the phone who is calling: {outcome}")

    has_passed: bool

    @property
    def outcome(self) -> object:
        return _("it is them") if self.has_passed else _("it could not be told")
