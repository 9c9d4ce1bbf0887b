"""What questions have in common that are answered by a number on a scale."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.content_reading import in_language
from crm.errors import Fault
from crm.typed_settings import Words
from surveys.questions.base import (
    Given,
    Point,
    Question,
    Scale,
    not_an_answer,
    one_answer,
    spoken_in,
)

Ends = tuple[str | Promise, str | Promise]


@dataclass(frozen=True, kw_only=True)
class Numbered(Question):
    """`low_label`, `high_label`: what the ends mean, where it is not what the kind says by itself."""

    template = "surveys/questions/_scale.html"
    asks = {"low_label": _("The lowest means"), "high_label": _("The highest means")}
    comparisons = {
        "lte": _("{value} or less"),
        "gte": _("{value} or more"),
        "eq": _("exactly {value}"),
    }
    its_ends: ClassVar[Ends] = ("", "")
    its_scale: ClassVar[Scale]

    low_label: Words = field(default_factory=dict)
    high_label: Words = field(default_factory=dict)

    @property
    def scale(self) -> Scale:
        return self.its_scale

    def unfinished(self, languages: Sequence[str]) -> Iterator[Fault]:
        for name in ("low_label", "high_label"):
            words: Words = getattr(self, name)
            for language in languages if words else ():
                if language not in words:
                    yield Fault(
                        pointer=f"/{name}/{language}", detail=_("It is not written in this language.")
                    )

    def answered(self, raw: Any) -> Given | None:
        raw = one_answer(raw)
        if raw is None or raw == "":
            return None
        value = _whole(raw)
        if value is None or value not in self.scale:
            sentence = str(_("Choose a number from {low} to {high}."))
            raise not_an_answer(sentence.format(low=self.scale.low, high=self.scale.high))
        return Given(value=value)

    def conditions(self) -> Sequence[tuple[str, Any]]:
        return [(op, value) for op in self.comparisons for value in self.scale.values]

    def examples(self) -> Sequence[Given]:
        return [Given(value=value) for value in self.scale.values]

    def points(self, language: str) -> Sequence[Point]:
        return [Point(str(value), str(value)) for value in self.scale.values]

    def own_ends(self) -> Ends:
        """What the ends mean where nobody worded them otherwise."""
        return self.its_ends

    def ends(self, language: str) -> tuple[str, str]:
        low, high = (spoken_in(language, sentence) for sentence in self.own_ends())
        return in_language(self.low_label, language) or low, in_language(self.high_label, language) or high

    def condition_faults(self, op: str, value: Any) -> Iterator[Fault]:
        yield from super().condition_faults(op, value)
        if not isinstance(value, int) or isinstance(value, bool) or value not in self.scale:
            sentence = str(_("Choose a number from {low} to {high}."))
            yield Fault(pointer="/value", detail=sentence.format(low=self.scale.low, high=self.scale.high))

    def holds(self, op: str, value: Any, given: Given) -> bool:
        if given.value is None:
            return False
        return COMPARES[op](given.value, value)

    def said(self, given: Given, language: str) -> str:
        return "" if given.value is None else f"{given.value}"


COMPARES: Mapping[str, Callable[[int, int], bool]] = {
    "lte": operator.le,
    "gte": operator.ge,
    "eq": operator.eq,
}
# The ends of a scale on which people say whether they would speak well of us.
WOULD_RECOMMEND: Ends = (_("not at all"), _("yes, gladly"))


def _whole(raw: Any) -> int | None:
    """Digits as a form sends them, or a number as JSON does."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and len(raw) <= 4 and raw.strip().lstrip("-").isascii():
        try:
            return int(raw)
        except ValueError:
            return None
    return None
