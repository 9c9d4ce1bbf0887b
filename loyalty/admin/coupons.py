from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.admin.keyset import ReadOnlyAdmin
from crm.admin.orders import link_to
from crm.templatetags.veren import when
from crm.words.wording import money, number
from loyalty.admin.gives import GivesAdmin
from loyalty.coupons import couponing
from loyalty.coupons.coupon_codes import normal
from loyalty.models import Budget, Coupon, CouponPool, CouponUse


@admin.register(CouponPool)
class CouponPoolAdmin(GivesAdmin):
    list_display = ("called", "gives", "programme", "codes", "starts", "ends")
    list_filter = ("programme", "kind")
    list_select_related = ("programme",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return (
            (None, {"fields": (*self.names(), "programme")}),
            (_("What it gives"), {"fields": (*self.settings_fields(request, obj), "minimum_amount")}),
            (
                _("How often"),
                {"fields": ("uses_per_code", "uses_per_person", "uses_left", "goodwill_per_day", "budget")},
            ),
            (_("When"), {"fields": ("starts_at", "ends_at", "days_valid")}),
            (_("Who may use it"), {"fields": ("conditions",)}),
        )

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "budget":
            kwargs["queryset"] = Budget.objects.filter(unit=Budget.Unit.MONEY)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("codes"))
    def codes(self, pool: CouponPool) -> SafeString:
        address = reverse("rewards:codes", args=[pool.pk])
        return format_html('<a href="{}">{}</a>', address, _("Make, import, take out"))

    @admin.display(description=_("from"))
    def starts(self, pool: CouponPool) -> SafeString | str:
        return when(pool.starts_at)

    @admin.display(description=_("until"))
    def ends(self, pool: CouponPool) -> SafeString | str:
        return when(pool.ends_at)


@admin.register(Coupon)
class CouponAdmin(ReadOnlyAdmin):
    """Found by the whole code, so that nobody browses codes that are still worth something."""

    list_display = ("shown", "of", "holder_name", "left", "ends", "blocked")
    list_filter = ("pool__programme",)
    list_select_related = ("pool", "redemption__reward", "holder__customer")
    search_fields = ("code",)
    search_help_text = _("The whole code, as it was given.")
    fields = ("shown", "of", "holder_name", "uses_left", "valid_until", "blocked_at", "created_at")
    actions = ("block",)

    def search(self, queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
        try:
            return queryset.filter(code=normal(text))
        except ValueError:
            return queryset.none()

    @admin.action(description=_("Block: these codes are worth nothing any more"), permissions=["block"])
    def block(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        blocked = couponing.block(list(queryset), at=timezone.now())
        text = ngettext("%(count)s code is blocked.", "%(count)s codes are blocked.", blocked)
        messages.success(request, text % {"count": number(blocked)})

    def has_block_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("loyalty.change_coupon")

    @admin.display(description=_("code"))
    def shown(self, coupon: Coupon) -> str:
        """Enough to tell one from another, too little to use it."""
        return coupon.code if len(coupon.code) < 8 else f"{coupon.code[:4]}…{coupon.code[-2:]}"

    @admin.display(description=_("of"))
    def of(self, coupon: Coupon) -> str:
        return str(coupon.pool or (coupon.redemption.reward if coupon.redemption else ""))

    @admin.display(description=_("holder"))
    def holder_name(self, coupon: Coupon) -> SafeString | str:
        return link_to(coupon.holder.customer) if coupon.holder else ""

    @admin.display(description=_("times left"))
    def left(self, coupon: Coupon) -> str:
        return "" if coupon.uses_left is None else number(coupon.uses_left)

    @admin.display(description=_("until"))
    def ends(self, coupon: Coupon) -> SafeString | str:
        return when(coupon.valid_until)

    @admin.display(description=_("blocked"))
    def blocked(self, coupon: Coupon) -> SafeString | str:
        return when(coupon.blocked_at)


@admin.register(CouponUse)
class CouponUseAdmin(ReadOnlyAdmin):
    list_display = ("of", "person", "shop", "order_external_id", "taken_off", "used", "released")
    list_filter = ("shop",)
    list_select_related = ("coupon__pool", "coupon__redemption__reward", "member__customer", "shop")
    fields = ("of", "person", "shop", "order_external_id", "taken_off", "used_at", "released_at")

    @admin.display(description=_("of"))
    def of(self, use: CouponUse) -> str:
        coupon = use.coupon
        return str(coupon.pool or (coupon.redemption.reward if coupon.redemption else ""))

    @admin.display(description=_("customer"))
    def person(self, use: CouponUse) -> SafeString | str:
        return link_to(use.member.customer) if use.member else ""

    @admin.display(description=_("taken off"))
    def taken_off(self, use: CouponUse) -> str:
        return money(use.goods_amount + use.delivery_amount, use.currency)

    @admin.display(description=_("used"))
    def used(self, use: CouponUse) -> SafeString | str:
        return when(use.used_at)

    @admin.display(description=_("released"))
    def released(self, use: CouponUse) -> SafeString | str:
        return when(use.released_at)
