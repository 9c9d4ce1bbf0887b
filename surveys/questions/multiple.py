from dataclasses import dataclass
from typing import Any

from django.utils.translation import pgettext_lazy

from surveys.questions.base import Given
from surveys.questions.options import Chosen


@dataclass(frozen=True, kw_only=True)
class Multiple(Chosen):
    """Any of several."""

    kind = "multiple"
    label = pgettext_lazy("kind of question", "Choose any")
    template = "surveys/questions/_multiple.html"

    def answered(self, raw: Any) -> Given | None:
        if raw is None or raw == "":
            return None
        return self.chosen([one for one in raw if one != ""] if isinstance(raw, list | tuple) else [raw])
