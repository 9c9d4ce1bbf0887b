from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.errors import Fault
from surveys.questions.base import Given, Scale
from surveys.questions.numbers import Numbered

HIGHEST_UNHAPPY = 2
# What people can be satisfied with, each counted apart.
ASPECTS: Mapping[str, str | Promise] = {
    "delivery": pgettext_lazy("aspect", "delivery"),
    "quality": pgettext_lazy("aspect", "quality"),
    "service": pgettext_lazy("aspect", "service"),
    "price": pgettext_lazy("aspect", "prices"),
    "choice": pgettext_lazy("aspect", "choice of goods"),
    "site": pgettext_lazy("aspect", "website"),
    "shop": pgettext_lazy("aspect", "shop"),
    "loyalty": pgettext_lazy("aspect", "points and gifts"),
    "returns": pgettext_lazy("aspect", "returns"),
}


@dataclass(frozen=True, kw_only=True)
class Csat(Numbered):
    """How satisfied people are with one thing, 1 to 5. Without an aspect: with all of it."""

    kind = "csat"
    label = pgettext_lazy("kind of question", "How satisfied they are (CSAT)")
    measure = "csat"
    asks = {"aspect": _("With what"), **Numbered.asks}
    offers = {"aspect": ASPECTS}
    its_scale = Scale(1, 5)
    its_ends = (_("very dissatisfied"), _("very satisfied"))

    aspect: str | None = None

    def faults(self) -> list[Fault]:
        if self.aspect is None or self.aspect in ASPECTS:
            return []
        known = ", ".join(ASPECTS)
        return [Fault(pointer="/aspect", detail=str(_("Write one of these: {names}.")).format(names=known))]

    def is_unhappy(self, given: Given) -> bool:
        return given.value is not None and given.value <= HIGHEST_UNHAPPY
