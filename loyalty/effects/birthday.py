from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.errors import Fault
from loyalty.effects.base import Answer, Effect, Phase, Purchase, Shares, exact, multiplied, times_faults
from loyalty.rules.reasons import Reason

MOST_DAYS = 60


@dataclass(frozen=True, kw_only=True)
class Birthday(Effect):
    """The points for the amount are multiplied around the birthday. Born on 29 February: the 28th of a common year."""

    kind = "birthday"
    label = gettext_lazy("Points are multiplied around the birthday")
    phase = Phase.MULTIPLY
    needs = frozenset({"birthday"})

    times: Decimal
    days_before: int = 3
    days_after: int = 3

    def faults(self) -> list[Fault]:
        detail = _("Write at most 60 days.")
        return times_faults(self.times) + [
            Fault(pointer=f"/{name}", detail=detail)
            for name in ("days_before", "days_after")
            if getattr(self, name) > MOST_DAYS
        ]

    def gives(self, purchase: Purchase, base: Shares) -> Answer:
        if purchase.birthday is None:
            return Answer(Reason("no-birthday"))
        if not self._is_near(purchase.birthday, purchase.on):
            return Answer(Reason("birthday-far"))
        return Answer(Reason("birthday"), multiplied(base, Fraction(self.times) - 1))

    def _is_near(self, born: date, on: date) -> bool:
        return any(
            celebrated - timedelta(days=self.days_before)
            <= on
            <= celebrated + timedelta(days=self.days_after)
            for celebrated in (celebrated_in(born, year) for year in (on.year - 1, on.year, on.year + 1))
        )

    def aloud(self) -> str:
        return _(
            "Points are multiplied by {times}, from {before} days before the birthday until {after} days after it."
        ).format(times=exact(self.times), before=self.days_before, after=self.days_after)


def celebrated_in(born: date, year: int) -> date:
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 2, 28)
