from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.errors import Fault
from crm.words.wording import number
from loyalty.effects.base import Answer, Effect, Purchase, Shares, above_zero, spread
from loyalty.rules.reasons import Reason

LONGEST = {"week": 52, "month": 12}


@dataclass(frozen=True, kw_only=True)
class Streak(Effect):
    """Points when purchases came in so many weeks or months in a row; then it begins anew.

    The first purchase of a week or month counts. Knows a year back.
    """

    kind = "streak"
    label = gettext_lazy("Points for purchases in a row")
    needs = frozenset({"earlier"})

    points: int
    length: int
    unit: str = "month"

    def faults(self) -> list[Fault]:
        faults = above_zero(points=self.points)
        if self.unit not in LONGEST:
            faults.append(Fault(pointer="/unit", detail=_("Choose one of these: week, month.")))
        elif not 2 <= self.length <= LONGEST[self.unit]:
            faults.append(Fault(pointer="/length", detail=_("Write a number from 2 to a year.")))
        return faults

    def gives(self, purchase: Purchase, base: Shares) -> Answer:
        earlier = {self._place(day) for day in purchase.earlier_on}
        here = self._place(purchase.on)
        if here in earlier:
            return Answer(Reason("streak-counted"))
        in_a_row = 1
        while here - in_a_row in earlier:
            in_a_row += 1
        if in_a_row % self.length:
            have = in_a_row % self.length
            return Answer(Reason("streak-short", {"have": have, "length": self.length}))
        return Answer(
            Reason("streak", {"length": self.length}), spread(Fraction(self.points), purchase.lines)
        )

    def _place(self, day: date) -> int:
        """Weeks or months, counted through."""
        if self.unit == "month":
            return day.year * 12 + day.month
        return (day - timedelta(days=day.weekday())).toordinal() // 7

    def aloud(self) -> str:
        sentence = (
            _("{points} points for purchases in {length} months in a row.")
            if self.unit == "month"
            else _("{points} points for purchases in {length} weeks in a row.")
        )
        return sentence.format(points=number(self.points), length=self.length)
