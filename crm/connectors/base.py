"""What a connector is: how what a shop's system brings is proved and read. ⟡

A connector knows no rows and writes none: `inbox` keeps what it proved, `landing` makes of what it read what the
house keeps. Whoever adds one writes its file and its line in `crm.connectors`. Most systems can also be asked: what
they answer are the same parcels as what they bring.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from decimal import Decimal
from enum import Enum
from typing import ClassVar, TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.people.identification import Hint
from crm.purchases.ordering import LineGiven
from crm.purchases.returning import LineReturned


class Unproved(Refusal):
    """Nothing is kept of it: whoever knocked does not know the secret."""

    code = "unproved-delivery"
    title = _("The signature does not fit.")
    status = 401


class Unreadable(Refusal):
    """It stays in the inbox with this reason, for people to look at."""

    code = "not-its-payload"
    title = _("This does not look like anything that this system sends.")
    status = 422


class CannotBeAsked(Refusal):
    code = "cannot-be-asked"
    title = _(
        "Give the address of the shop and its keys first: without them Veren can only wait for what it sends."
    )
    status = 422


class WrongSecret(Refusal):
    code = "wrong-secret"
    title = _(
        "The shop does not accept these keys. Make new ones there, and paste them here without a blank."
    )
    status = 422


class MissingPermission(Refusal):
    """`permission` names it in the vendor's own word."""

    code = "missing-permission"
    title = _("The keys may not read everything. Allow them to read “{permission}” there, then try again.")
    status = 422

    def __init__(self, permission: str) -> None:
        super().__init__(permission=permission)


class NotThatSystem(Refusal):
    code = "not-that-system"
    title = _(
        "Another system answers at this address, or none. Give the address of the shop as a browser shows it."
    )
    status = 422


class AskedTooOften(Refusal):
    """`seconds` later it may be asked again."""

    code = "asked-too-often"
    title = _("The shop asks for fewer questions at once. Veren goes on by itself after a pause.")
    status = 429

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(seconds=seconds)


class NotAnswering(Refusal):
    """Perhaps it does later. `why` is for machines."""

    code = "not-answering"
    title = _("The shop does not answer, or answers with an error of its own. Veren asks again by itself.")
    status = 502

    def __init__(self, why: str) -> None:
        super().__init__(why=why)


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """A proved request: what to keep. The same `delivery_id` again is the same parcel.

    Where a vendor's own number of a delivery is not signed, it proves nothing: the id is a digest of what is.
    """

    delivery_id: str
    topic: str
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Page:
    """What a system answered. `next` asks for what follows; empty: that was all.

    `total`: how many of the kind there are, if it says; `seen`: how many of them are in here, where parcels are not
    one each (an order comes with its returns).
    """

    parcels: Sequence[Parcel]
    next: str = ""
    total: int | None = None
    seen: int | None = None


@dataclass(frozen=True, kw_only=True)
class About:
    """Of what a given thing tells, by its name at the vendor ("order:17"), and when it stood so there.

    Without `as_of` it stood so when it was brought.
    """

    thing: str
    as_of: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class PersonGiven:
    """Hints that cannot be read are passed over: a sale is not lost for a misspelt telephone number."""

    hints: Sequence[Hint]
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CustomerGiven(About):
    person: PersonGiven


@dataclass(frozen=True, kw_only=True)
class OrderGiven(About):
    """`moments` as in `ordering.place_order`; no `person`: a sale to nobody in particular."""

    external_id: str
    number: str
    placed_at: datetime
    lines: Sequence[LineGiven]
    person: PersonGiven | None = None
    currency: str = ""
    delivery_amount: Decimal = Decimal(0)
    moments: Mapping[str, datetime] = field(default_factory=dict)
    # Returns that it names without their lines: these come by themselves, or are asked for.
    returns_named: frozenset[str] = frozenset()
    # Codes that the buyer typed in the cart → what each took off (tax included), for whoever made them.
    codes: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class OrderMoved(About):
    """What happened to an order that was placed elsewhere; `moments` as in `ordering.place_order`."""

    external_id: str
    moments: Mapping[str, datetime]


@dataclass(frozen=True, kw_only=True)
class OrderGone(About):
    """The shop deleted the order: for it, it never was. Here it is cancelled."""

    external_id: str


