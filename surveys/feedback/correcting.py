"""A colleague knows better than a rule what a text is about: it goes to the right department, and their word is kept.

Their words are the truth that rules are measured by (`how_often_right`). Nothing else teaches the rules: a person
changes them, and sees first what would change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, Q

from crm.measures.intervals import Share
from crm.models import User
from surveys.feedback.routing import Place
from surveys.models import Feedback, FeedbackLabel, Theme

MAY_SORT = "surveys.change_feedback"


@transaction.atomic
def call_it(feedback: Feedback, *, theme: Theme, by: User, at: datetime) -> Feedback:
    """Say what it is about. Where that is another department's, it goes there, and its clock begins anew.

    To agree with a rule is a word too, and kept. The same colleague saying the same again changes nothing. Locks the
    feedback.
    """
    feedback = locked(feedback)
    if _was_said(feedback, theme, by):
        return feedback
    FeedbackLabel.objects.create(feedback=feedback, theme=theme, was=feedback.theme, by=by, at=at)
    place = Place(theme=theme, department=theme.department, routed_by=Feedback.RoutedBy.PERSON)
    if feedback.department_id != place.department.pk:
        place.put(feedback, at=at)
    feedback.theme, feedback.routed_by = theme, place.routed_by
    feedback.save(update_fields=["theme", "department", "owner", "routed_by", "due_at"])
    return feedback


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How often colleagues left a theme as the rules had said, of those that they looked at."""

    theme: Theme
    share: Share


def how_often_right(*, since: datetime) -> list[Agreement]:
    """By the theme that the rules said. Two queries; themes nobody looked at are left out."""
    right = Count("pk", filter=Q(theme=F("was")))
    said = (
        FeedbackLabel.objects.filter(at__gte=since, was__isnull=False)
        .values("was")
        .annotate(right=right, of=Count("pk"))
    )
    counted: Mapping[int, tuple[int, int]] = {row["was"]: (row["right"], row["of"]) for row in said}
    themes = Theme.objects.filter(pk__in=counted)
    return [Agreement(theme=one, share=Share(*counted[one.pk])) for one in themes]


def locked(feedback: Feedback) -> Feedback:
    rows = Feedback.objects.select_for_update(of=("self",)).select_related("theme", "department")
    return rows.get(pk=feedback.pk)


def _was_said(feedback: Feedback, theme: Theme, by: User) -> bool:
    last = FeedbackLabel.objects.filter(feedback=feedback).order_by("-pk").first()
    return bool(last and feedback.theme_id == theme.pk and (last.theme_id, last.by_id) == (theme.pk, by.pk))
