"""Whoever has not answered is reminded once, where the survey says so; an answer, or a refusal, ends it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, QuerySet, Value

from crm.models import Message
from crm.people.same_person import lock_person
from surveys.asking.telling import REMINDER, tell
from surveys.models import Invitation, Survey

AT_ONCE = 200
# No reminder on the last day: there must be time to answer it.
LEAST_TIME = timedelta(days=1)
# Older ones are nobody's matter any more.
LOOKS_BACK = timedelta(days=90)
NEVER_ARRIVED = (Message.State.FAILED, Message.State.CANCELLED)


def remind_due(*, at: datetime) -> int:
    """Remind those who are due, at most AT_ONCE; how many were settled. May run beside itself."""
    pks = list(_due(at).order_by("asked_at", "pk").values_list("pk", flat=True)[:AT_ONCE])
    return sum(remind(pk, at=at) for pk in pks)


@transaction.atomic
def remind(pk: int, *, at: datetime) -> bool:
    """Write once more to one who was asked; False: it is not due (any more). Locks the person, then the invitation.

    Whether it could be written or not, nobody is thought of twice.
    """
    found = _due(at).filter(pk=pk).values_list("customer", flat=True).first()
    if found is None:
        return False
    person = lock_person(found)
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("version__survey", "shop")
    invitation = rows.get(pk=pk)
    if invitation.answered_at or invitation.reminded_at or invitation.withdrawn_at:
        return False
    told = tell(invitation, REMINDER, person=person, at=at)
    invitation.reminder, invitation.reminded_at = told.message, at
    invitation.save(update_fields=["reminder", "reminded_at"])
    return True


def _due(at: datetime) -> QuerySet[Invitation]:
    days = ExpressionWrapper(
        F("version__survey__reminder_days") * Value(timedelta(days=1)), output_field=DurationField()
    )
    waiting = Invitation.objects.filter(answered_at=None, reminder=None, reminded_at=None, withdrawn_at=None)
    lately = waiting.filter(
        asked_at__gt=at - LOOKS_BACK,
        expires_at__gt=at + LEAST_TIME,
        version__survey__reminder_days__isnull=False,
        version__survey__in=Survey.objects.in_use(at),
        customer__erased_at=None,
    )
    return lately.exclude(message__state__in=NEVER_ARRIVED).filter(
        asked_at__lte=Value(at, DateTimeField()) - days
    )
