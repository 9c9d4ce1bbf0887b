"""What can happen at the desk. Each file states facts of one part; all are imported here, and found on start."""

from support.facts.clocks import ClockEscalated, ClockMissed, ClockWarned
from support.facts.returns import (
    ReturnAgreed,
    ReturnAskedFor,
    ReturnMoneyBack,
    ReturnRefused,
    ReturnWithdrawn,
)
from support.facts.tickets import (
    GoodwillCouponGiven,
    GoodwillPointsGiven,
    IdentityChecked,
    IncidentPointsGiven,
    PromiseBroken,
    PromiseKept,
    PromiseMade,
    TicketMerged,
    TicketOpened,
    TicketReopened,
    TicketResolved,
)

__all__ = [
    "ClockEscalated",
    "ClockMissed",
    "ClockWarned",
    "GoodwillCouponGiven",
    "GoodwillPointsGiven",
    "IdentityChecked",
    "IncidentPointsGiven",
    "PromiseBroken",
    "PromiseKept",
    "PromiseMade",
    "ReturnAgreed",
    "ReturnAskedFor",
    "ReturnMoneyBack",
    "ReturnRefused",
    "ReturnWithdrawn",
    "TicketMerged",
    "TicketOpened",
    "TicketReopened",
    "TicketResolved",
]
