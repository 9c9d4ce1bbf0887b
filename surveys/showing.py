"""A question as its page shows it, in one language: what templates/surveys/questions/ fill in. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from surveys.content import Question
from surveys.questions import Given, Point


@dataclass(frozen=True, kw_only=True)
class Shown:
    """`chosen`: values of points that are marked. `name`: its fields are called so."""

    key: str
    name: str
    kind: str
    template: str
    language: str
    text: str
    help: str
    is_required: bool
    points: Sequence[Point]
    low: str
    high: str
    chosen: Sequence[str]
    written: str
    fault: str

    @property
    def lowest(self) -> str:
        return self.points[0].label if self.points else ""

    @property
    def highest(self) -> str:
        return self.points[-1].label if self.points else ""


PREFIX = "q-"


def show(question: Question, *, language: str, given: Given | None = None, fault: str = "") -> Shown:
    """`given`: what was answered so far, or chosen in an e-mail; `fault`: what is wrong with it."""
    low, high = question.asked.ends(language)
    marked = given.choices if given and given.choices else ()
    return Shown(
        key=question.key,
        name=f"{PREFIX}{question.key}",
        kind=question.kind,
        template=question.asked.template,
        language=language,
        text=question.text_in(language),
        help=question.help_in(language),
        is_required=question.is_required,
        points=question.asked.points(language),
        low=low,
        high=high,
        chosen=(str(given.value),) if given and given.value is not None else marked,
        written=given.text if given else "",
        fault=fault,
    )


def sent(fields: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """The answers of a form (as lists, such as `dict(request.POST.lists())` holds) by the keys of their questions."""
    return {name.removeprefix(PREFIX): values for name, values in fields.items() if name.startswith(PREFIX)}
