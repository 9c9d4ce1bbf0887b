from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.facts import Fact, Group


@dataclass(frozen=True, kw_only=True)
class FeedbackGiven(Fact):
    """A review, wherever it was written. The subject is the feedback; `where`: the site or market, may be empty."""

    kind = "surveys.feedback_given"
    called = gettext_lazy("Feedback was given")
    group = Group.SURVEYS
    icon = "note"
    sentence = "{said}"
    more = "{text}"
    personal = frozenset({"text"})

    where: str
    rating: int | None
    text: str

    @property
    def said(self) -> str:
        if self.rating is None:
            return (
                _("Wrote a review: {where}").format(where=self.where) if self.where else _("Wrote a review")
            )
        if self.where:
            return _("Wrote a review, {rating} of 5: {where}").format(rating=self.rating, where=self.where)
        return _("Wrote a review, {rating} of 5").format(rating=self.rating)

    @property
    def mood(self) -> str:  # type: ignore[override]
        return "bad" if self.rating is not None and self.rating <= 2 else ""