@dataclass(frozen=True, kw_only=True)
class ReturnGiven(About):
    """No `lines`: all that is left of the order. With `money`: that alone was given back, and no goods."""

    order_external_id: str
    external_id: str
    returned_at: datetime
    lines: Sequence[LineReturned] = ()
    money: Decimal | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ProductGiven(About):
    """`told` as in `catalogue.list_product`."""

    sku: str
    told: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class ProductGone(About):
    """The vendor names it by its own number alone: `landing` knows what it landed as."""


class Wish(Enum):
    TO_KNOW = "to-know"
    TO_BE_FORGOTTEN = "to-be-forgotten"


@dataclass(frozen=True, kw_only=True)
class WishGiven(About):
    """What a customer wishes of their data, as the system passes it on."""

    person: PersonGiven
    wish: Wish


Given: TypeAlias = (
    CustomerGiven | OrderGiven | OrderMoved | OrderGone | ReturnGiven | ProductGiven | ProductGone | WishGiven
)


class Connector:
    """One vendor. Stateless: everything of a connection is in the connection."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    # The name of the address at which it knocks, with the connection's key.
    route: ClassVar[str] = "hooks:connector"
    # name → how the form asks for it
    secrets: ClassVar[Mapping[str, str | Promise]]
    optional_secrets: ClassVar[frozenset[str]] = frozenset()
    # By these callers prove themselves to us: nobody may guess them.
    proving_secrets: ClassVar[frozenset[str]]
    # Of these the shop types what we make up, and not the other way round.
    made_here: ClassVar[frozenset[str]] = frozenset()
    # What its bodies mean is agreed for each connection by itself (see `agreeing`).
    is_agreed: ClassVar[bool] = False
    # With these and an address it can be asked. Empty: it only tells.
    asking_secrets: ClassVar[frozenset[str]] = frozenset()
    # Where in its pages such keys are made, as whole sentences.
    asking_help: ClassVar[str | Promise] = ""
    # What it can be asked for, in the order in which it is best landed.
    kinds_asked: ClassVar[tuple[str, ...]] = ()

    def is_default(self, secret: str) -> bool:
        """Whether the vendor makes such a secret by itself, of what others may know."""
        return False

    def knowing(self, agreed: Mapping[str, str], *, clock: tzinfo) -> Connector:
        """The one that knows what was agreed for a connection, and the clock of its shop."""
        return self

    def prove(self, secrets: Mapping[str, str], *, headers: Mapping[str, str], body: bytes) -> Parcel | None:
        """Prove the raw bytes of a request; None: there is nothing to keep. Names of headers are lower case.

        Raises:
            Unproved: nothing is kept.
        """
        raise Unproved

    def read(self, topic: str, body: bytes) -> Sequence[Given]:
        """What a kept parcel says, in the order in which it is to land; nothing the house cares for: nothing. Pure.

        Raises:
            Unreadable: it is kept for people to look at.
        """
        raise Unreadable

    def can_be_asked(self, address: str, secrets: Mapping[str, str]) -> bool:
        asked_with = self.asking_secrets
        return bool(address and asked_with) and all(secrets.get(name) for name in asked_with)

    def ask(
        self, address: str, secrets: Mapping[str, str], *, kind: str, since: datetime | None, turn: str
    ) -> Page:
        """One page of all of a kind that changed since then, the oldest first. `turn`: the `next` of the page before.

        With orders come their returns. A parcel that was brought before is the same one where its bytes are the same;
        landed twice it changes nothing either way.

        Raises:
            CannotBeAsked, AddressRefused, WrongSecret, MissingPermission, NotThatSystem: people have to act.
            AskedTooOften, NotAnswering: later perhaps.
        """
        raise CannotBeAsked

    def ask_about(self, address: str, secrets: Mapping[str, str], *, thing: str) -> Sequence[Parcel]:
        """One thing as it stands now ("order:17", with its returns); nothing: there is no such thing.

        Raises:
            as `ask`.
        """
        raise CannotBeAsked

    def look_around(self, address: str, secrets: Mapping[str, str]) -> Sequence[Refusal]:
        """What stands in the way of asking; nothing: it can be asked for all of `kinds_asked`."""
        missing: list[Refusal] = []
        for kind in self.kinds_asked:
            try:
                self.ask(address, secrets, kind=kind, since=None, turn="")
            except MissingPermission as refused:
                missing.append(refused)
            except Refusal as refused:
                return [refused]
        return missing
