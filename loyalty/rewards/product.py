from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from crm.words.wording import number
from loyalty.rewards.base import Benefit, RewardKind, RewardSettings, Words, setting
from loyalty.rewards.carts import ZERO, Cart, cents


@dataclass(frozen=True, kw_only=True)
class FreeProductSettings(RewardSettings):
    sku: str = field(metadata=setting(_("Product code")))
    name: str = field(metadata=setting(_("Product's name"), hint=_("As customers should read it.")))
    quantity: int = field(default=1, metadata=setting(_("How many"), above_zero=True))


class FreeProduct(RewardKind[FreeProductSettings]):
    """The product stands in the cart and costs nothing."""

    name = "product"
    label = _("Free product")
    needs_code = True
    needs_cart = True
    Settings = FreeProductSettings

    def benefit(self, settings: FreeProductSettings, cart: Cart) -> Benefit:
        """The dearest units first: whichever of two prices the shop asks, the reward is worth its word."""
        left, off = settings.quantity + ZERO, {}
        lines = sorted(
            cart.with_skus((settings.sku,)), key=lambda line: line.amount / line.quantity, reverse=True
        )
        for line in lines:
            units = min(left, line.quantity)
            if units > 0:
                off[line.name] = cents(line.amount * units / line.quantity)
                left -= units
        return Benefit(goods_amount=sum(off.values(), ZERO), lines=off)

    def why_not(self, settings: FreeProductSettings, cart: Cart) -> Words:
        if cart.with_skus((settings.sku,)):
            return ""
        return gettext("Put “{product}” into the cart first.").format(product=settings.name)

    def aloud(self, settings: FreeProductSettings, currency: str) -> str:
        if settings.quantity == 1:
            return gettext("“{product}” for free").format(product=settings.name)
        return ngettext(
            "“{product}” for free, {quantity} piece",
            "“{product}” for free, {quantity} pieces",
            settings.quantity,
        ).format(product=settings.name, quantity=number(settings.quantity))
