"""Ready surveys made a company's own: drafts, read and changed like any others before anybody is asked."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from crm.models import User
from surveys import ready
from surveys.models import Survey, SurveyVersion
from surveys.ready import ReadySurvey


def missing() -> list[ReadySurvey]:
    """Those that the company does not have, by their short names. One query."""
    known = set(Survey.objects.values_list("slug", flat=True))
    return [its for its in ready.surveys() if its.slug not in known]


@transaction.atomic
def adopt(*, by: User | None, at: datetime) -> list[SurveyVersion]:
    """Make drafts of those that are missing.

    May be repeated: what stands already is left alone, whatever became of it. Two at once: the later one fails on the
    unique short name and changes nothing.
    """
    return [_draft(its, by=by, at=at) for its in missing()]


def _draft(its: ReadySurvey, *, by: User | None, at: datetime) -> SurveyVersion:
    survey = Survey.objects.create(
        slug=its.slug,
        names=its.names,
        budget=its.budget,
        is_anonymous=its.is_anonymous,
        opens_tickets=its.opens_tickets,
        reminder_days=its.reminder_days,
    )
    return SurveyVersion.objects.create(
        survey=survey, number=1, content=its.content(), written_by=by, written_at=at
    )
