from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from loyalty.privileges.base import Privilege


@dataclass(frozen=True, kw_only=True)
class ExclusiveOffers(Privilege):
    """Offers that the shop shows to nobody else; `segment` is what the shop calls them."""

    kind = "exclusive_offers"
    label = gettext_lazy("Exclusive offers")

    segment: str = "exclusive"
