from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from crm.facts import Fact, Group
from crm.words.wording import Money


@dataclass(frozen=True, kw_only=True)
class ReturnAskedFor(Fact):
    """`why_code`: one of ReturnCase.Why."""

    kind = "support.return_asked_for"
    called = _("A return was asked for")
    group = Group.ORDERS
    icon = "order"
    sentence = _("Return {case_number} asked for, of order {order_number}: {why}")
    more = "{text}"
    personal = frozenset({"text"})

    case_number: str
    order_number: str
    why_code: str
    text: str
    by_customer: bool

    @property
    def why(self) -> object:
        return WHY.get(self.why_code, self.why_code)


@dataclass(frozen=True, kw_only=True)
class ReturnAgreed(Fact):
    kind = "support.return_agreed"
    group = Group.ORDERS
    icon = "check"
    sentence = _("Return {case_number} agreed")

    case_number: str


@dataclass(frozen=True, kw_only=True)
class ReturnMoneyBack(Fact):
    kind = "support.return_money_back"
    group = Group.ORDERS
    icon = "check"
    mood = "good"
    sentence = _("Money of return {case_number} sent back: {total}")

    case_number: str
    amount: Decimal
    currency: str

    @property
    def total(self) -> Money:
        return Money(self.amount, self.currency)


@dataclass(frozen=True, kw_only=True)
class ReturnRefused(Fact):
    kind = "support.return_refused"
    group = Group.ORDERS
    icon = "cross"
    mood = "bad"
    sentence = _("Return {case_number} not accepted")
    more = "{text}"
    personal = frozenset({"text"})

    case_number: str
    text: str


@dataclass(frozen=True, kw_only=True)
class ReturnWithdrawn(Fact):
    kind = "support.return_withdrawn"
    group = Group.ORDERS
    icon = "cross"
    sentence = _("Return {case_number} withdrawn: the goods stay")

    case_number: str


# As a sentence says them: models.ReturnCase.Why holds the same codes.
WHY = {
    "damaged": _("It arrived damaged"),
    "wrong": _("It is not what was ordered"),
    "faulty": _("It does not work as it should"),
    "not_as_shown": _("It differs from what was shown"),
    "changed_mind": _("It does not suit after all"),
    "other": _("Something else"),
}
