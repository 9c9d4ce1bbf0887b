"""A version of a survey on its way: drafted, published, retired.

Every verb locks the survey's row, then the version's. Who did what and when stands in the version itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.models import User
from surveys import content
from surveys.content import Content
from surveys.models import Survey, SurveyVersion
from surveys.writing import checking

MAY_WRITE = "surveys.change_survey"
MAY_PUBLISH = "surveys.publish_survey"

State = SurveyVersion.State


class NoSurveyDraft(Refusal):
    code = "no-survey-draft"
    title = _("This version is no draft: it was published or thrown away meanwhile.")


class SurveyDraftChanged(Refusal):
    code = "survey-draft-changed"
    title = _("Somebody else changed this draft since you opened it. Look at it again.")


class NoPublishedSurvey(Refusal):
    code = "no-published-survey"
    title = _("This survey has no published version.")


def in_work(survey: Survey) -> SurveyVersion | None:
    """The draft, if there is one. One query."""
    return survey.versions.filter(state=State.DRAFT).select_related("written_by").first()


def published(survey: Survey) -> SurveyVersion | None:
    """What people are asked, if there is anything. One query."""
    return survey.versions.filter(state=State.PUBLISHED).first()


@transaction.atomic
def begin(survey: Survey, *, by: User | None, at: datetime) -> SurveyVersion:
    """The draft; else a new one that begins as what is asked. Repeating it changes nothing."""
    _lock(survey)
    if standing := in_work(survey):
        return standing
    latest = survey.versions.order_by("-number").first()
    asked = published(survey) or latest
    return SurveyVersion.objects.create(
        survey=survey,
        number=latest.number + 1 if latest else 1,
        content=asked.content if asked else content.write(Content()),
        written_by=by,
        written_at=at,
    )


@transaction.atomic
def write(
    version: SurveyVersion, *, told: Any, by: User | None, at: datetime, seen: str | None = None
) -> SurveyVersion:
    """Let the draft say this. The same again changes nothing. `seen`: the digest of what the writer had before them.

    Raises:
        UnusableSurvey: it is no survey at all; an unfinished one is kept.
        NoSurveyDraft, SurveyDraftChanged: nothing is kept.
    """
    draft = _locked(version)
    if draft.state != State.DRAFT:
        raise NoSurveyDraft
    if seen is not None and seen != digest(draft):
        raise SurveyDraftChanged
    kept = content.write(content.read(told))
    if kept != draft.content:
        draft.content, draft.written_by, draft.written_at = kept, by, at
        draft.save(update_fields=["content", "written_by", "written_at"])
    return draft


@transaction.atomic
def publish(version: SurveyVersion, *, by: User | None, at: datetime) -> SurveyVersion:
    """Ask this from now on, instead of the version before; it never changes any more. Again: nothing changes.

    Whoever was invited to the version before answers that one to its end.

    Raises:
        UnusableSurvey: with every fault.
        NoSurveyDraft: it was asked before, or thrown away.
    """
    its = _locked(version)
    if its.state == State.PUBLISHED:
        return its
    if its.state != State.DRAFT:
        raise NoSurveyDraft
    checking.check(its.content)
    _retire(its.survey, at)
    its.state, its.published_by, its.published_at = State.PUBLISHED, by, at
    its.content_hash = digest(its)
    its.save(update_fields=["state", "published_by", "published_at", "content_hash"])
    return its


@transaction.atomic
def throw_away(version: SurveyVersion) -> None:
    """As if the draft had never been written. One that is gone already stays gone.

    Raises:
        NoSurveyDraft: it was published.
    """
    _lock(version.survey)
    draft = SurveyVersion.objects.select_for_update().filter(pk=version.pk).first()
    if draft is None:
        return
    if draft.state != State.DRAFT:
        raise NoSurveyDraft
    draft.delete()


@transaction.atomic
def retire(survey: Survey, *, at: datetime) -> None:
    """Ask nobody any more; open invitations can still be answered. Retired already: nothing changes.

    Raises:
        NoPublishedSurvey: it was never asked.
    """
    _lock(survey)
    if not _retire(survey, at) and not survey.versions.filter(state=State.RETIRED).exists():
        raise NoPublishedSurvey


def digest(version: SurveyVersion) -> str:
    """SHA-256 of everything that the version says."""
    kept = json.dumps(version.content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(kept.encode()).hexdigest()


def history(survey: Survey) -> Sequence[SurveyVersion]:
    """The latest versions, newest first. One query."""
    return list(survey.versions.select_related("written_by", "published_by").order_by("-number")[:30])


def _lock(survey: Survey) -> None:
    Survey.objects.select_for_update(no_key=True).get(pk=survey.pk)


def _locked(version: SurveyVersion) -> SurveyVersion:
    """Raises NoSurveyDraft: it was thrown away."""
    _lock(version.survey)
    standing = SurveyVersion.objects.select_for_update().filter(pk=version.pk).first()
    if standing is None:
        raise NoSurveyDraft
    return standing


def _retire(survey: Survey, at: datetime) -> int:
    return survey.versions.filter(state=State.PUBLISHED).update(state=State.RETIRED, retired_at=at)
