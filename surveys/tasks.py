"""Answers by the second, and which questions arrived. May run twice, and beside itself."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from surveys.answers import settling
from surveys.asking import retelling
from surveys.asking.tasks import ask_after_what_happened, ask_waves, remind
from surveys.closing.tasks import ask_again, tell_of_issues
from surveys.feedback.tasks import hear_anonymous, learn_themes
from surveys.reports import delivering

__all__ = [
    "ask_after_what_happened",
    "ask_again",
    "ask_waves",
    "hear_anonymous",
    "learn_themes",
    "note_deliveries",
    "remind",
    "settle_answers",
    "tell_of_issues",
]


@shared_task  # type: ignore[untyped-decorator]
def settle_answers() -> None:
    while settling.settle_due(at=timezone.now()) == settling.AT_ONCE:
        pass


@shared_task  # type: ignore[untyped-decorator]
def note_deliveries() -> None:
    delivering.note_deliveries(at=timezone.now())
    retelling.give_back_unsent(at=timezone.now())
