"""What a colleague answered is kept without a name, a moment, or any order of rows.

That somebody answered is known, so that they are not asked again. The database would tell more by itself: rows written
together carry the number of one transaction, and stand where they were put. So with each answer all of them are written
anew, in the order of their random numbers, and so are all who were asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.models import User
from surveys import content, walking
from surveys.answers.answering import SurveyOver
from surveys.models import StaffAnswer, StaffAsked, SurveyVersion
from surveys.staff.asking import is_asked

MEASURE = "enps"
LONGEST_GROUP = 60


class AnsweredAlready(Refusal):
    code = "answered-already"
    title = _("You have answered. Nobody can tell which answer is yours, so it cannot be changed.")


class NotAsked(Refusal):
    code = "not-asked"
    title = _("You were not asked this.")


@transaction.atomic
def answer(
    version: SurveyVersion, *, by: User, answers: Mapping[str, Any], on: date, group: str = ""
) -> None:
    """Keep it, once for each colleague. `group`: where they work, if they say so. Locks all who were asked.

    Raises:
        NotAsked, AnsweredAlready, SurveyOver, UnusableAnswer: nothing is kept.
    """
    asked = list(StaffAsked.objects.select_for_update().filter(version=version).order_by("pk"))
    theirs = next((one for one in asked if one.colleague_id == by.pk), None)
    if theirs is None:
        raise NotAsked
    if theirs.has_answered:
        raise AnsweredAlready
    if not is_asked(version, on=on):
        raise SurveyOver
    made = _made(version, answers, group=group, on=on)
    StaffAsked.objects.filter(pk=theirs.pk).update(has_answered=True)
    _write_anew(version, made)


def _made(version: SurveyVersion, answers: Mapping[str, Any], *, group: str, on: date) -> StaffAnswer:
    """Raises UnusableAnswer."""
    its = content.read(version.content)
    given = walking.answered(its, answers)
    kinds = {question.key: question.kind for question in its.questions}
    scores = {key: one.value for key, one in given.items() if one.value is not None}
    return StaffAnswer(
        version=version,
        group=group[:LONGEST_GROUP],
        week_on=on - timedelta(days=on.weekday()),
        value=next((value for key, value in scores.items() if kinds[key] == MEASURE), None),
        scores=scores,
        text="\n\n".join(one.text for one in given.values() if one.text),
    )


def _write_anew(version: SurveyVersion, made: StaffAnswer) -> None:
    """Every row has the same transaction number then, and stands by its random number alone."""
    kept = StaffAnswer.objects.filter(version=version)
    rows = sorted([*kept, made], key=lambda one: one.pk)
    kept.delete()
    StaffAnswer.objects.bulk_create(rows)
    StaffAsked.objects.filter(version=version).update(asked_on=F("asked_on"))
