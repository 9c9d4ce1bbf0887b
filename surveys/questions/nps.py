from dataclasses import dataclass

from django.utils.translation import pgettext_lazy

from surveys.questions.base import Given, Scale
from surveys.questions.numbers import WOULD_RECOMMEND, Numbered

# Reichheld, 2003: 9 and 10 speak for us, 0 to 6 against.
HIGHEST_DETRACTOR = 6


@dataclass(frozen=True, kw_only=True)
class Nps(Numbered):
    """Whether people would recommend us, 0 to 10."""

    kind = "nps"
    label = pgettext_lazy("kind of question", "Would they recommend us (NPS)")
    measure = "nps"
    its_scale = Scale(0, 10)
    its_ends = WOULD_RECOMMEND

    def is_unhappy(self, given: Given) -> bool:
        return given.value is not None and given.value <= HIGHEST_DETRACTOR
