"""What a kind of reward is: its settings, what it does at a cart, and how it reads aloud."""

from __future__ import annotations

import types
import typing
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Generic, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.errors import Fault, Refusal
from loyalty.rewards.carts import ZERO, Cart

Words = str | Promise
LARGEST = Decimal("999999999999")
LONGEST_TEXT = 200
MOST_CODES = 200


class UnusableReward(Refusal):
    code = "unusable-reward"
    title = _("What the reward gives is not fully said yet.")
    status = 422


def setting(label: Words, *, hint: Words = "", above_zero: bool = False) -> dict[str, Any]:
    """How a form asks for a field of a kind's settings: the field's metadata."""
    return {"label": label, "hint": hint, "above_zero": above_zero}


S = TypeVar("S")


@dataclass(frozen=True, kw_only=True)
class Benefit:
    """What a cart gains: money off its goods (by line) and off its delivery, and what is handed over with it."""

    goods_amount: Decimal = ZERO
    delivery_amount: Decimal = ZERO
    lines: Mapping[str, Decimal] = field(default_factory=dict)
    hands_over: str = ""

    @property
    def amount(self) -> Decimal:
        return self.goods_amount + self.delivery_amount


class RewardKind(ABC, Generic[S]):
    """One kind. `needs_code`: whoever has it shows a code for it; otherwise it is handed over at once."""

    name: ClassVar[str]
    label: ClassVar[Words]
    needs_code: ClassVar[bool]
    Settings: ClassVar[type[Any]]

    @abstractmethod
    def benefit(self, settings: S, cart: Cart) -> Benefit:
        """What the cart gains; nothing where it gains nothing."""

    @abstractmethod
    def aloud(self, settings: S, currency: str) -> str:
        """The whole of what it gives, in the active language: “5 € off the purchase”."""

    def why_not(self, settings: S, cart: Cart) -> Words:
        """Why it does nothing for this cart, and what would help; empty where it does."""
        return ""

    def over_since(self, settings: S) -> datetime | None:
        """From when on it is worth nothing, if it says so itself."""
        return None

    def read(self, told: Mapping[str, Any]) -> S:
        """Settings as JSON keeps them.

        Raises:
            UnusableReward: with a pointer to each that is missing, unknown or wrong.
        """
        shapes = shapes_of(self.Settings)
        faults = [
            Fault(pointer=f"/{name}", detail=_("There is no such setting."))
            for name in told
            if name not in shapes
        ]
        values: dict[str, Any] = {}
        for one in fields(self.Settings):
            try:
                if one.name in told:
                    values[one.name] = _read(told[one.name], shapes[one.name], one)
                elif one.default is MISSING:
                    raise ValueError(_("This is needed."))
            except ValueError as error:
                faults.append(Fault(pointer=f"/{one.name}", detail=str(error)))
        if not faults:
            settings: S = self.Settings(**values)
            faults = [Fault(pointer=f"/{name}", detail=said) for name, said in self.faults(settings).items()]
        if faults:
            raise UnusableReward(*faults)
        return settings

    def faults(self, settings: S) -> Mapping[str, Words]:
        """What does not go together, by setting."""
        return {}

    def write(self, settings: S) -> dict[str, Any]:
        """The settings as JSON keeps them."""
        return {one.name: _written(getattr(settings, one.name)) for one in fields(self.Settings)}


@dataclass(frozen=True)
class Given(Generic[S]):
    """A kind and its settings: everything that a reward or a coupon gives."""

    kind: RewardKind[S]
    settings: S

    def benefit(self, cart: Cart) -> Benefit:
        return self.kind.benefit(self.settings, cart)

    def why_not(self, cart: Cart) -> Words:
        return self.kind.why_not(self.settings, cart)

    def aloud(self, currency: str) -> str:
        return self.kind.aloud(self.settings, currency)

    def over_since(self) -> datetime | None:
        return self.kind.over_since(self.settings)

    @property
    def told(self) -> dict[str, Any]:
        return self.kind.write(self.settings)


def shapes_of(settings: type[Any]) -> dict[str, Any]:
    """Field name → its type, with `X | None` read as X."""
    hints = typing.get_type_hints(settings)
    return {one.name: _bare(hints[one.name]) for one in fields(settings)}


def _bare(hint: Any) -> Any:
    if isinstance(hint, types.UnionType):
        return next(part for part in typing.get_args(hint) if part is not types.NoneType)
    return typing.get_origin(hint) or hint


def _read(value: Any, shape: Any, one: Field[Any]) -> Any:
    """Raises ValueError with what is wrong, for people."""
    if value is None and one.default is None:
        return None
    read = _READERS[shape](value)
    if one.metadata.get("above_zero") and read is not None and not read > 0:
        raise ValueError(_("This must be more than zero."))
    return read


def _amount(value: Any) -> Decimal:
    """Written as text: a float would have been rounded already."""
    try:
        if not isinstance(value, str):
            raise ValueError(value)
        amount = Decimal(value)
    except (InvalidOperation, ValueError) as error:
        raise ValueError(_('This must be a decimal number written as text, such as "12.50".')) from error
    if not amount.is_finite() or not 0 <= amount <= LARGEST:
        raise ValueError(_("This amount is negative, or too large to be true."))
    return amount


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 1_000_000:
        raise ValueError(_("This must be a whole number from 0 to 1,000,000."))
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or "\0" in value or len(value) > LONGEST_TEXT:
        raise ValueError(_("This must be text of 1 to 200 characters."))
    return value.strip()


def _codes(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or len(value) > MOST_CODES:
        raise ValueError(_("This must be a list of at most 200 product codes."))
    return tuple(_text(one) for one in value)


def _moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise ValueError(_("This must be a date and a time with an offset.")) from error
    if moment.tzinfo is None:
        raise ValueError(_("This must be a date and a time with an offset."))
    return moment


_READERS: Mapping[Any, Any] = {
    Decimal: _amount,
    int: _whole,
    str: _text,
    tuple: _codes,
    datetime: _moment,
}


def _written(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
