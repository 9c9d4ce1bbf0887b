"""What is in a file and what became of it: lines that add up."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.importing.refusals import RowRefusal


class What(models.TextChoices):
    SALES = "sales", _("Invoices")
    ANONYMOUS_SALES = "anonymous-sales", _("Invoices without a customer")
    CREDITS = "credits", _("Credits")
    ANONYMOUS_CREDITS = "anonymous-credits", _("Credits without a customer")
    NEW = "new", _("New")
    ADDED = "added", _("Known already, and the file adds or changes something")
    KNOWN = "known", _("Already there")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the report: so many documents of so many rows. Credits have a negative amount.

    Where every row stands for itself there are neither documents nor amounts (None).
    """

    what: str
    rows: int
    documents: int | None = None
    amount: Decimal | None = None

    @property
    def label(self) -> str:
        return str(What(self.what).label)


@dataclass(frozen=True, kw_only=True)
class RefusedLine:
    reason: str
    rows: int

    @property
    def label(self) -> str:
        return reason_said(self.reason)


@dataclass(frozen=True, kw_only=True)
class Report:
    """File = imported + already there + refused, row by row.

    `customers` are those whom documents name. `attached` and `alone` count the parts of credited rows; they are not
    known (None) before they are applied.
    """

    rows: int
    lines: list[Line]
    refused: list[RefusedLine]
    customers: int | None = None
    attached: int | None = None
    alone: int | None = None

    @property
    def rows_imported(self) -> int:
        return sum(line.rows for line in self.lines if line.what != What.KNOWN)

    @property
    def rows_known(self) -> int:
        return sum(line.rows for line in self.lines if line.what == What.KNOWN)

    @property
    def rows_refused(self) -> int:
        return sum(line.rows for line in self.refused)

    @property
    def has_documents(self) -> bool:
        return any(line.documents is not None for line in self.lines)

    @property
    def adds_up(self) -> bool:
        return self.rows == self.rows_imported + self.rows_known + self.rows_refused

    def line(self, what: str) -> Line:
        empty = Line(what=what, rows=0, documents=0, amount=Decimal(0))
        return next((line for line in self.lines if line.what == what), empty)

    def as_json(self) -> dict[str, Any]:
        kept = asdict(self)
        for line in kept["lines"]:
            line["amount"] = None if line["amount"] is None else format(line["amount"], "f")
        return kept

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        return cls(
            **{
                **kept,
                "lines": [_line(line) for line in kept["lines"]],
                "refused": [RefusedLine(**line) for line in kept["refused"]],
            }
        )


def _line(kept: dict[str, Any]) -> Line:
    amount = kept["amount"]
    return Line(**{**kept, "amount": None if amount is None else Decimal(amount)})


def reason_said(reason: str) -> str:
    return str(RowRefusal(reason).label) if reason in RowRefusal.values else reason
