"""Whose a text is: its theme by the rules, the theme's department, that department's owner and clock.

Every text has exactly one department from the moment it comes in: what fits no theme goes to the department that takes
the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from crm import timeline
from crm.models import Customer, Shop
from crm.timeline import Told
from crm.words.spoken_words import language_of
from surveys.facts import FeedbackGiven
from surveys.feedback import ruling, taking_over
from surveys.feedback.learned import LIKELY, Learned, signs_of
from surveys.feedback.theming import Rules
from surveys.models import Department, Feedback, Response, Theme

Source, RoutedBy = Feedback.Source, Feedback.RoutedBy
SOURCE = "surveys.feedback"
# What was said on a survey or in a ticket stands on the timeline already.
TOLD_HERE = frozenset({Source.REVIEW, Source.API})
LONGEST = 20_000
# What a colleague decided stays.
DECIDED_HERE = (RoutedBy.RULE, RoutedBy.MODEL, RoutedBy.NOTHING)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a text belongs."""

    theme: Theme | None
    department: Department
    routed_by: str

    def due(self, at: datetime) -> datetime:
        return at + timedelta(hours=self.department.answer_within_hours)

    def put(self, feedback: Feedback, *, at: datetime) -> None:
        """Not saved yet. Its clock begins now."""
        feedback.theme, feedback.department = self.theme, self.department
        feedback.owner_id = self.department.owner_id
        feedback.routed_by, feedback.due_at = self.routed_by, self.due(at)


@dataclass(frozen=True, kw_only=True)
class Map:
    """The rules and the departments as they stand: read once for as many texts as there are.

    `learned`: by theme, the models that decide in place of its words.
    """

    rules: Rules
    themes: Mapping[str, Theme]
    rest: Department
    learned: Mapping[str, Learned] = field(default_factory=dict)

    def place_of(self, text: str, *, language: str) -> Place:
        slug, routed_by = self.rules.read(text, language=language).theme, str(RoutedBy.RULE)
        if self.learned:
            slug, routed_by = self._learned(text, slug)
        theme = self.themes.get(slug)
        if theme is None:
            return Place(theme=None, department=self.rest, routed_by=RoutedBy.NOTHING)
        return Place(theme=theme, department=theme.department, routed_by=routed_by)

    def _learned(self, text: str, by_words: str) -> tuple[str, str]:
        """Of the models that decide, the surest; where none is sure, the words, unless a model knows better."""
        signs = signs_of(text)
        chances = {slug: one.chance(signs) for slug, one in self.learned.items()}
        surest = max(chances, key=chances.__getitem__)
        if chances[surest] >= LIKELY:
            return surest, RoutedBy.MODEL
        return ("" if by_words in chances else by_words), RoutedBy.RULE


def drawn(*, at: datetime) -> Map:
    """Four queries. A company that has not said who does what begins with the ready departments and themes."""
    rest = Department.objects.filter(takes_the_rest=True).first()
    if rest is None:
        ruling.adopt(at=at)
        rest = Department.objects.get(takes_the_rest=True)
    themes = list(taking_over.with_models(Theme.objects.select_related("department")))
    return Map(
        rules=ruling.in_force(),
        themes={one.slug: one for one in themes},
        rest=rest,
        learned=taking_over.deciding(themes),
    )


@transaction.atomic
def take_in(
    *,
    source: str,
    source_id: str,
    text: str,
    language: str,
    occurred_at: datetime,
    at: datetime,
    source_name: str = "",
    customer: Customer | None = None,
    response: Response | None = None,
    rating: int | None = None,
    shop: Shop | None = None,
    author_name: str = "",
    url: str = "",
) -> Feedback:
    """Keep what somebody said, once per (source, source_name, source_id), and give it to its department.

    `language`: where the words themselves do not say. Told again with other words, it is read anew, unless a colleague
    has said what it is about. A review of a customer is a fact (FeedbackGiven). Locks the row that stands, and the
    customer's.
    """
    text = text[:LONGEST].strip()
    language = language_of(text, known=language)
    place = drawn(at=at).place_of(text, language=language)
    feedback, is_new = Feedback.objects.select_for_update(of=("self",)).get_or_create(
        source=source,
        source_name=source_name,
        source_id=source_id,
        defaults={
            "text": text,
            "language": language,
            "occurred_at": occurred_at,
            "recorded_at": at,
            "customer": customer,
            "response": response,
            "rating": rating,
            "shop": shop,
            "author_name": author_name,
            "url": url,
            **_fields(place, at),
        },
    )
    if not is_new:
        _say_otherwise(feedback, place, text=text, language=language, rating=rating, at=at)
    elif customer and source in TOLD_HERE:
        timeline.record_all([told(feedback)])
    return feedback


def told(feedback: Feedback, *, is_history: bool = False) -> Told:
    """The fact of a review, for the customer's timeline."""
    return Told(
        fact=FeedbackGiven(where=feedback.source_name, rating=feedback.rating, text=feedback.text),
        customer_id=feedback.customer_id,
        occurred_at=feedback.occurred_at,
        recorded_at=feedback.recorded_at,
        source=SOURCE,
        source_id=f"feedback:{feedback.pk}",
        shop_id=feedback.shop_id,
        direction="in",
        subject=feedback,
        language=feedback.language,
        is_history=is_history,
    )


@transaction.atomic
def read_anew(feedback: Sequence[Feedback], *, at: datetime) -> int:
    """Let the rules of today decide about texts that wait and that no colleague has decided about; how many moved.

    Locks those that move. What moves to another department begins its clock anew.
    """
    drawing, moved = drawn(at=at), 0
    waiting = Feedback.objects.select_for_update(of=("self",)).filter(
        pk__in=[one.pk for one in feedback], settled_at=None, routed_by__in=DECIDED_HERE
    )
    for one in waiting.order_by("pk"):
        place = drawing.place_of(one.text, language=one.language)
        if (place.theme.pk if place.theme else None) != one.theme_id:
            _move(one, place, at=at)
            moved += 1
    return moved


def _say_otherwise(
    feedback: Feedback, place: Place, *, text: str, language: str, rating: int | None, at: datetime
) -> None:
    if feedback.erased_at or (feedback.text, feedback.rating) == (text, rating):
        return
    feedback.text, feedback.language, feedback.rating = text, language, rating
    feedback.save(update_fields=["text", "language", "rating"])
    if feedback.routed_by != RoutedBy.PERSON:
        _move(feedback, place, at=at)


def _move(feedback: Feedback, place: Place, *, at: datetime) -> None:
    is_elsewhere = feedback.department_id != place.department.pk
    feedback.theme, feedback.routed_by = place.theme, place.routed_by
    if is_elsewhere:
        place.put(feedback, at=at)
    feedback.save(update_fields=["theme", "routed_by", "department", "owner", "due_at"])


def _fields(place: Place, at: datetime) -> dict[str, Any]:
    return {
        "theme": place.theme,
        "department": place.department,
        "owner_id": place.department.owner_id,
        "routed_by": place.routed_by,
        "due_at": place.due(at),
    }
