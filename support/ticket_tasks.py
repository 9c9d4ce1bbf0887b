"""Tickets by the minute: what was put off comes back, what nobody has is given, what was promised was broken.

And shifts are planned by which they are given.
"""

from celery import shared_task
from django.utils import timezone

from support import assigning, snoozing, states
from support.answering import side_conversations
from support.colleagues import planning, recognition
from support.timekeeping import promising


@shared_task  # type: ignore[untyped-decorator]
def look_after_tickets() -> None:
    at = timezone.now()
    snoozing.wake(at=at)
    assigning.hand_back_due(at=at)
    assigning.give_waiting(at=at)
    promising.break_due(at=at)
    planning.plan(at=at)


@shared_task  # type: ignore[untyped-decorator]
def ask_departments() -> None:
    side_conversations.send_due(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def close_tickets() -> None:
    states.close_resolved(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def recognise_colleagues() -> None:
    recognition.decide_last_month(at=timezone.now())
