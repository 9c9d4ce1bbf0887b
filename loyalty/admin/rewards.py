from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm.admin.inlines import Inline
from crm.admin.keyset import ReadOnlyAdmin
from crm.admin.orders import link_to
from crm.templatetags.veren import when
from crm.words.wording import number
from loyalty.admin.gives import GivesAdmin
from loyalty.models import Redemption, Reward, RewardQuota


class QuotaInline(Inline):
    model = RewardQuota


@admin.register(Reward)
class RewardAdmin(GivesAdmin):
    list_display = ("called", "gives", "price", "left", "programme", "starts", "ends")
    list_filter = ("programme", "kind")
    list_select_related = ("programme",)
    inlines = (QuotaInline,)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return (
            (None, {"fields": (*self.names(), "programme", "points")}),
            (_("What it gives"), {"fields": self.settings_fields(request, obj)}),
            (_("How many"), {"fields": ("stock", "most_per_member")}),
            (_("When"), {"fields": ("starts_at", "ends_at", "code_days")}),
            (_("Who may have it"), {"fields": ("conditions",)}),
        )

    @admin.display(description=_("costs, points"))
    def price(self, reward: Reward) -> str:
        return number(reward.points)

    @admin.display(description=_("left"))
    def left(self, reward: Reward) -> str:
        return "" if reward.stock is None else number(reward.stock)

    @admin.display(description=_("from"))
    def starts(self, reward: Reward) -> SafeString | str:
        return when(reward.starts_at)

    @admin.display(description=_("until"))
    def ends(self, reward: Reward) -> SafeString | str:
        return when(reward.ends_at)


@admin.register(Redemption)
class RedemptionAdmin(ReadOnlyAdmin):
    """What members took, without its code: that is theirs."""

    list_display = ("reward", "person", "points", "redeemed", "taken_back")
    list_filter = ("reward__kind",)
    list_select_related = ("reward", "member__customer")
    fields = (
        *("reward", "person", "points", "tier", "shop", "redeemed_at"),
        *("cancelled_at", "cancelled_by", "cancel_reason"),
    )

    @admin.display(description=_("customer"))
    def person(self, redemption: Redemption) -> SafeString | str:
        return link_to(redemption.member.customer)

    @admin.display(description=_("redeemed"))
    def redeemed(self, redemption: Redemption) -> SafeString | str:
        return when(redemption.redeemed_at)

    @admin.display(description=_("taken back"))
    def taken_back(self, redemption: Redemption) -> SafeString | str:
        return when(redemption.cancelled_at)
