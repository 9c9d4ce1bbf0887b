from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.errors import Fault
from surveys.questions.base import Given, Question, not_an_answer, one_answer

LONGEST_ANSWER = 4000


@dataclass(frozen=True, kw_only=True)
class Text(Question):
    """In their own words."""

    kind = "text"
    label = pgettext_lazy("kind of question", "In their own words")
    template = "surveys/questions/_text.html"
    comparisons = {"written": _("something is written")}

    def answered(self, raw: Any) -> Given | None:
        raw = one_answer(raw)
        if raw is None:
            return None
        if not isinstance(raw, str) or any("\ud800" <= letter <= "\udfff" for letter in raw):
            raise not_an_answer(_("Write words."))
        words = raw.replace("\0", "").replace("\r\n", "\n").strip()
        if len(words) > LONGEST_ANSWER:
            sentence = str(_("Write at most {longest} characters."))
            raise not_an_answer(sentence.format(longest=LONGEST_ANSWER))
        return Given(text=words) if words else None

    def examples(self) -> Sequence[Given]:
        return [Given(text="…")]

    def condition_faults(self, op: str, value: Any) -> Iterator[Fault]:
        yield from super().condition_faults(op, value)
        if value is not None:
            yield Fault(pointer="/value", detail=_("Leave this out: words are not compared."))

    def holds(self, op: str, value: Any, given: Given) -> bool:
        return bool(given.text)

    def said(self, given: Given, language: str) -> str:
        return given.text
