"""A member's points, line by line: what came, what went, and why. Newest first, read by the wallet's own sequence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty.models import Bucket, Movement, Transaction
from loyalty.rules.reasons import reason_from

PAGE = 20
# Of one operation: a wallet has four places, so no transaction of ours needs more.
MOST_MOVEMENTS = 6

# What a line says when nothing more is known than its kind.
WITHOUT_ORDER: Mapping[str, str | Promise] = {
    Transaction.Kind.EARN: _("Points were given"),
    Transaction.Kind.OPENING: _("Brought along from the earlier programme"),
    Transaction.Kind.CONFIRM: _("The return window is over: these points can be spent"),
    Transaction.Kind.REDEEM: _("Points were spent"),
    Transaction.Kind.DONATE: _("Points were donated"),
    Transaction.Kind.HOLD: _("Set aside for a purchase"),
    Transaction.Kind.CAPTURE: _("Paid with points that were set aside"),
    Transaction.Kind.RELEASE: _("No longer set aside"),
    Transaction.Kind.EXPIRE: _("Their time was over"),
    Transaction.Kind.REVERSE: _("Taken back after a return"),
    Transaction.Kind.RESTORE: _("Given back after a return"),
    Transaction.Kind.ADJUST: _("Adjusted by a colleague"),
    Transaction.Kind.MOVE_OUT: _("Moved to the member’s other account"),
    Transaction.Kind.MOVE_IN: _("Moved from the member’s other account"),
}
WITH_ORDER: Mapping[str, str | Promise] = {
    Transaction.Kind.EARN: _("Earned with order {order}"),
    Transaction.Kind.REDEEM: _("Spent on order {order}"),
    Transaction.Kind.HOLD: _("Set aside for order {order}"),
    Transaction.Kind.CAPTURE: _("Paid for order {order} with points that were set aside"),
    Transaction.Kind.RELEASE: _("No longer set aside for order {order}"),
    Transaction.Kind.REVERSE: _("Taken back: goods of order {order} were returned"),
    Transaction.Kind.RESTORE: _("Given back: goods of order {order} were returned"),
}

AMENDED = _("Fewer points: order {order} was changed")


@dataclass(frozen=True, kw_only=True)
class Why:
    """One rule's part in an earning, with a sentence in the reader's language."""

    rule: str
    points: int
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """One operation. `change` is what it did to all points of the member together; moving within is 0."""

    transaction: Transaction
    points: int
    change: int
    available_change: int
    pending_change: int
    held_change: int
    available_after: int
    pending_after: int
    held_after: int
    debt_after: int

    @property
    def kind(self) -> str:
        return self.transaction.kind

    @property
    def order_number(self) -> str:
        return self.transaction.order.number if self.transaction.order else ""

    @property
    def explanation(self) -> str:
        """A sentence in the reader's language."""
        if self.order_number and (self.transaction.trace or {}).get("reason") == "amended":
            return str(AMENDED).format(order=self.order_number)
        if self.order_number and self.kind in WITH_ORDER:
            return str(WITH_ORDER[self.kind]).format(order=self.order_number)
        return str(WITHOUT_ORDER[self.kind])

    @property
    def reason_of_colleague(self) -> str:
        """Why points were given or taken by hand, in the words of whoever did it: for colleagues alone."""
        asked = self.transaction.adjustment
        if asked is None:
            return ""
        return ", ".join(filter(None, (asked.reason, str(asked.requested_by or ""))))

    @property
    def reasons(self) -> list[Why]:
        """Why it was so many: each rule that gave points, as it applied then."""
        return list(_reasons_in(self.transaction.trace))


@dataclass(frozen=True, kw_only=True)
class Page:
    """`older` is where the next page begins; None on the last."""

    lines: Sequence[Line]
    older: int | None


def page(wallet_id: int, *, before: int | None = None, size: int = PAGE) -> Page:
    """Lines of a wallet, before a place in its sequence. Two queries, however long the statement is."""
    movements = Movement.objects.filter(wallet_id=wallet_id).order_by("-seq")
    if before is not None:
        movements = movements.filter(seq__lt=before)
    by_transaction: dict[int, list[Movement]] = {}
    for movement in movements.defer("hash")[: (size + 1) * MOST_MOVEMENTS]:
        by_transaction.setdefault(movement.transaction_id, []).append(movement)
    ids = list(by_transaction)[:size]
    whole = Transaction.objects.select_related("order", "adjustment__requested_by").defer("request_hash")
    known = whole.filter(pk__in=ids).in_bulk()
    lines = [_line(known[pk], by_transaction[pk]) for pk in ids]
    is_last = len(by_transaction) <= size
    return Page(lines=lines, older=None if is_last else known[ids[-1]].first_seq)


def _line(transaction: Transaction, movements: Sequence[Movement]) -> Line:
    """`movements` are the newest first."""
    change = dict.fromkeys(Bucket.values, 0)
    for movement in movements:
        change[movement.source] -= movement.points
        change[movement.target] += movement.points
    last = movements[0]
    mine = change[Bucket.AVAILABLE] + change[Bucket.PENDING] + change[Bucket.HELD]
    return Line(
        transaction=transaction,
        points=transaction.points,
        # Debt grows when points go into nothing that is there: it counts as points below zero.
        change=mine + change[Bucket.DEBT],
        available_change=change[Bucket.AVAILABLE],
        pending_change=change[Bucket.PENDING],
        held_change=change[Bucket.HELD],
        available_after=last.available_after,
        pending_after=last.pending_after,
        held_after=last.held_after,
        debt_after=last.debt_after,
    )


def _reasons_in(trace: Any) -> Iterator[Why]:
    for given in (trace or {}).get("rules", ()):
        why = reason_from(given["why"]).aloud()
        yield Why(rule=given["name"], points=given["points"], sentence=why)
