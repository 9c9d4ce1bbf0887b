"""What a mapping may say, slot by slot: where each of our fields stands in what a system sends.

A mapping is flat: the name of a slot, and what was typed there. The form, the trial and the reading all follow this
list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.purchases.order_progress import MOMENTS

Reads = Literal["text", "number", "sum", "moment", "stock", "state", "choice", "words", "list"]


@dataclass(frozen=True, kw_only=True)
class Slot:
    """`choices` of a choice; everything else but `words` is a place (see `places`)."""

    name: str
    label: str | Promise
    reads: Reads = "text"
    is_required: bool = False
    hint: str | Promise = ""
    choices: Sequence[tuple[str, str | Promise]] = ()
    longest: int = 254


@dataclass(frozen=True, kw_only=True)
class Group:
    """`key`: where this slot is empty, the mapping knows of no such thing."""

    name: str
    label: str | Promise
    slots: Sequence[Slot]
    key: str = ""
    hint: str | Promise = ""


SCHEMES: Sequence[tuple[str, str | Promise]] = (
    ("token", _("The secret itself in a header")),
    ("basic", _("A name and the secret as a password (HTTP Basic)")),
    ("hmac-hex", _("Signed: HMAC-SHA256, written in hexadecimal")),
    ("hmac-base64", _("Signed: HMAC-SHA256, written in Base64")),
)
MOMENTS_SPELT: Sequence[tuple[str, str | Promise]] = (
    ("iso", "2026-02-27T16:05:00+02:00, 2026-02-27 16:05:00"),
    ("day-first", "27.02.2026 16:05:00, 27/02/2026"),
    ("seconds", _("Seconds since 1970")),
    ("milliseconds", _("Milliseconds since 1970")),
)
SUMS_SPELT: Sequence[tuple[str, str | Promise]] = (
    ("point", "1234.50"),
    ("comma", "1 234,50"),
    ("hundredths", _("123450: hundredths, as a whole number")),
)
COMMAS = _("With commas between them. Empty: anything at all.")

FORMATS = Group(
    name="formats",
    label=_("How it proves itself, and how it writes"),
    slots=(
        Slot(name="signature.scheme", label=_("It proves itself by"), reads="choice", choices=SCHEMES),
        Slot(
            name="signature.header",
            label=_("Name of the header"),
            reads="words",
            hint=_("Empty: X-Veren-Token for the secret itself, X-Signature for a signature."),
        ),
        Slot(
            name="signature.prefix",
            label=_("What stands before the signature"),
            reads="words",
            hint=_(
                "For example “sha256=” or “v1=”; of several parts with commas, the one that begins so counts."
            ),
        ),
        Slot(
            name="signature.moment_header",
            label=_("Header with the moment that is signed as well"),
            reads="words",
            hint=_("Then the moment, a full stop and the body are signed together."),
        ),
        Slot(
            name="formats.moments", label=_("How moments are written"), reads="choice", choices=MOMENTS_SPELT
        ),
        Slot(name="formats.sums", label=_("How sums are written"), reads="choice", choices=SUMS_SPELT),
    ),
)


def _person(kind: str) -> tuple[Slot, ...]:
    return (
        Slot(name=f"{kind}.person.external", label=_("Buyer: number in the system")),
        Slot(name=f"{kind}.person.email", label=_("Buyer: e-mail")),
        Slot(name=f"{kind}.person.phone", label=_("Buyer: phone")),
        Slot(name=f"{kind}.person.given_name", label=_("Buyer: given name"), longest=100),
        Slot(name=f"{kind}.person.family_name", label=_("Buyer: family name"), longest=100),
    )


def _which(kind: str) -> tuple[Slot, ...]:
    return (
        Slot(
            name=f"{kind}.each",
            label=_("List of them"),
            reads="list",
            hint=_("Empty: a delivery brings one, and it is the whole body."),
        ),
        Slot(name=f"{kind}.if", label=_("Only where something stands at"), reads="state"),
        Slot(
            name=f"{kind}.is",
            label=_("and it is one of these words"),
            reads="words",
            hint=COMMAS,
        ),
    )


# When it came so far; where its state stands; which states mean it.
_STEPS = {
    "paid": (_("Paid at"), _("Paid: where the state stands"), _("Paid: the states that mean it")),
    "shipped": (_("Shipped at"), _("Shipped: where the state stands"), _("Shipped: the states that mean it")),
    "delivered": (
        _("Delivered at"),
        _("Delivered: where the state stands"),
        _("Delivered: the states that mean it"),
    ),
    "completed": (
        _("Completed at"),
        _("Completed: where the state stands"),
        _("Completed: the states that mean it"),
    ),
    "cancelled": (
        _("Cancelled at"),
        _("Cancelled: where the state stands"),
        _("Cancelled: the states that mean it"),
    ),
}
STEPS = tuple(moment for moment in MOMENTS if moment in _STEPS)


def _steps() -> tuple[Slot, ...]:
    found: list[Slot] = []
    for moment in STEPS:
        when, where, states = _STEPS[moment]
        found += [
            Slot(name=f"order.{moment}.at", label=when, reads="moment"),
            Slot(name=f"order.{moment}.if", label=where, reads="state"),
            Slot(name=f"order.{moment}.is", label=states, reads="words", hint=COMMAS),
        ]
    return tuple(found)


ORDER = Group(
    name="order",
    label=_("Orders"),
    key="order.external_id",
    hint=_(
        "A moment counts as soon as it is there; a state without a moment, as of the change that told of it."
    ),
    slots=(
        *_which("order"),
        Slot(name="order.external_id", label=_("Number in the system"), is_required=True, longest=64),
        Slot(name="order.number", label=_("Number that the buyer knows"), longest=64),
        Slot(name="order.placed_at", label=_("Placed at"), reads="moment", is_required=True),
        Slot(name="order.changed_at", label=_("Last changed at"), reads="moment"),
        Slot(name="order.currency", label=_("Currency"), hint=_("Empty: the shop’s own.")),
        Slot(name="order.delivery_amount", label=_("Delivery costs"), reads="sum"),
        *_person("order"),
        *_steps(),
    ),
)
ORDER_LINES = Group(
    name="order_lines",
    label=_("Lines of an order"),
    key="order.external_id",
    hint=_("Places are those within one line. Give the price of one, or what the line costs, or both."),
    slots=(
        Slot(
            name="order.lines", label=_("List of the lines, within the order"), reads="list", is_required=True
        ),
        Slot(name="order.line.external_id", label=_("Number of the line"), longest=64),
        Slot(name="order.line.sku", label=_("Code of the goods"), longest=64),
        Slot(name="order.line.name", label=_("Name of the goods"), longest=200),
        Slot(name="order.line.quantity", label=_("Quantity"), reads="number", is_required=True),
        Slot(name="order.line.unit_price", label=_("Price of one"), reads="sum"),
        Slot(name="order.line.amount", label=_("What the line costs, with its discount"), reads="sum"),
        Slot(name="order.line.discount_amount", label=_("Discount of the line"), reads="sum"),
    ),
)
RETURN = Group(
    name="return",
    label=_("Returns"),
    key="return.external_id",
    hint=_("Without lines, everything that is left of the order comes back."),
    slots=(
        *_which("return"),
        Slot(name="return.external_id", label=_("Number in the system"), is_required=True, longest=64),
        Slot(
            name="return.order",
            label=_("Number of the order in the system"),
            is_required=True,
            longest=64,
        ),
        Slot(name="return.returned_at", label=_("Returned at"), reads="moment", is_required=True),
        Slot(name="return.reason", label=_("Reason"), longest=200),
        Slot(name="return.lines", label=_("List of the lines, within the return"), reads="list"),
        Slot(name="return.line.line", label=_("Number of the line in the order"), longest=64),
        Slot(name="return.line.quantity", label=_("Quantity"), reads="number"),
        Slot(name="return.line.amount", label=_("Given back for the line"), reads="sum"),
    ),
)
CUSTOMER = Group(
    name="customer",
    label=_("Customers"),
    key="customer.external_id",
    slots=(
        *_which("customer"),
        Slot(name="customer.external_id", label=_("Number in the system"), is_required=True, longest=64),
        Slot(name="customer.changed_at", label=_("Last changed at"), reads="moment"),
        *_person("customer")[1:],
    ),
)
PRODUCT = Group(
    name="product",
    label=_("Goods"),
    key="product.sku",
    slots=(
        *_which("product"),
        Slot(name="product.sku", label=_("Code of the goods"), is_required=True, longest=64),
        Slot(name="product.changed_at", label=_("Last changed at"), reads="moment"),
        Slot(name="product.name", label=_("Name of the goods"), longest=200),
        Slot(name="product.category", label=_("Category"), longest=100),
        Slot(name="product.brand", label=_("Brand"), longest=100),
        Slot(name="product.price", label=_("Price of one"), reads="sum"),
        Slot(name="product.stock", label=_("In stock"), reads="stock"),
        Slot(name="product.sold.if", label=_("Sold: where the state stands"), reads="state"),
        Slot(name="product.sold.is", label=_("Sold: the states that mean it"), reads="words", hint=COMMAS),
    ),
)

GROUPS: Sequence[Group] = (FORMATS, ORDER, ORDER_LINES, RETURN, CUSTOMER, PRODUCT)
KINDS: Sequence[Group] = (ORDER, RETURN, CUSTOMER, PRODUCT)
SLOTS = {slot.name: slot for group in GROUPS for slot in group.slots}
