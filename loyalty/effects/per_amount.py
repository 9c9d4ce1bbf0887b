from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.errors import Fault
from crm.words.wording import number
from loyalty.effects.base import Answer, Effect, Purchase, Shares, above_zero, exact, spread
from loyalty.rules.reasons import Reason


@dataclass(frozen=True, kw_only=True)
class PerAmount(Effect):
    """So many points for each so much: by and by, or only for each amount that is full."""

    kind = "per_amount"
    label = gettext_lazy("Points for the amount")
    is_multiplied = True

    points: Decimal
    per: Decimal
    only_full: bool = False

    def faults(self) -> list[Fault]:
        return above_zero(points=self.points, per=self.per)

    def gives(self, purchase: Purchase, base: Shares) -> Answer:
        rate = Fraction(self.points) / Fraction(self.per)
        amount = purchase.amount
        if not self.only_full:
            shares = {line.key: Fraction(line.amount) * rate for line in purchase.lines}
            return Answer(Reason("amount", {"amount": f"{amount:.2f}"}), shares)
        times = amount // self.per
        if not times:
            return Answer(Reason("too-little", {"missing": f"{self.per - amount:.2f}"}))
        points = Fraction(self.points) * int(times)
        return Answer(Reason("amount", {"amount": f"{times * self.per:.2f}"}), spread(points, purchase.lines))

    def aloud(self) -> str:
        sentence = (
            _("Points: {points} for every full {per}.")
            if self.only_full
            else _("Points: {points} for each {per}.")
        )
        return sentence.format(points=exact(self.points), per=number(self.per, 2))
