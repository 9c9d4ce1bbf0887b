"""A budget holds however many ask at once: each reservation is one conditional update of the period's row.

Called by verbs, inside their transaction and before the ledger is. The period's row is locked until commit.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from crm import company
from crm.errors import Refusal
from loyalty.models import Budget, BudgetPeriod, BudgetUse

EVER = date(2000, 1, 1)
USE = """
UPDATE loyalty_budgetperiod SET used = used + %(amount)s
WHERE id = %(period)s AND used + %(amount)s <= (SELECT amount FROM loyalty_budget WHERE id = %(budget)s)
"""


class BudgetUsedUp(Refusal):
    code = "budget-used-up"
    title = _("The budget for this is used up.")


@transaction.atomic
def reserve(budget: Budget, *, amount: Decimal | int, key: str, at: datetime) -> None:
    """Take `amount` out of the budget's period, once per `key`. Locks the period's row.

    Raises:
        BudgetUsedUp: with what is left of the period; nothing is taken.
    """
    if not amount or BudgetUse.objects.filter(key=key).exists():
        return
    period = period_of(budget, at=at)
    with connection.cursor() as cursor:
        cursor.execute(USE, {"amount": amount, "period": period.pk, "budget": budget.pk})
        has_room = cursor.rowcount == 1
    if not has_room:
        raise BudgetUsedUp(left=format(left(budget, at=at), "f"))
    BudgetUse.objects.create(period=period, key=key, amount=amount, used_at=at)


@transaction.atomic
def give_back(key: str, *, at: datetime) -> None:
    """What was reserved under `key` is free again in its own period. Once: a repeat changes nothing."""
    use = BudgetUse.objects.select_for_update(no_key=True).filter(key=key, given_back_at=None).first()
    if use is None:
        return
    use.given_back_at = at
    use.save(update_fields=["given_back_at"])
    BudgetPeriod.objects.filter(pk=use.period_id).update(used=F("used") - use.amount)


def left(budget: Budget, *, at: datetime) -> Decimal:
    begins = starts_on(budget.period, at, company.current().clock)
    used = (period.used for period in _periods(budget, begins) if period.starts_on == begins)
    return budget.amount - next(used, Decimal(0))


def _periods(budget: Budget, begins: date) -> Iterable[BudgetPeriod]:
    """Without a question where a list has read them all already."""
    is_read = "periods" in getattr(budget, "_prefetched_objects_cache", {})
    return budget.periods.all() if is_read else budget.periods.filter(starts_on=begins)


def period_of(budget: Budget, *, at: datetime) -> BudgetPeriod:
    begins = starts_on(budget.period, at, company.current().clock)
    BudgetPeriod.objects.bulk_create([BudgetPeriod(budget=budget, starts_on=begins)], ignore_conflicts=True)
    return BudgetPeriod.objects.get(budget=budget, starts_on=begins)


def starts_on(period: str, at: datetime, clock: tzinfo) -> date:
    """The first day of the period, by the company's clock."""
    today = at.astimezone(clock).date()
    match period:
        case Budget.Period.DAY:
            return today
        case Budget.Period.MONTH:
            return today.replace(day=1)
        case Budget.Period.YEAR:
            return today.replace(month=1, day=1)
    return EVER
