"""A button pressed on a page: a person's vote counts; a machine's is set aside, with those before it of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime

from surveys import content
from surveys.answers import scanning
from surveys.answers.answering import answer, locked, must_be_open, score_in
from surveys.answers.scanning import Verdict, Visit, Vote
from surveys.models import Answer, Invitation, Response, ScannerVote


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """`response`: what stands now; None: nothing counts. `why`: by what a machine was known, if it was one."""

    response: Response | None = None
    why: scanning.Why | None = None


@transaction.atomic
def confirm(
    invitation: Invitation,
    *,
    answers: Mapping[str, Any],
    visit: Visit,
    at: datetime,
    language: str,
    channel: str,
    until: str = "",
) -> Confirmed:
    """As `answering.answer`, of a button pressed on a page: a machine's vote is set aside, and so are those before it.

    Raises:
        SurveyOver, LinkUsed, UnusableAnswer: as `answering.answer`.
    """
    invitation = locked(invitation)
    must_be_open(invitation, at=at)
    # What a suspected vote of an anonymous survey said is kept nowhere: it may have been a person's.
    is_anonymous = invitation.version.survey.is_anonymous
    value = None if is_anonymous else score_in(content.read(invitation.version.content), answers)
    standing = Response.objects.select_for_update().filter(invitation=invitation).first()
    verdict = scanning.judge(
        visit,
        value=value,
        at=at,
        standing=_standing_votes(standing),
        set_aside=_set_aside_lately(invitation, at=at),
    )
    if verdict.why:
        left = _set_aside(invitation, standing, verdict, value=value, at=at)
        return Confirmed(response=left, why=verdict.why)
    response = answer(invitation, answers=answers, at=at, language=language, channel=channel, until=until)
    if not is_anonymous:
        vote = {"value": value, "at": at.isoformat(), "page": visit.page}
        response.votes = [*response.votes, vote]
        response.save(update_fields=["votes"])
    return Confirmed(response=response)


def _set_aside_lately(invitation: Invitation, *, at: datetime) -> list[Vote]:
    aside = ScannerVote.objects.filter(invitation=invitation, at__gt=at - scanning.BURST)
    return [Vote(value=one.value, at=one.at) for one in aside]


def _standing_votes(standing: Response | None) -> list[Vote]:
    votes = standing.votes if standing else ()
    return [Vote(value=one["value"], at=_moment(one["at"]), page=one["page"]) for one in votes]


def _set_aside(
    invitation: Invitation, standing: Response | None, verdict: Verdict, *, value: int | None, at: datetime
) -> Response | None:
    """Keep the vote apart, with those before it where they were the same machine's; answers what still stands."""
    spoilt = [Vote(value=value, at=at)]
    if verdict.spoils and standing and standing.votes:
        spoilt += _standing_votes(standing)
        standing = _take_back(invitation, standing)
    ScannerVote.objects.bulk_create(
        ScannerVote(invitation=invitation, value=vote.value, why=str(verdict.why), at=vote.at)
        for vote in spoilt
    )
    return standing


def _take_back(invitation: Invitation, standing: Response) -> Response | None:
    """To what was told before; where nothing was, it was never answered."""
    if not standing.before:
        standing.answers.all().delete()
        standing.delete()
        invitation.answered_at = None
        invitation.save(update_fields=["answered_at"])
        return None
    standing.answers.all().delete()
    Answer.objects.bulk_create(
        Answer(
            response=standing,
            **{**one, "answered_at": _moment(one["answered_at"])},
        )
        for one in standing.before
    )
    standing.answered_at = _moment(standing.before[0]["answered_at"])
    standing.settled_at = standing.answered_at
    standing.before, standing.votes = [], []
    standing.save(update_fields=["answered_at", "settled_at", "before", "votes"])
    return standing


def _moment(told: str) -> datetime:
    moment = parse_datetime(told)
    assert moment is not None  # noqa: S101 - we wrote it
    return moment
