from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.words.wording import money
from loyalty.rewards.base import Benefit, RewardKind, RewardSettings, Words, setting
from loyalty.rewards.carts import Cart


@dataclass(frozen=True, kw_only=True)
class FreeDeliverySettings(RewardSettings):
    at_most: Decimal | None = field(
        default=None,
        metadata=setting(
            _("At most"),
            hint=_("The largest delivery charge that it pays. Empty: any."),
            above_zero=True,
        ),
    )


class FreeDelivery(RewardKind[FreeDeliverySettings]):
    name = "free_delivery"
    label = _("Free delivery")
    needs_code = True
    needs_cart = True
    Settings = FreeDeliverySettings

    def benefit(self, settings: FreeDeliverySettings, cart: Cart) -> Benefit:
        charge = cart.delivery_amount
        return Benefit(delivery_amount=charge if settings.at_most is None else min(charge, settings.at_most))

    def why_not(self, settings: FreeDeliverySettings, cart: Cart) -> Words:
        return "" if cart.delivery_amount else _("There is no delivery to pay for.")

    def aloud(self, settings: FreeDeliverySettings, currency: str) -> str:
        if settings.at_most is None:
            return gettext("Free delivery")
        return gettext("Free delivery, up to {at_most}").format(at_most=money(settings.at_most, currency))
