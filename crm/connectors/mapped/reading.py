"""What a body says by a mapping: each field found, missing or unreadable; and what would land. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from decimal import ROUND_CEILING, Decimal
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from crm.connectors.base import (
    CustomerGiven,
    Given,
    OrderGiven,
    PersonGiven,
    ProductGiven,
    ReturnGiven,
    Unreadable,
)
from crm.connectors.mapped.places import found_at
from crm.connectors.mapped.slots import KINDS, ORDER_LINES, SLOTS, STEPS, Group, Slot
from crm.connectors.mapped.spellings import read, word_of
from crm.people.identification import Hint
from crm.people.identity_kinds import IdentityKind
from crm.purchases.ordering import LineGiven, round_half_up
from crm.purchases.returning import LineReturned

PRICE_STEP = Decimal("0.0001")
WORDS_SHOWN = 80
# What systems write in place of a guest's number.
NOBODY = "0"
PERSON = (
    ("external", IdentityKind.EXTERNAL),
    ("email", IdentityKind.EMAIL),
    ("phone", IdentityKind.PHONE),
)


class FieldsDoNotFit(Unreadable):
    code = "fields-do-not-fit"
    title = _(
        "By the mapping of this connection, something is missing here or cannot be read. Try the mapping on it: each "
        "field says what it finds."
    )


@dataclass(frozen=True, kw_only=True)
class Found:
    """`fault`: it is needed and not there, or it is there and cannot be read."""

    slot: Slot
    place: str
    value: Any = None
    shown: str = ""
    fault: Literal["", "missing", "unreadable"] = ""


@dataclass(frozen=True, kw_only=True)
class Thing:
    """One order, return, customer or product, as far as it was found. `lines`: those of an order or a return."""

    kind: Group
    fields: Mapping[str, Found]
    lines: Sequence[Mapping[str, Found]] = field(default=())

    @property
    def is_whole(self) -> bool:
        return not any(found.fault for fields in (self.fields, *self.lines) for found in fields.values())

    def value(self, name: str) -> Any:
        found = self.fields.get(f"{self.kind.name}.{name}")
        return found.value if found else None


@dataclass(frozen=True, kw_only=True)
class Reader:
    """`mapping` as it was checked; `clock` is that of the shop."""

    mapping: Mapping[str, str]
    clock: tzinfo

    def things(self, told: Any) -> list[Thing]:
        """Everything that the mapping finds in a body, whole or not."""
        return [
            self._thing(kind, one)
            for kind in KINDS
            if kind.key in self.mapping
            for one in self._each(kind, told)
            if self._fits(f"{kind.name}.if", f"{kind.name}.is", one)
        ]

    def given(self, told: Any) -> list[Given]:
        """Raises FieldsDoNotFit."""
        things = self.things(told)
        if not all(thing.is_whole for thing in things):
            raise FieldsDoNotFit
        return [one for thing in things if (one := given_of(thing))]

    def _each(self, kind: Group, told: Any) -> Sequence[Any]:
        place = self.mapping.get(f"{kind.name}.each")
        if not place:
            return told if isinstance(told, list) else [told]
        found = found_at(place, told)
        return found if isinstance(found, list) else []

    def _fits(self, where: str, words: str, told: Any) -> bool:
        """Nothing is asked for: it fits."""
        if where not in self.mapping:
            return True
        found = found_at(self.mapping[where], told)
        wanted = [word.strip() for word in self.mapping.get(words, "").split(",") if word.strip()]
        return word_of(found) in wanted if wanted else found is not None

    def _thing(self, kind: Group, told: Any) -> Thing:
        fields = {slot.name: self._find(slot, told) for slot in kind.slots if self._is_read(slot)}
        for moment in STEPS if kind.name == "order" else ():
            fields |= self._step(moment, told, fields)
        if kind.name == "product" and "product.sold.if" in self.mapping:
            is_sold = self._fits("product.sold.if", "product.sold.is", told)
            slot = SLOTS["product.sold.if"]
            fields[slot.name] = Found(
                slot=slot,
                place=self.mapping[slot.name],
                value=is_sold,
                shown=str(_("yes") if is_sold else _("no")),
            )
        return Thing(kind=kind, fields=fields, lines=self._lines(kind, told))

    def _is_read(self, slot: Slot) -> bool:
        return slot.reads not in ("words", "state", "list") and slot.name in self.mapping

    def _step(self, moment: str, told: Any, fields: Mapping[str, Found]) -> Mapping[str, Found]:
        """When it came so far; a state without a moment counts as of the change that told of it."""
        when, where = f"order.{moment}.at", f"order.{moment}.if"
        if when not in self.mapping and where not in self.mapping:
            return {}
        slot = SLOTS[when]
        place = " ".join(self.mapping[name] for name in (when, where) if name in self.mapping)
        if not self._fits(where, f"order.{moment}.is", told):
            return {when: Found(slot=slot, place=place)}
        told_at = fields.get(when)
        if told_at and (told_at.value or told_at.fault):
            return {when: told_at}
        if where not in self.mapping:
            return {}
        changed = fields.get("order.changed_at") or fields["order.placed_at"]
        return {when: Found(slot=slot, place=place, value=changed.value, shown=changed.shown)}

    def _lines(self, kind: Group, told: Any) -> list[Mapping[str, Found]]:
        place = self.mapping.get(f"{kind.name}.lines")
        if not place:
            return []
        listed = self._find(SLOTS[f"{kind.name}.lines"], told)
        if listed.fault or not listed.value:
            return [{listed.slot.name: listed}] if listed.fault else []
        group = ORDER_LINES if kind.name == "order" else kind
        slots = [
            slot
            for slot in group.slots
            if slot.name.startswith(f"{kind.name}.line.") and slot.name in self.mapping
        ]
        return [{slot.name: self._find(slot, line) for slot in slots} for line in listed.value]

    def _find(self, slot: Slot, told: Any) -> Found:
        place = self.mapping[slot.name]
        raw = found_at(place, told)
        if raw is None:
            return Found(slot=slot, place=place, fault="missing" if slot.is_required else "")
        shown = _shown(raw)
        try:
            value = read(slot, raw, formats=self.mapping, clock=self.clock)
        except (ValueError, TypeError, ArithmeticError, OSError):
            return Found(slot=slot, place=place, shown=shown, fault="unreadable")
        return Found(slot=slot, place=place, value=value, shown=shown)


def given_of(thing: Thing) -> Given | None:
    """Of a whole thing. None: an order without a line that counts is no order."""
    match thing.kind.name:
        case "order":
            return _order(thing)
        case "return":
            return _return(thing)
        case "customer":
            number = thing.value("external_id")
            return CustomerGiven(
                thing=_named("customer", number), as_of=thing.value("changed_at"), person=_person(thing)
            )
    return _product(thing)


def _named(kind: str, number: str) -> str:
    return f"{kind}:{number}"


def _order(thing: Thing) -> OrderGiven | None:
    lines = [line for position, fields in enumerate(thing.lines, 1) if (line := _line(fields, position))]
    if not lines:
        return None
    number, placed_at = thing.value("external_id"), thing.value("placed_at")
    person = _person(thing)
    return OrderGiven(
        thing=_named("order", number),
        as_of=thing.value("changed_at"),
        external_id=number,
        number=thing.value("number") or number,
        placed_at=placed_at,
        lines=lines,
        person=person if person.hints or person.details else None,
        currency=thing.value("currency") or "",
        delivery_amount=round_half_up(thing.value("delivery_amount") or Decimal(0)),
        moments=_moments(thing),
    )


def _moments(thing: Thing) -> dict[str, datetime]:
    return {moment: value for moment in STEPS if (value := thing.value(f"{moment}.at"))}


def _line(fields: Mapping[str, Found], position: int) -> LineGiven | None:
    def said(name: str) -> Any:
        found = fields.get(f"order.line.{name}")
        return found.value if found else None

    quantity: Decimal = said("quantity")
    if not quantity:
        return None
    price, amount, discount = said("unit_price"), said("amount"), said("discount_amount") or Decimal(0)
    line = LineGiven(
        external_id=said("external_id") or str(position),
        sku=said("sku") or "",
        name=said("name") or "",
        quantity=quantity,
        unit_price=_price(price, amount, discount, quantity=quantity),
        discount_amount=round_half_up(discount),
    )
    if amount is None:
        return line
    whole = round_half_up(quantity * line.unit_price)
    return LineGiven(**{**vars(line), "discount_amount": whole - round_half_up(amount)})


def _price(price: Decimal | None, amount: Decimal | None, discount: Decimal, *, quantity: Decimal) -> Decimal:
    """Never below what was paid, so that what rounding adds is taken off again as a discount."""
    paid = price or Decimal(0) if amount is None else (amount + discount) / quantity
    return max(price or Decimal(0), paid).quantize(PRICE_STEP, ROUND_CEILING)


def _return(thing: Thing) -> ReturnGiven:
    number = thing.value("external_id")
    return ReturnGiven(
        thing=_named("return", number),
        order_external_id=thing.value("order"),
        external_id=_named("return", number)[:64],
        returned_at=thing.value("returned_at"),
        lines=[
            LineReturned(
                line=fields["return.line.line"].value,
                quantity=fields["return.line.quantity"].value,
                amount=fields["return.line.amount"].value if "return.line.amount" in fields else None,
            )
            for fields in thing.lines
            if fields["return.line.quantity"].value
        ],
        reason=thing.value("reason") or "",
    )


def _person(thing: Thing) -> PersonGiven:
    known = {name: thing.value(f"person.{name}") for name, _kind in PERSON}
    known["external"] = known["external"] or (
        thing.value("external_id") if thing.kind.name == "customer" else None
    )
    if known["external"] == NOBODY:
        known["external"] = None
    names = {name: thing.value(f"person.{name}") for name in ("given_name", "family_name")}
    return PersonGiven(
        hints=[Hint(kind=kind.value, value=known[name]) for name, kind in PERSON if known[name]],
        details={name: value for name, value in names.items() if value},
    )


def _product(thing: Thing) -> ProductGiven:
    sku = thing.value("sku")
    names = {"name": "name", "category": "category", "brand": "brand", "price": "price", "stock": "stock"}
    told = {name: thing.value(slot) for name, slot in names.items() if thing.value(slot) is not None}
    if thing.value("sold.if") is not None:
        told["is_active"] = thing.value("sold.if")
    if "price" in told:
        told["price"] = round_half_up(told["price"])
    return ProductGiven(
        thing=_named("product", sku)[:80], as_of=thing.value("changed_at"), sku=sku, told=told
    )


def _shown(raw: Any) -> str:
    if isinstance(raw, list):
        return str(len(raw))
    return str(raw)[:WORDS_SHOWN]
