"""Colleagues are asked: all who work here, each once per version."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.models import User
from surveys.models import StaffAsked, Survey, SurveyVersion

State = SurveyVersion.State


class NotAmongColleagues(Refusal):
    code = "not-among-colleagues"
    title = _("Only a published survey among colleagues can be asked of them.")


@transaction.atomic
def ask_colleagues(version: SurveyVersion, *, on: date) -> int:
    """Ask everybody who works here and was not asked; answers how many. Again: only who came since.

    Raises:
        NotAmongColleagues: nobody is asked.
    """
    if not is_asked(version, on=on):
        raise NotAmongColleagues
    colleagues = User.objects.filter(is_staff=True, is_active=True)
    new = colleagues.exclude(pk__in=StaffAsked.objects.filter(version=version).values("colleague"))
    rows = [StaffAsked(version=version, colleague=one, asked_on=on) for one in new.order_by("pk")]
    return len(StaffAsked.objects.bulk_create(rows, ignore_conflicts=True))


def is_asked(version: SurveyVersion, *, on: date) -> bool:
    its = version.survey
    is_over = its.ended_at is not None and its.ended_at.date() <= on
    return its.budget == Survey.Budget.STAFF and version.state == State.PUBLISHED and not is_over


def waiting_for(colleague: User) -> QuerySet[StaffAsked]:
    """What somebody was asked and has not answered, the oldest first."""
    its = StaffAsked.objects.filter(
        colleague=colleague,
        has_answered=False,
        version__state=State.PUBLISHED,
        version__survey__ended_at=None,
    )
    return its.select_related("version__survey").order_by("asked_on", "pk")
