from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.errors import Fault
from crm.words.wording import money, number
from loyalty.rewards.base import Benefit, RewardKind, RewardSettings, Words, setting
from loyalty.rewards.carts import ZERO, Cart, cents, spread


@dataclass(frozen=True, kw_only=True)
class DiscountSettings(RewardSettings):
    """Either a share or an amount off; on some goods or on all."""

    percent: Decimal | None = field(default=None, metadata=setting(_("Percent off"), above_zero=True))
    amount: Decimal | None = field(
        default=None,
        metadata=setting(_("Amount off"), hint=_("In the programme's currency."), above_zero=True),
    )
    at_most: Decimal | None = field(
        default=None,
        metadata=setting(
            _("At most"),
            hint=_("The largest discount that a percentage may give."),
            above_zero=True,
        ),
    )
    skus: tuple[str, ...] = field(
        default=(),
        metadata=setting(
            _("Only on these products"),
            hint=_("Product codes with commas between. Empty: on everything."),
        ),
    )

    def faults(self) -> list[Fault]:
        found = super().faults()
        if (self.percent is None) == (self.amount is None):
            found.append(Fault(pointer="/percent", detail=_("Say either a percentage or an amount.")))
        if self.percent is not None and self.percent > 100:
            found.append(Fault(pointer="/percent", detail=_("A discount is at most 100 %.")))
        if self.at_most is not None and self.percent is None:
            found.append(Fault(pointer="/at_most", detail=_("A limit goes with a percentage only.")))
        return found


class Discount(RewardKind[DiscountSettings]):
    name = "discount"
    label = _("Discount")
    needs_code = True
    needs_cart = True
    Settings = DiscountSettings

    def benefit(self, settings: DiscountSettings, cart: Cart) -> Benefit:
        lines = cart.with_skus(settings.skus)
        whole = sum((line.amount for line in lines), ZERO)
        off = settings.amount if settings.percent is None else whole * settings.percent / 100
        off = cents(min(off or ZERO, whole, settings.at_most or whole))
        return Benefit(goods_amount=off, lines=spread(off, lines)) if off else Benefit()

    def why_not(self, settings: DiscountSettings, cart: Cart) -> Words:
        if any(line.amount for line in cart.with_skus(settings.skus)):
            return ""
        return _("There is nothing in the cart that this discount is for.")

    def aloud(self, settings: DiscountSettings, currency: str) -> str:
        if settings.percent is None:
            words = gettext("{amount} off {goods}") if settings.skus else gettext("{amount} off the purchase")
            return words.format(amount=money(settings.amount, currency), goods=", ".join(settings.skus))
        percent = number(settings.percent, max(0, -int(settings.percent.normalize().as_tuple().exponent)))
        if settings.skus:
            words = gettext("{percent}% off {goods}")
            if settings.at_most is not None:
                words = gettext("{percent}% off {goods}, up to {at_most}")
        else:
            words = gettext("{percent}% off the purchase")
            if settings.at_most is not None:
                words = gettext("{percent}% off the purchase, up to {at_most}")
        return words.format(
            percent=percent,
            goods=", ".join(settings.skus),
            at_most=money(settings.at_most or Decimal(0), currency),
        )
