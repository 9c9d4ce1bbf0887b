"""Codes by which points pay in the carts of shops' own systems, with what became of each."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.admin.keyset import ReadOnlyAdmin
from crm.admin.orders import link_to
from crm.templatetags.veren import when
from loyalty.models import CartCode, CartCodeState


@admin.register(CartCode)
class CartCodeAdmin(ReadOnlyAdmin):
    list_display = ("shown", "person", "points", "amount", "currency", "became", "order", "usable")
    list_select_related = ("hold__wallet__member__customer", "connection__shop", "order")
    search_fields = ("code__iexact",)
    fields = (
        ("shown", "person", "connection"),
        ("points", "amount", "currency"),
        ("became", "order", "took_off"),
        ("asked_at", "made_at", "usable_until"),
        ("paid_at", "ended_at"),
    )

    @admin.display(description=pgettext_lazy("coupon", "code"))
    def shown(self, code: CartCode) -> str:
        """Whoever reads one that was not used could use it."""
        return f"{code.code[:3]}••••-••••-{code.code[-4:]}"

    @admin.display(description=_("customer"))
    def person(self, code: CartCode) -> SafeString | str:
        return link_to(code.hold.wallet.member.customer)

    @admin.display(description=_("points"))
    def points(self, code: CartCode) -> int:
        return code.hold.points

    @admin.display(description=_("state"))
    def became(self, code: CartCode) -> str:
        return str(CartCodeState(code.state).label)

    @admin.display(description=_("can be used until"))
    def usable(self, code: CartCode) -> SafeString | str:
        return when(code.usable_until)
