"""Somebody has looked at what was said, or gives it to somebody else."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.models import User
from surveys.feedback.correcting import MAY_SORT, locked
from surveys.models import Feedback


class NotTheirs(Refusal):
    code = "feedback-not-theirs"
    title = _("This colleague cannot sort feedback, or does not work here any more.")
    status = 422


@transaction.atomic
def settle(feedback: Collection[int], *, by: User, at: datetime) -> int:
    """Somebody has looked at these: their clocks stop. How many waited; the others stay as they are."""
    waiting = Feedback.objects.waiting().filter(pk__in=feedback)
    return waiting.update(settled_at=at, settled_by=by)


@transaction.atomic
def take_up_again(feedback: Feedback) -> Feedback:
    """It waits again, by the clock that it had. What waits already stays as it is. Locks it."""
    feedback = locked(feedback)
    feedback.settled_at, feedback.settled_by = None, None
    feedback.save(update_fields=["settled_at", "settled_by"])
    return feedback


@transaction.atomic
def hand_to(feedback: Feedback, *, owner: User) -> Feedback:
    """Let a colleague see to it; its department and its clock stay. Locks it.

    Raises:
        NotTheirs: nothing changes.
    """
    if not owner.is_active or not owner.has_perm(MAY_SORT):
        raise NotTheirs
    feedback = locked(feedback)
    feedback.owner = owner
    feedback.save(update_fields=["owner"])
    return feedback
