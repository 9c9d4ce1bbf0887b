"""What the ground may ask of apps it does not know, where an answer or a refusal is needed at once.

Each ability is a Protocol in the field's words, bound to an app's verb in the table that settings.ABILITIES names.
Refusals propagate: they are the caller's to answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from importlib import import_module
from typing import Any, Protocol, cast

from django.conf import settings

from crm.models import Customer, Message, Order, Shop, User


class SettlesOrder(Protocol):
    """An order is placed with points set aside for it and coupons named: let both pay, or refuse the order."""

    def __call__(
        self, order: Order, *, holds: Sequence[int], coupons: Sequence[str], source: str, at: datetime
    ) -> None: ...


class UsesCodes(Protocol):
    """Codes typed in a shop's cart came with an order: what of them is ours pays it.

    `codes`: each with what it took off, tax included. Refuses nothing; unknown codes are somebody else's. Idempotent.
    """

    def __call__(self, order: Order, *, codes: Mapping[str, Decimal], source: str, at: datetime) -> None: ...


class KnowsWhoseCodes(Protocol):
    """Whose points the first of these codes stands for; None: none of them stands for any."""

    def __call__(self, codes: Mapping[str, Decimal], *, shop: Shop) -> Customer | None: ...


class EarnsHistory(Protocol):
    """Let a shop's past purchases earn by their own dates; answers how many orders earned, and how many points."""

    def __call__(
        self, *, shop: Shop, at: datetime, heard: Callable[[int, int], object]
    ) -> tuple[int, int]: ...


@dataclass(frozen=True, kw_only=True)
class ReturnEffect:
    """What a return does to points: taken back of what the order earned, given back of what paid for it."""

    points_taken: int
    points_given: int


class ForeseesReturn(Protocol):
    """What would happen to points if so much more of an order's lines (id → quantity) came back now."""

    def __call__(self, order: Order, *, quantities: Mapping[int, Decimal]) -> ReturnEffect: ...


@dataclass(frozen=True, kw_only=True)
class PointsOff:
    """Points of an order, those that paid for it taken off: as they stand here, and as they are due."""

    here: int
    due: int


class FindsPointsOff(Protocol):
    """Of these orders (ids), those whose points stand otherwise than is due. Changes nothing."""

    def __call__(self, orders: Collection[int], *, at: datetime) -> Mapping[int, PointsOff]: ...


class PriorityOf(Protocol):
    """How much sooner than others a customer is answered: 0 (as everybody) … 3, by what their tiers allow."""

    def __call__(self, customer: Customer, *, at: datetime) -> int: ...


class GivesPoints(Protocol):
    """A colleague gives a customer points to make up for something, within their day, or is refused at once.

    Answers what is left of their day. Not idempotent.
    """

    def __call__(self, customer: Customer, *, points: int, reason: str, by: User, at: datetime) -> int: ...


@dataclass(frozen=True, kw_only=True)
class GoodwillCouponGiven:
    code: str
    name: str


class GivesCoupon(Protocol):
    """As GivesPoints, with a code of a pool."""

    def __call__(
        self, customer: Customer, *, pool_id: int, by: User, at: datetime
    ) -> GoodwillCouponGiven: ...


@dataclass(frozen=True, kw_only=True)
class GoodwillOffer:
    """What a colleague may still give today: so many points, or (with a pool) so many of its coupons."""

    pool_id: int | None
    name: str
    left: int


class OffersGoodwill(Protocol):
    """What this colleague may still give this customer today."""

    def __call__(self, customer: Customer, *, by: User, at: datetime) -> Sequence[GoodwillOffer]: ...


@dataclass(frozen=True, kw_only=True)
class PointsDue:
    """Points that change together at a moment; None: they never do."""

    points: int
    at: datetime | None


@dataclass(frozen=True, kw_only=True)
class PointsStanding:
    """`balance` can be spent now; `pending` comes later; `expiring` is what of the balance goes when, soonest first.

    `tier`: its name in the reader's language; empty: none.
    """

    balance: int = 0
    pending: Sequence[PointsDue] = ()
    expiring: Sequence[PointsDue] = ()
    tier: str = ""


class PointsOf(Protocol):
    """How a customer stands with their points; None: they have no account of points."""

    def __call__(self, customer: Customer, *, at: datetime) -> PointsStanding | None: ...


