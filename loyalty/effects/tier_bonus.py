from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.errors import Fault
from loyalty.effects.base import Answer, Effect, Phase, Purchase, Shares, above_zero, exact, multiplied
from loyalty.rules.reasons import Reason


@dataclass(frozen=True, kw_only=True)
class TierBonus(Effect):
    """A part more of the points for the amount, for a tier and all above it."""

    kind = "tier_bonus"
    label = gettext_lazy("More points for a tier")
    phase = Phase.MULTIPLY
    needs = frozenset({"tier"})

    tier: str
    percent: Decimal

    def faults(self) -> list[Fault]:
        return above_zero(percent=self.percent)

    def gives(self, purchase: Purchase, base: Shares) -> Answer:
        if self.tier not in purchase.tiers:
            return Answer(Reason("other-tier"))
        why = Reason("tier", {"percent": format(self.percent, "f")})
        return Answer(why, multiplied(base, Fraction(self.percent) / 100))

    def aloud(self) -> str:
        return _("From the tier “{tier}” up: {percent} % more points.").format(
            tier=self.tier, percent=exact(self.percent)
        )
