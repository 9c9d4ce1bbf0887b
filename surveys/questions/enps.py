from dataclasses import dataclass

from django.utils.translation import pgettext_lazy

from surveys.questions.base import Scale
from surveys.questions.numbers import WOULD_RECOMMEND, Numbered


@dataclass(frozen=True, kw_only=True)
class Enps(Numbered):
    """Whether colleagues would recommend the house as a place to work. Nobody is called for it: it is anonymous."""

    kind = "enps"
    label = pgettext_lazy("kind of question", "Would colleagues recommend us (eNPS)")
    measure = "enps"
    its_scale = Scale(0, 10)
    its_ends = WOULD_RECOMMEND
