"""Gifts by the calendar, recommendations, and the budgets that hold both."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.admin.keyset import KeysetAdmin, ReadOnlyAdmin
from crm.admin.named import NamedAdmin, name_both_halves
from crm.admin.orders import link_to
from crm.templatetags.veren import when
from crm.words.wording import money, number
from loyalty.models import Budget, GiftGrant, GiftRule, Referral, ReferralTerms
from loyalty.rules import budgets


class OfPoints:
    """Only budgets of points are offered where points are given."""

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "budget":
            kwargs["queryset"] = Budget.objects.filter(unit=Budget.Unit.POINTS)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


@admin.register(GiftRule)
class GiftRuleAdmin(OfPoints, NamedAdmin):
    list_display = ("called", "occasion", "gives", "programme", "starts", "ends")
    list_filter = ("programme", "occasion")
    list_select_related = ("programme", "pool")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return (
            (None, {"fields": (*self.names(), "programme", "occasion")}),
            (_("What it gives"), {"fields": ("points", "points_days", "pool", "budget")}),
            (_("When"), {"fields": ("days_before", "days_after", "cool_down_days", "starts_at", "ends_at")}),
        )

    @admin.display(description=_("gives"))
    def gives(self, rule: GiftRule) -> str:
        if rule.points is None:
            return str(rule.pool)
        return ngettext("%(count)s point", "%(count)s points", rule.points) % {"count": number(rule.points)}

    @admin.display(description=_("from"))
    def starts(self, rule: GiftRule) -> SafeString | str:
        return when(rule.starts_at)

    @admin.display(description=_("until"))
    def ends(self, rule: GiftRule) -> SafeString | str:
        return when(rule.ends_at)


@admin.register(GiftGrant)
class GiftGrantAdmin(ReadOnlyAdmin):
    list_display = ("rule", "person", "year", "points", "given")
    list_filter = ("rule",)
    list_select_related = ("rule", "member__customer")
    fields = ("rule", "person", "year", "points", "granted_at")

    @admin.display(description=_("customer"))
    def person(self, grant: GiftGrant) -> SafeString | str:
        return link_to(grant.member.customer)

    @admin.display(description=_("given"))
    def given(self, grant: GiftGrant) -> SafeString | str:
        return when(grant.granted_at)


class TermsForm(forms.ModelForm):  # type: ignore[type-arg]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            name_both_halves(field)


@admin.register(ReferralTerms)
class ReferralTermsAdmin(OfPoints, KeysetAdmin):
    form = TermsForm
    list_display = ("programme", "referrer_points", "friend_points", "smallest_order", "starts", "ends")
    list_select_related = ("programme",)
    fields = (
        *("programme", "referrer_points", "friend_points", "points_months"),
        *("smallest_order", "window_days", "budget", "starts_at", "ends_at"),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("from"))
    def starts(self, terms: ReferralTerms) -> SafeString | str:
        return when(terms.starts_at)

    @admin.display(description=_("until"))
    def ends(self, terms: ReferralTerms) -> SafeString | str:
        return when(terms.ends_at)


STATES = {
    "waiting_for_first_order": _("waits for the first order"),
    "in_return_window": _("waits for the return window"),
    "paid": _("paid out"),
    "refused": _("refused"),
}


@admin.register(Referral)
class ReferralAdmin(ReadOnlyAdmin):
    list_display = ("by", "to", "how_far", "reason", "recommended", "due", "paid")
    list_filter = ("reason",)
    list_select_related = ("referrer__customer", "friend__customer")
    fields = (
        *("by", "to", "how_far", "reason", "referrer_points", "friend_points"),
        *("referred_at", "due_at", "paid_at", "refused_at"),
    )

    @admin.display(description=_("recommended by"))
    def by(self, referral: Referral) -> SafeString | str:
        return link_to(referral.referrer.customer)

    @admin.display(description=_("friend"))
    def to(self, referral: Referral) -> SafeString | str:
        return link_to(referral.friend.customer)

    @admin.display(description=_("state"))
    def how_far(self, referral: Referral) -> str:
        return str(STATES[referral.state])

    @admin.display(description=_("recommended"))
    def recommended(self, referral: Referral) -> SafeString | str:
        return when(referral.referred_at)

    @admin.display(description=_("return window ends"))
    def due(self, referral: Referral) -> SafeString | str:
        return when(referral.due_at)

    @admin.display(description=_("paid out"))
    def paid(self, referral: Referral) -> SafeString | str:
        return when(referral.paid_at)


@admin.register(Budget)
class BudgetAdmin(KeysetAdmin):
    list_display = ("label", "programme", "limit", "period", "left")
    list_select_related = ("programme",)
    list_prefetch_related = ("periods",)
    fields = ("label", "programme", "unit", "period", "amount")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("at most"))
    def limit(self, budget: Budget) -> str:
        return _amount(budget, budget.amount)

    @admin.display(description=_("left in this period"))
    def left(self, budget: Budget) -> str:
        return _amount(budget, budgets.left(budget, at=timezone.now()))


def _amount(budget: Budget, amount: Any) -> str:
    return money(amount, budget.programme.currency) if budget.unit == Budget.Unit.MONEY else number(amount)
