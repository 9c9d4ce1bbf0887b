"""Why points were given, and why not: a code and figures as the ledger keeps them, a sentence when it is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.words.wording import number

NUMBER = re.compile(r"\d+\.\d+", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True)
class Reason:
    """`figures` are plain texts and numbers, so that they can be kept as JSON."""

    code: str
    figures: Mapping[str, Any] = field(default_factory=dict)

    def aloud(self) -> str:
        """In the reader's language; a code that nobody knows any more is said as it stands."""
        shown = {name: _shown(figure) for name, figure in self.figures.items()}
        return str(SENTENCES.get(self.code, self.code)).format(**shown)

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, **({"figures": dict(self.figures)} if self.figures else {})}


def _shown(figure: Any) -> Any:
    """Numbers and days as the reader writes them; words, and what else was kept, as they stand."""
    if isinstance(figure, str) and NUMBER.fullmatch(figure):
        return number(Decimal(figure), len(figure.partition(".")[2]))
    if isinstance(figure, str) and DAY.fullmatch(figure):
        return formats.date_format(date.fromisoformat(figure), "DATE_FORMAT").rstrip(".")
    return figure


def reason_from(kept: Mapping[str, Any]) -> Reason:
    return Reason(kept["code"], kept.get("figures", {}))


SENTENCES: dict[str, str | Promise] = {
    # Given
    "amount": _("The purchase counts with {amount}."),
    "goods": _("These goods count with {amount}."),
    "fixed": _("The purchase meets the conditions."),
    "multiplied": _("The points are multiplied by {times}."),
    "tier": _("The tier adds {percent} %."),
    "first-order": _("It is the first order."),
    "birthday": _("The birthday is near."),
    "welcome": _("It is the first purchase as a member."),
    "streak": _("Purchases in a row: {length}."),
    "return-after-lapse": _("Welcome back: days since the purchase before: {days}."),
    "promotion": _("The promotion runs until {until}."),
    # Not given
    "conditions": "{because}",
    "conditions-not-met": _("The conditions of the rule are not met."),
    "no-goods": _("None of the goods of the rule is in the purchase."),
    "too-little": _("{missing} more was needed."),
    "other-tier": _("The rule is for another tier."),
    "not-first-order": _("It is not the first order."),
    "no-birthday": _("No birthday is known."),
    "birthday-far": _("The birthday is not near."),
    "not-first-as-member": _("It is not the first purchase as a member."),
    "welcome-over": _("The time for the welcome is over: it lasts {days} days."),
    "streak-short": _("Purchases in a row: {have} of {length}."),
    "streak-counted": _("This week or month already counts."),
    "no-earlier-purchase": _("There is no purchase before it."),
    "no-lapse": _("The purchase before it is only {days} days ago."),
    "promotion-not-now": _("The promotion is not running."),
    "nothing-to-multiply": _("There are no points to multiply."),
    "less-than-one-point": _("It comes to less than one point."),
    "another-counts-instead": _("The rule “{name}” counts instead."),
    "limit-reached": _("The limit of the rule is reached."),
    "not-valid-now": _("The rule is not valid at this time."),
    # Points that cannot pay
    "balance-too-small": _("Points missing until they can be spent: {missing}."),
    "largest-share": _("Points may pay at most {percent} % of a purchase."),
    "goods-excluded": _("Some of the goods cannot be paid with points."),
    "delivery-excluded": _("Delivery cannot be paid with points."),
    # The purchase as a whole
    "other-currency": _("The purchase is in {currency}; the programme counts in {expected}."),
    "not-a-member": _("The customer is not a member of the programme."),
    "no-customer": _("Nobody is known who made the purchase."),
    "cancelled": _("The order was cancelled."),
    "not-paid": _("The order is not paid yet."),
    "before-joining": _("The purchase was made before the membership began."),
    "no-programme": _("No loyalty programme is running."),
    "no-rules": _("The programme has no rule that is switched on."),
}
