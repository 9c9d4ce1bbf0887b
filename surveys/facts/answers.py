from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.facts import Fact, Group


@dataclass(frozen=True, kw_only=True)
class SurveyAnswered(Fact):
    """Told once the answer has settled: see surveys.answers.settling. The subject is the response.

    `measure`, `value`: of the first score (nps, csat, ces …); empty and None where only words were asked for.
    """

    kind = "surveys.survey_answered"
    called = gettext_lazy("A survey was answered")
    group = Group.SURVEYS
    icon = "survey"
    sentence = "{said}"
    more = "{text}"
    personal = frozenset({"text"})

    survey_slug: str
    survey_name: str
    measure: str
    value: int | None
    scale_high: int | None
    is_unhappy: bool
    text: str

    @property
    def said(self) -> str:
        if self.value is None:
            return _("Answered “{survey}”").format(survey=self.survey_name)
        return _("{value} of {high}: “{survey}”").format(
            value=self.value, high=self.scale_high, survey=self.survey_name
        )

    @property
    def mood(self) -> str:  # type: ignore[override]
        return "bad" if self.is_unhappy else ""


@dataclass(frozen=True, kw_only=True)
class AnswerChanged(SurveyAnswered):
    """Somebody thought again, or added to what they had answered. `was`: the score that was told before."""

    kind = "surveys.answer_changed"

    was: int | None

    @property
    def said(self) -> str:
        if self.value is None or self.value == self.was:
            return _("Added to the answer to “{survey}”").format(survey=self.survey_name)
        return _("Now {value} of {high} instead of {was}: “{survey}”").format(
            value=self.value, high=self.scale_high, was=self.was, survey=self.survey_name
        )
