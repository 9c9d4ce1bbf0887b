"""Scores, what is to be expected, category and risk of each customer, from what was counted and what was fitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models.functions import Now

from crm.measures import churn
from crm.measures.expected_purchases import Histories, Purchases
from crm.measures.expected_spend import Spend
from crm.measures.rfm import Cuts
from crm.models import CategoryChange, CustomerWorth
from crm.rollups import marking
from crm.worth.categories import Category, Standing, category_of, returned_often, settle
from crm.worth.counting import CENT

WEEK = 7.0
# Under which the usual gap of all customers stands, beside those of each month's.
EVERYBODY = ""

JUDGED = (
    *("recency", "frequency", "monetary", "expected_purchases", "expected_value"),
    *("category", "category_since", "leaning", "leaning_since", "risk", "risk_reasons"),
)


@dataclass(frozen=True, kw_only=True)
class Company:
    """By what a night's customers are judged. `purchases` and `spend` are None where the models are not to be used."""

    as_of: date
    horizon_days: int
    currency: str
    cuts: Mapping[str, Cuts]
    usual_gaps: Mapping[str, int]
    purchases: Purchases | None
    spend: Spend | None

    def usual_gap(self, one: CustomerWorth) -> int | None:
        """The customer's own, else the cohort's, else everybody's."""
        if one.usual_gap_days is not None or one.first_on is None:
            return one.usual_gap_days
        month = one.first_on.replace(day=1).isoformat()
        return self.usual_gaps.get(month, self.usual_gaps.get(EVERYBODY))


@transaction.atomic
def judge(people: Sequence[CustomerWorth], by: Company) -> None:
    """Judge these and write it. Idempotent for a day; locks their rows of CustomerWorth, and the mark of one day."""
    stood = {one.pk: one.category for one in people}
    _expect(people, by)
    for one in people:
        _judge(one, by)
    # Every row is there already: one statement for all of them, where an update would need a case for each field.
    CustomerWorth.objects.bulk_create(
        people, update_conflicts=True, unique_fields=["customer"], update_fields=JUDGED
    )
    _log([one for one in people if one.category != stood[one.pk]], stood, as_of=by.as_of)


def _log(changed: Sequence[CustomerWorth], stood: Mapping[int, str], *, as_of: date) -> None:
    """Figures tell of somebody by what they were then. It holds from the next day on, which may have begun already."""
    CategoryChange.objects.bulk_create(
        [
            CategoryChange(
                customer_id=one.pk, before=stood[one.pk], after=one.category, as_of=as_of, recorded_at=Now()
            )
            for one in changed
        ]
    )
    if changed:
        marking.mark_all_rollups([as_of + marking.DAY], at=None)


def _expect(people: Sequence[CustomerWorth], by: Company) -> None:
    for one in people:
        one.expected_purchases = one.expected_value = None
    buyers = [one for one in people if one.first_on and one.last_on]
    if by.purchases is None or not buyers:
        return
    its = Histories.of([_history(one, by.as_of) for one in buyers])
    to_come = by.purchases.expected(its, by.horizon_days / WEEK)
    for one, purchases in zip(buyers, to_come, strict=True):
        one.expected_purchases = Decimal(float(purchases)).quantize(Decimal("0.0001"))
    if by.spend is None:
        return
    each = by.spend.expected(
        its.x, Histories.of([(float(one.repeat_mean or 0), 0, 0, 1) for one in buyers]).x
    )
    for one, purchases, amount in zip(buyers, to_come, each, strict=True):
        if one.currency == by.currency:
            one.expected_value = Decimal(float(purchases * amount)).quantize(CENT)


def _history(one: CustomerWorth, as_of: date) -> tuple[float, float, float, int]:
    first, last = one.first_on or as_of, one.last_on or as_of
    return one.purchase_days - 1, (last - first).days / WEEK, (as_of - first).days / WEEK, 1


def _judge(one: CustomerWorth, by: Company) -> None:
    days_since = (by.as_of - one.last_on).days if one.last_on else None
    gap = by.usual_gap(one)
    _score(one, by.cuts.get(one.currency), days_since)
    if days_since is None:
        _leave(one)
    else:
        _settle(one, by.as_of, is_silent=churn.is_silent(days_since, gap) or days_since > by.horizon_days)
    found = churn.risk(
        days_since=days_since,
        usual_gap=gap,
        horizon=by.horizon_days,
        lately=one.days_lately,
        earlier=one.days_earlier,
        expected=None if one.expected_purchases is None else float(one.expected_purchases),
        returned_often=returned_often(orders=one.orders, returns=one.returns),
        returns=one.returns,
        orders=one.orders,
    )
    one.risk = found.level
    one.risk_reasons = [list(astuple(reason)) for reason in found.reasons]


def _score(one: CustomerWorth, cuts: Cuts | None, days_since: int | None) -> None:
    one.recency = one.frequency = one.monetary = None
    if cuts is not None and days_since is not None:
        its = cuts.scores(days_since=days_since, purchase_days=one.purchase_days, money=one.historic_value)
        one.recency, one.frequency, one.monetary = its.recency, its.frequency, its.monetary


def _settle(one: CustomerWorth, as_of: date, *, is_silent: bool) -> None:
    said = category_of(
        money_score=one.monetary,
        purchase_days=one.purchase_days,
        is_silent=is_silent,
        orders=one.orders,
        returns=one.returns,
    )
    for name, value in asdict(settle(said, before=_before(one), on=as_of)).items():
        setattr(one, "category_since" if name == "since" else name, value)


def _leave(one: CustomerWorth) -> None:
    """Nothing is bought, or not any more: nobody is of any kind by that."""
    one.category = one.leaning = ""
    one.category_since = one.leaning_since = None


def _before(one: CustomerWorth) -> Standing | None:
    if one.category_since is None or one.leaning_since is None:
        return None
    return Standing(Category(one.category), one.category_since, Category(one.leaning), one.leaning_since)
