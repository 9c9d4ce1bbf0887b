"""How customers were valued, night by night: by which model, with which error on the past, by which cut points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm.admin.keyset import ReadOnlyAdmin
from crm.models import RfmCutPoints, Valuation
from crm.templatetags.veren import when
from crm.words.wording import number, percent


@admin.register(Valuation)
class ValuationAdmin(ReadOnlyAdmin):
    list_display = ("as_of", "who", "whether_foreseen", "on_the_past", "finished")
    ordering = ("-as_of",)
    fields = (
        *("as_of", "horizon_days", "customers", "buyers", "whether_foreseen", "on_the_past"),
        *("backtest_forecast", "backtest_fact", "why_no_amounts", "currency"),
        *("r", "alpha", "a", "b", "log_likelihood", "p", "q", "gamma", "started_at", "finished_at"),
    )
    readonly_fields = ("whether_foreseen", "on_the_past")

    @admin.display(description=_("customers who bought"))
    def who(self, valuation: Valuation) -> str:
        return number(valuation.buyers)

    @admin.display(description=_("purchases to come"))
    def whether_foreseen(self, valuation: Valuation) -> str:
        if valuation.finished_at is None:
            return str(_("not counted to the end"))
        if valuation.why_not:
            return valuation.get_why_not_display()
        return str(_("foreseen"))

    @admin.display(description=_("forecast, of what was bought in the hidden days"))
    def on_the_past(self, valuation: Valuation) -> str:
        if not valuation.backtest_fact:
            return str(_("not tried"))
        return percent((valuation.backtest_forecast or 0) / valuation.backtest_fact, valuation.backtest_fact)

    @admin.display(description=_("finished"))
    def finished(self, valuation: Valuation) -> SafeString | str:
        return when(valuation.finished_at)


@admin.register(RfmCutPoints)
class RfmCutPointsAdmin(ReadOnlyAdmin):
    list_display = ("month_shown", "currency", "days_since", "purchase_days", "money_spent", "of_customers")
    fields = (
        *("month_shown", "currency", "days_since", "purchase_days", "money_spent"),
        *("customers", "bought_once", "counted_at"),
    )
    readonly_fields = ("month_shown", "days_since", "purchase_days", "money_spent")

    @admin.display(description=_("month"))
    def month_shown(self, cuts: RfmCutPoints) -> str:
        return f"{cuts.month:%m.%Y}"

    @admin.display(description=_("days since the last purchase"))
    def days_since(self, cuts: RfmCutPoints) -> str:
        return _row(cuts.recency_days)

    @admin.display(description=_("days of purchases"))
    def purchase_days(self, cuts: RfmCutPoints) -> str:
        return _row(cuts.frequency)

    @admin.display(description=_("money spent"))
    def money_spent(self, cuts: RfmCutPoints) -> str:
        return _row(cuts.monetary)

    @admin.display(description=_("customers"))
    def of_customers(self, cuts: RfmCutPoints) -> str:
        return number(cuts.customers)


def _row(values: Sequence[Any]) -> str:
    """The four that part the five scores."""
    return " · ".join(number(value) for value in values)
