from dataclasses import dataclass
from typing import Any

from django.utils.translation import pgettext_lazy

from surveys.questions.base import Given, one_answer
from surveys.questions.options import Chosen


@dataclass(frozen=True, kw_only=True)
class Single(Chosen):
    """One of several."""

    kind = "single"
    label = pgettext_lazy("kind of question", "Choose one")
    template = "surveys/questions/_single.html"

    def answered(self, raw: Any) -> Given | None:
        raw = one_answer(raw)
        return self.chosen([] if raw is None or raw == "" else [raw])
