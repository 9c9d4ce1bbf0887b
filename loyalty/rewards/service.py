from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty.rewards.base import Benefit, RewardKind, RewardSettings, setting
from loyalty.rewards.carts import Cart


@dataclass(frozen=True, kw_only=True)
class ServiceSettings(RewardSettings):
    what: str = field(
        metadata=setting(_("Which service"), hint=_("As customers should read it, such as “engraving”."))
    )


class Service(RewardKind[ServiceSettings]):
    """Something done for the person, who shows the code for it."""

    name = "service"
    label = _("Service")
    needs_code = True
    Settings = ServiceSettings

    def benefit(self, settings: ServiceSettings, cart: Cart) -> Benefit:
        return Benefit(hands_over=settings.what)

    def aloud(self, settings: ServiceSettings, currency: str) -> str:
        return gettext("A service: {what}").format(what=settings.what)
