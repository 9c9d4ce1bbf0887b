from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.errors import Fault
from loyalty.effects.base import Answer, Effect, Phase, Purchase, Shares, exact, multiplied, times_faults
from loyalty.rules.reasons import Reason


@dataclass(frozen=True, kw_only=True)
class Multiplier(Effect):
    """The points for the amount are multiplied. Several multipliers add up: ×2 and ×3 together are ×4."""

    kind = "multiplier"
    label = gettext_lazy("Points are multiplied")
    phase = Phase.MULTIPLY

    times: Decimal

    def faults(self) -> list[Fault]:
        return times_faults(self.times)

    def gives(self, purchase: Purchase, base: Shares) -> Answer:
        why = Reason("multiplied", {"times": format(self.times, "f")})
        return Answer(why, multiplied(base, Fraction(self.times) - 1))

    def aloud(self) -> str:
        return _("Points are multiplied by {times}.").format(times=exact(self.times))
