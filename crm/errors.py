"""Refusals: what the house says no to. Each is part of the API: a stable code, a sentence, an HTTP status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that is wrong with a request: where (a JSON pointer into the body) and what."""

    pointer: str
    detail: str | Promise


class Refusal(Exception):
    """A rule says no, and nothing has happened.

    `code` names the rule for machines and never changes; `title` says it to people and holds nothing personal;
    `figures` are plain values that a caller may need to go on (how much is left, which state stands).
    """

    code: ClassVar[str]
    title: ClassVar[str | Promise]
    status: ClassVar[int] = 409

    def __init__(self, *faults: Fault, **figures: Any) -> None:
        self.faults = faults
        self.figures = figures
        super().__init__(str(self.title))


class NotPlausible(Refusal):
    code = "not-plausible"
    title = _("A date or an amount is outside of what can be true.")
    status = 422


class UnreadableIdentity(Refusal):
    code = "unreadable-identity"
    title = _("An e-mail, phone, card or handle cannot be read as one.")
    status = 422


class ConflictingIdentities(Refusal):
    code = "conflicting-identities"
    title = _("What was given belongs to more than one customer.")


class UnknownCustomer(Refusal):
    code = "unknown-customer"
    title = _("No such customer is known.")
    status = 422


class UnknownOrder(Refusal):
    code = "unknown-order"
    title = _("The shop has no such order.")
    status = 422


class PersonErased(Refusal):
    code = "person-erased"
    title = _("This person was erased at their own request, or for another lawful reason.")


class TotalsDisagree(Refusal):
    code = "totals-disagree"
    title = _("The amounts do not add up.")
    status = 422


class RepeatedLine(Refusal):
    code = "repeated-line"
    title = _("Two lines have the same id.")
    status = 422


class OrderDiffers(Refusal):
    code = "order-differs"
    title = _("An order with this id is already known, and it is a different one.")


class OrderCurrencyDiffers(Refusal):
    code = "order-currency-differs"
    title = _(
        "The currency of an order cannot change. Cancel the order in the shop and place it anew in the other currency."
    )


class LessThanReturned(Refusal):
    code = "less-than-returned"
    title = _(
        "A line would hold less than has come back of it already. The order stands as it was: look at its returns in "
        "the shop."
    )


class LineIsComingBack(Refusal):
    code = "line-is-coming-back"
    title = _(
        "A return is being dealt with for a line that was taken out of the order. Close that return, then tell of the "
        "change once more."
    )


class ReturnDiffers(Refusal):
    code = "return-differs"
    title = _("A return with this id is already known, and it is a different one.")


class UnknownLine(Refusal):
    code = "unknown-line"
    title = _("The order has no such line.")
    status = 422


class MoreReturnedThanBought(Refusal):
    code = "more-returned-than-bought"
    title = _("More would be returned than was bought.")


class RefundExceedsLine(Refusal):
    code = "refund-exceeds-line"
    title = _("More would be refunded than the line cost.")


class UnknownEventType(Refusal):
    code = "unknown-event-type"
    title = _("This type of event is not registered for the shop.")
    status = 422


class EventTypeDiffers(Refusal):
    code = "event-type-differs"
    title = _("An event type of this name is already registered, and it is a different one.")


class UnusableSchema(Refusal):
    code = "unusable-schema"
    title = _("The JSON Schema cannot be used.")
    status = 422


class EventDoesNotFit(Refusal):
    code = "event-does-not-fit"
    title = _("The data does not fit the schema of its event type.")
    status = 422


class EventTooLarge(Refusal):
    code = "event-too-large"
    title = _("The data of an event may hold 3 KB at most.")
    status = 422


class CodeTooOld(Refusal):
    code = "code-too-old"
    title = _("This code is too old. The card shows a new one every 30 seconds: scan that.")


class CardIsBlocked(Refusal):
    code = "card-is-blocked"
    title = _("This card is blocked.")
