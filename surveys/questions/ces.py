from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from surveys.questions.base import Scale
from surveys.questions.numbers import Ends, Numbered


@dataclass(frozen=True, kw_only=True)
class Ces(Numbered):
    """How easy it was, 1 to 7 (CES 2.0). `asks_how_hard`: it is worded the other way, so 1 is the good end."""

    kind = "ces"
    label = pgettext_lazy("kind of question", "How easy it was (CES)")
    measure = "ces"
    asks = {"asks_how_hard": _("It asks how hard it was, so 1 is the best"), **Numbered.asks}
    its_ends = (_("I disagree"), _("I agree"))

    asks_how_hard: bool = False

    @property
    def scale(self) -> Scale:
        return Scale(1, 7, -1 if self.asks_how_hard else 1)

    def own_ends(self) -> Ends:
        return (_("very easy"), _("very hard")) if self.asks_how_hard else self.its_ends
