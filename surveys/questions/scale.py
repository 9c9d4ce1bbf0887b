from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.errors import Fault
from surveys.questions.base import Scale
from surveys.questions.numbers import Numbered

# More cannot be tapped with a thumb, nor told apart.
MOST_POINTS = 11


@dataclass(frozen=True, kw_only=True)
class OwnScale(Numbered):
    """A number on a scale of the shop's own. `low_is_good`: the lowest number is the best."""

    kind = "scale"
    label = pgettext_lazy("kind of question", "A number on a scale")
    asks = {
        "low": _("The lowest number"),
        "high": _("The highest number"),
        "low_is_good": _("The lowest number is the best"),
        **Numbered.asks,
    }

    low: int = 1
    high: int = 5
    low_is_good: bool = False

    @property
    def scale(self) -> Scale:
        return Scale(self.low, self.high, -1 if self.low_is_good else 1)

    def faults(self) -> list[Fault]:
        if 1 <= self.high - self.low < MOST_POINTS and self.high <= 100:
            return []
        sentence = str(_("Write a number above the lowest, with at most {most} to choose from, up to 100."))
        return [Fault(pointer="/high", detail=sentence.format(most=MOST_POINTS))]
