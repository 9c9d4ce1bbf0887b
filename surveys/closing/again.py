"""A day after it was put right, people are asked once more: only their answer tells whether it was."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from surveys.asking import inviting
from surveys.models import Invitation, Recovery, Survey, SurveyVersion

SOURCE = "recovery"
AFTER = timedelta(hours=24)
AT_ONCE = 200
Budget, State = Survey.Budget, SurveyVersion.State


def ask_due(*, at: datetime) -> int:
    """Ask whom AFTER has passed for; how many were asked. Each by itself; may run beside itself."""
    due = Recovery.objects.filter(again_at=None, resolved_at__lte=at - AFTER)
    pks = list(due.order_by("resolved_at").values_list("pk", flat=True)[:AT_ONCE])
    return sum(ask(pk, at=at) for pk in pks)


@transaction.atomic
def ask(pk: int, *, at: datetime) -> bool:
    """Ask one person; False: they were, or cannot be, and the skip says why. Locks the recovery, then the customer."""
    rows = Recovery.objects.select_for_update(skip_locked=True, of=("self",))
    due = rows.filter(pk=pk, again_at=None, resolved_at__lte=at - AFTER)
    recovery = due.select_related("response__version__survey", "response__customer", "response__shop").first()
    if recovery is None:
        return False
    recovery.asked_again, recovery.again_at = _invited(recovery, at=at), at
    recovery.save(update_fields=["asked_again", "again_at"])
    return recovery.asked_again is not None


def _invited(recovery: Recovery, *, at: datetime) -> Invitation | None:
    response = recovery.response
    version = _asks(response.version.survey)
    if version is None or response.customer is None:
        return None
    found = inviting.invite(
        version,
        customer=response.customer,
        source=SOURCE,
        source_id=str(recovery.pk),
        about=response,
        shop=response.shop,
        budget=Budget.RECOVERY,
        at=at,
    )
    return found if isinstance(found, Invitation) else None


def _asks(survey: Survey) -> SurveyVersion | None:
    """The survey that is made for it; where there is none, the same question once more."""
    published = SurveyVersion.objects.filter(state=State.PUBLISHED, survey__ended_at=None)
    made_for_it = published.filter(survey__budget=Budget.RECOVERY).order_by("survey").first()
    return made_for_it or published.filter(survey=survey).first()
