from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty.rewards.base import Benefit, RewardKind, RewardSettings, setting
from loyalty.rewards.carts import Cart


@dataclass(frozen=True, kw_only=True)
class GiftSettings(RewardSettings):
    what: str = field(
        metadata=setting(_("What is given"), hint=_("As customers should read it, such as “a tin for tea”."))
    )


class Gift(RewardKind[GiftSettings]):
    """Something put into the bag: at the till, or into the parcel."""

    name = "gift"
    label = _("Gift")
    needs_code = False
    Settings = GiftSettings

    def benefit(self, settings: GiftSettings, cart: Cart) -> Benefit:
        return Benefit(hands_over=settings.what)

    def aloud(self, settings: GiftSettings, currency: str) -> str:
        return gettext("A gift: {what}").format(what=settings.what)
