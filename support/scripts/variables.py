"""What texts for customers may speak of: scripts, macros, and whatever else is said in a ticket.

Only what a text names is looked up: `values` is a flat table of plain strings for crm.words.rendering, `say` fills
it in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from crm import abilities, company
from crm.abilities import PointsDue, PointsStanding
from crm.models import Order, Shipment, User
from crm.purchases.returning import in_proportion
from crm.words import rendering
from crm.words.wording import money, number
from support.models import Goodwill, ReturnCase, Ticket


@dataclass(frozen=True)
class About:
    """A ticket that a text is about, and who speaks; None: the house itself. Each property asks once."""

    ticket: Ticket
    by: User | None
    at: datetime

    @cached_property
    def order(self) -> Order | None:
        """The one the ticket is about; else the customer's latest."""
        of_ticket = self.ticket.orders.order_by("-placed_at").first()
        return (
            of_ticket or Order.objects.filter(customer=self.ticket.customer_id).order_by("-placed_at").first()
        )

    @cached_property
    def parcel(self) -> Shipment | None:
        """The one that is waited for; else the latest."""
        if self.order is None:
            return None
        parcels = list(self.order.shipments.order_by("-pk")[:10])
        return next((parcel for parcel in parcels if parcel.delivered_at is None), next(iter(parcels), None))

    @cached_property
    def points(self) -> PointsStanding:
        return abilities.points_of()(self.ticket.customer, at=self.at) or PointsStanding()

    @property
    def expiring(self) -> PointsDue | None:
        return next((due for due in self.points.expiring if due.at), None)

    @cached_property
    def given(self) -> Goodwill | None:
        """The points last given in this ticket."""
        return Goodwill.objects.filter(ticket=self.ticket, points__gt=0).order_by("-pk").first()

    @cached_property
    def refund(self) -> str:
        """What comes back for the goods of the ticket's latest return."""
        cases = ReturnCase.objects.filter(ticket=self.ticket).exclude(state__in=("refused", "withdrawn"))
        case = cases.select_related("order").order_by("-pk").first()
        if case is None:
            return ""
        lines = case.lines.select_related("order_line")
        amount = sum((in_proportion(line.order_line, line.quantity) for line in lines), Decimal(0))
        return money(amount, case.order.currency)


@dataclass(frozen=True, kw_only=True)
class Variable:
    """`read` answers text in the active language; empty: not known. `samples`: by language, "" for all others.

    `is_always_known`: whatever ticket it is. `known_after`: the kind of action after which it is.
    """

    label: str | Promise
    read: Callable[[About], str]
    samples: Mapping[str, str] = field(default_factory=dict)
    is_always_known: bool = False
    is_number: bool = False
    known_after: str = ""

    def sample(self, language: str) -> str:
        return self.samples.get(language, self.samples.get("", ""))


VARIABLES: Mapping[str, Variable] = {
    "customer.first_name": Variable(
        label=_("given name of the customer"),
        read=lambda about: about.ticket.customer.given_name,
        samples={"": "Мария", "en": "Maria"},
    ),
    "order.number": Variable(
        label=_("number of the order it is about"),
        read=lambda about: about.order.number if about.order else "",
        samples={"": "LP-100234"},
    ),
    "order.placed_on": Variable(
        label=_("day of the order"),
        read=lambda about: _day_of(about.order.placed_at) if about.order else "",
        samples={"ru": "18 ноября", "bg": "18 ноември", "": "18 November"},
    ),
    "parcel.promised_on": Variable(
        label=_("day for which the parcel was promised"),
        read=lambda about: _day(about.parcel.promised_on if about.parcel else None),
        samples={"ru": "24 ноября", "bg": "24 ноември", "": "24 November"},
    ),
    "parcel.carrier": Variable(
        label=_("who delivers"),
        read=lambda about: about.parcel.carrier if about.parcel else "",
        samples={"": "Speedy"},
    ),
    "points.balance": Variable(
        label=_("points that can be spent; 0 for people without an account of points"),
        read=lambda about: number(about.points.balance),
        samples={"": "1240"},
        is_always_known=True,
        is_number=True,
    ),
    "points.expiring": Variable(
        label=_("points that expire next; 0 where none do"),
        read=lambda about: number(about.expiring.points if about.expiring else 0),
        samples={"": "120"},
        is_always_known=True,
        is_number=True,
    ),
    "points.expiring_on": Variable(
        label=_("last day of the points that expire next"),
        read=lambda about: _last_day(about.expiring),
        samples={"ru": "31 декабря", "bg": "31 декември", "": "31 December"},
    ),
    "points.given": Variable(
        label=_("points last given in this ticket"),
        read=lambda about: number(about.given.points or 0) if about.given else "",
        samples={"": "50"},
        is_number=True,
        known_after="give_points",
    ),
    "refund.amount": Variable(
        label=_("what comes back for the goods of the return"),
        read=lambda about: about.refund,
        samples={"ru": "12,84 €", "bg": "12,84 €", "": "€12.84"},
    ),
    "agent.name": Variable(
        label=_("your name"),
        read=lambda about: about.by.name if about.by else company.current().name,
        samples={"": "Елена", "en": "Elena"},
        is_always_known=True,
    ),
    "company.name": Variable(
        label=_("name of the company"),
        read=lambda _about: company.current().name,
        samples={"": "Липа", "en": "Lipa"},
        is_always_known=True,
    ),
    "ticket.number": Variable(
        label=_("number of the ticket"),
        read=lambda about: str(about.ticket.pk),
        samples={"": "48213"},
        is_always_known=True,
    ),
}


def values(about: About, *, names: Collection[str], language: str) -> dict[str, str]:
    """What the named ones are, said in `language`. Names nobody knows are left out."""
    with override(language):
        return {name: VARIABLES[name].read(about) for name in names if name in VARIABLES}


def say(text: str, about: About, *, language: str) -> str:
    """The text with every gap filled, once over: what is filled in is not looked through again.

    Raises:
        UnusableText, ValueMissing: it cannot be filled in.
    """
    its = values(about, names=rendering.names_in(text), language=language)
    return rendering.render(text, its, language=language)


def samples(language: str) -> dict[str, str]:
    """Of somebody of whom everything is known."""
    return {name: variable.sample(language) for name, variable in VARIABLES.items()}


def hints() -> Iterator[tuple[str, str | Promise]]:
    """For whoever writes: how it is written, and what it is."""
    for name, variable in VARIABLES.items():
        yield "{{ %s }}" % name, variable.label  # noqa: UP031 - braces


def _last_day(due: PointsDue | None) -> str:
    """Points expire at a moment; the day before it ends is the last on which they pay."""
    return _day_of(due.at - timedelta(microseconds=1)) if due and due.at else ""


def _day_of(moment: datetime) -> str:
    return _day(moment.astimezone(company.current().clock).date())


def _day(day: date | None) -> str:
    return formats.date_format(day, "MONTH_DAY_FORMAT") if day else ""