@dataclass(frozen=True, kw_only=True)
class Price:
    amount: Decimal
    currency: str


class PricesPoints(Protocol):
    """What so many points are worth today, to the cent; None: there is no programme."""

    def __call__(self, points: int, *, at: datetime) -> Price | None: ...


class HavePoints(Protocol):
    """Which of these customers have an account of points."""

    def __call__(self, customers: Collection[int], *, at: datetime) -> set[int]: ...


class GivesPointsToMany(Protocol):
    """One of many is given points that were agreed to for all of them, once per `key`. `why`: for the ledger's trace.

    False: they have no account of points.
    """

    def __call__(self, customer: Customer, *, points: int, key: str, why: str, at: datetime) -> bool: ...


class CallsBack(Protocol):
    """Let the desk speak to somebody who said elsewhere that something was wrong, by a moment (`until`).

    Once per (source, source_id). `answers`: the message of ours by which they were asked. Answers the number of the
    ticket, which has an owner. Raises PersonErased.
    """

    def __call__(
        self,
        customer: Customer,
        *,
        subject: str,
        text: str,
        source: str,
        source_id: str,
        channel: str,
        until: datetime,
        at: datetime,
        language: str = "",
        answers: Message | None = None,
        shop: Shop | None = None,
    ) -> int: ...


class TierOf(Protocol):
    """The short name of the tier that a customer has risen to; empty: none."""

    def __call__(self, customer: Customer, *, at: datetime) -> str: ...


class WhoseWork(Protocol):
    """Which colleague's work something is, as facts name their subjects; None: nobody's, or it is not known."""

    def __call__(self, about_type: str, about_id: int) -> int | None: ...


@dataclass(frozen=True, kw_only=True)
class SaidAfterwards:
    """What somebody answered about something that was done for them. None: they were not asked, or did not say.

    `effort`: from 1 to 7, how easy we made it.
    """

    is_satisfied: bool | None = None
    effort: float | None = None


class SaidAbout(Protocol):
    """What was answered about each of these, as facts name their subjects; who said nothing is missing."""

    def __call__(self, about_type: str, ids: Collection[int]) -> Mapping[int, SaidAfterwards]: ...


def settle_order() -> SettlesOrder:
    return cast(SettlesOrder, _bound("SETTLE_ORDER"))


def use_codes() -> UsesCodes:
    return cast(UsesCodes, _bound("USE_CODES"))


def whose_codes() -> KnowsWhoseCodes:
    return cast(KnowsWhoseCodes, _bound("WHOSE_CODES"))


def earn_history() -> EarnsHistory:
    return cast(EarnsHistory, _bound("EARN_HISTORY"))


def foresee_return() -> ForeseesReturn:
    return cast(ForeseesReturn, _bound("FORESEE_RETURN"))


def points_off() -> FindsPointsOff:
    return cast(FindsPointsOff, _bound("POINTS_OFF"))


def priority_of() -> PriorityOf:
    return cast(PriorityOf, _bound("PRIORITY_OF"))


def gives_points() -> GivesPoints:
    return cast(GivesPoints, _bound("GIVE_POINTS"))


def gives_coupon() -> GivesCoupon:
    return cast(GivesCoupon, _bound("GIVE_COUPON"))


def offers_goodwill() -> OffersGoodwill:
    return cast(OffersGoodwill, _bound("OFFER_GOODWILL"))


def points_of() -> PointsOf:
    return cast(PointsOf, _bound("POINTS_OF"))


def prices_points() -> PricesPoints:
    return cast(PricesPoints, _bound("PRICE_POINTS"))


def have_points() -> HavePoints:
    return cast(HavePoints, _bound("HAVE_POINTS"))


def gives_points_to_many() -> GivesPointsToMany:
    return cast(GivesPointsToMany, _bound("GIVE_POINTS_TO_MANY"))


def calls_back() -> CallsBack:
    return cast(CallsBack, _bound("CALL_BACK"))


def tier_of() -> TierOf:
    return cast(TierOf, _bound("TIER_OF"))


def whose_work() -> WhoseWork:
    return cast(WhoseWork, _bound("WHOSE_WORK"))


def said_about() -> SaidAbout:
    return cast(SaidAbout, _bound("SAID_ABOUT"))


def _bound(name: str) -> Any:
    return getattr(import_module(settings.ABILITIES), name)
