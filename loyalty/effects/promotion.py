from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.errors import Fault
from loyalty.effects.base import Answer, Effect, Phase, Purchase, Shares, day, exact, multiplied, times_faults
from loyalty.rules.reasons import Reason


@dataclass(frozen=True, kw_only=True)
class Promotion(Effect):
    """The points for the amount are multiplied from one day to another, both included."""

    kind = "promotion"
    label = gettext_lazy("Points are multiplied for a time")
    phase = Phase.MULTIPLY

    times: Decimal
    first_on: date
    last_on: date

    def faults(self) -> list[Fault]:
        faults = times_faults(self.times)
        if self.last_on < self.first_on:
            faults.append(Fault(pointer="/last_on", detail=_("The last day comes before the first.")))
        return faults

    def gives(self, purchase: Purchase, base: Shares) -> Answer:
        if not self.first_on <= purchase.on <= self.last_on:
            return Answer(Reason("promotion-not-now"))
        why = Reason("promotion", {"until": self.last_on.isoformat()})
        return Answer(why, multiplied(base, Fraction(self.times) - 1))

    def aloud(self) -> str:
        return _("Points are multiplied by {times} from {first} to {last}.").format(
            times=exact(self.times), first=day(self.first_on), last=day(self.last_on)
        )
