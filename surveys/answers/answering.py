"""What people answer: by their invitation, by the receipt of an order, or without saying who they are.

An answer counts as soon as it is confirmed, and the last one counts. It is told to the timeline a little later
(`settling`), when a machine on the mail's way would have shown itself. Of an anonymous survey nothing leads from an
answer to a person: neither a row, nor a moment, nor an order of rows.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.forms.models import model_to_dict
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from crm import abilities
from crm.errors import Fault, Refusal
from crm.models import Customer, Shop
from crm.people.same_person import ids_by
from surveys import content, walking
from surveys.content import Content
from surveys.models import Answer, Invitation, Response, SurveyVersion
from surveys.questions import Given, UnusableAnswer

# So long somebody may think again. After it the link is used up.
CHANGES_WITHIN = timedelta(hours=24)
OF_INVITATIONS = "invitation"
ANONYMOUS = "anonymous"
_KEPT_OF_AN_ANSWER = (
    "question",
    "kind",
    "aspect",
    "value",
    "scale_low",
    "scale_high",
    "direction",
    "choices",
    "text",
    "wording",
    "language",
)


class SurveyOver(Refusal):
    code = "survey-over"
    title = _("This survey is over.")


class LinkUsed(Refusal):
    code = "survey-link-used"
    title = _("This was answered already, and the answer stands.")


@dataclass(frozen=True, kw_only=True)
class Voice:
    """Who answers, about what, and from where. `source` and `source_id` name the answer: the same one stands once."""

    source: str
    source_id: str
    channel: str
    customer: Customer | None = None
    shop: Shop | None = None
    about: Model | None = None
    invitation: Invitation | None = None


@transaction.atomic
def answer(
    invitation: Invitation,
    *,
    answers: Mapping[str, Any],
    at: datetime,
    language: str,
    channel: str,
    until: str = "",
) -> Response:
    """Keep what somebody answered to their invitation, in place of what they answered before.

    `until`: the last question that they were shown; without it nothing may be missing that must be answered. Locks
    the invitation's row.

    Raises:
        SurveyOver: it expired, was taken back, or the survey is not used any more; nothing changes.
        LinkUsed: it was answered more than a day ago, or anonymously; nothing changes.
        UnusableAnswer: with a pointer to each; nothing changes.
    """
    invitation = locked(invitation)
    must_be_open(invitation, at=at)
    voice = Voice(
        source=OF_INVITATIONS,
        source_id=f"{invitation.pk}",
        channel=channel,
        customer=_person(invitation),
        shop=invitation.shop,
        invitation=invitation,
    )
    response = _keep(invitation.version, voice, answers=answers, language=language, at=at, until=until)
    is_anonymous = invitation.version.survey.is_anonymous
    # A moment would tell which anonymous answer is whose.
    invitation.answered_at = invitation.answered_at or (day_of(at) if is_anonymous else at)
    if not is_anonymous:
        invitation.opened_at = invitation.opened_at or at
    invitation.delivered_at = invitation.delivered_at or invitation.asked_at
    invitation.save(update_fields=["answered_at", "opened_at", "delivered_at"])
    return response


@transaction.atomic
def answer_openly(
    version: SurveyVersion,
    *,
    voice: Voice,
    answers: Mapping[str, Any],
    at: datetime,
    language: str,
    until: str = "",
) -> Response:
    """Keep what somebody answered who was not invited, once per the voice's source; a repeat takes its place.

    Raises:
        SurveyOver, LinkUsed, UnusableAnswer: as `answer`.
    """
    must_be_in_use(version, at=at)
    source, source_id = voice.source, voice.source_id
    if version.survey.is_anonymous:
        source, source_id = ANONYMOUS, _unreadable(voice)
    standing = Response.objects.select_for_update().filter(source=source, source_id=source_id).first()
    if standing and (version.survey.is_anonymous or at - standing.answered_at > CHANGES_WITHIN):
        raise LinkUsed
    return _keep(version, voice, answers=answers, language=language, at=at, until=until)


def must_be_open(invitation: Invitation, *, at: datetime) -> None:
    """May it be answered, or answered otherwise, now?

    Raises:
        SurveyOver, LinkUsed.
    """
    if invitation.answered_at:
        is_anonymous = invitation.version.survey.is_anonymous
        if is_anonymous or at - invitation.answered_at > CHANGES_WITHIN:
            raise LinkUsed
    person = invitation.customer
    if invitation.withdrawn_at or invitation.expires_at <= at or person.erased_at:
        raise SurveyOver
    must_be_in_use(invitation.version, at=at)


def must_be_answered(its: Content, answers: Mapping[str, Any], until: str) -> None:
    """Is what was shown so far answered as it must be?

    Raises:
        UnusableAnswer: with a pointer to each place.
    """
    _given(its, answers, until)


def given_of(invitation: Invitation) -> Mapping[str, Given]:
    """What stands by now, by the keys of questions."""
    answers = Answer.objects.filter(response__invitation=invitation)
    return {
        one.question: Given(value=one.value, choices=tuple(one.choices), text=one.text) for one in answers
    }


def score_in(its: Content, answers: Mapping[str, Any]) -> int | None:
    """The first number among the answers, in the order in which they are asked."""
    given, _faults = walking.told(its, answers)
    asked = (question.key for question in walking.way(its, given))
    return next((given[key].value for key in asked if key in given and given[key].value is not None), None)


def _keep(
    version: SurveyVersion,
    voice: Voice,
    *,
    answers: Mapping[str, Any],
    language: str,
    at: datetime,
    until: str,
) -> Response:
    its = content.read(version.content)
    given = _given(its, answers, until)
    response = _of_nobody(version, voice, at) if version.survey.is_anonymous else _of(version, voice, at)
    response.language = language
    response.save()
    response.answers.all().delete()
    Answer.objects.bulk_create(_answers(response, its, given))
    return response


def _given(its: Content, answers: Mapping[str, Any], until: str) -> Mapping[str, Given]:
    """Raises UnusableAnswer."""
    if not until:
        return walking.answered(its, answers)
    given, faults = walking.told(its, answers)
    faults += _missing(its, given, until)
    if faults:
        raise UnusableAnswer(*faults)
    return {one.key: given[one.key] for one in walking.way(its, given) if one.key in given}


def _missing(its: Content, given: Mapping[str, Given], until: str) -> list[Fault]:
    """What must be answered of what was shown so far, and is not."""
    way = walking.way(its, given)
    shown = next((number for number, one in enumerate(way, 1) if one.key == until), len(way))
    return [
        Fault(pointer=f"/{one.key}", detail=_("Please answer this question."))
        for one in way[:shown]
        if one.is_required and one.key not in given
    ]


def _of_nobody(version: SurveyVersion, voice: Voice, at: datetime) -> Response:
    """A new one each time: which was theirs before, nobody knows. Its day is all that is kept of its moment."""
    return Response(
        version=version,
        shop=voice.shop,
        source=ANONYMOUS,
        source_id=secrets.token_urlsafe(24) if voice.invitation else _unreadable(voice),
        answered_at=day_of(at),
        settled_at=day_of(at),
    )


def _unreadable(voice: Voice) -> str:
    """Tells that the same was sent twice, and not by whom."""
    return salted_hmac(ANONYMOUS, f"{voice.source}:{voice.source_id}", algorithm="sha256").hexdigest()


def _of(version: SurveyVersion, voice: Voice, at: datetime) -> Response:
    """What stands already, to be told anew; else a new one."""
    found = (
        Response.objects.select_for_update().filter(source=voice.source, source_id=voice.source_id).first()
    )
    response = found or Response(source=voice.source, source_id=voice.source_id, version=version)
    if response.settled_at:
        response.before = _kept_answers(response)
    response.settled_at = None
    response.answered_at = response.recorded_at = at
    response.channel = voice.channel
    response.customer, response.shop, response.invitation = voice.customer, voice.shop, voice.invitation
    response.about_type, response.about_id = _about(voice)
    response.agent_id = _whose_work(response)
    response.tier = abilities.tier_of()(voice.customer, at=at) if voice.customer else ""
    return response


def _about(voice: Voice) -> tuple[str, int | None]:
    if voice.about is not None:
        return voice.about._meta.label_lower, voice.about.pk
    its = voice.invitation
    return (its.about_type, its.about_id) if its else ("", None)


def _whose_work(response: Response) -> int | None:
    if response.about_id is None:
        return None
    return abilities.whose_work()(response.about_type, response.about_id)


def _answers(response: Response, its: Content, given: Mapping[str, Given]) -> Sequence[Answer]:
    return [_answer(response, its, key, one) for key, one in given.items()]


def _answer(response: Response, its: Content, key: str, given: Given) -> Answer:
    """With the scale and the words in which it was asked."""
    question = its.question(key)
    assert question is not None  # noqa: S101 - `walking.answered` has refused any other
    scale = question.asked.scale
    return Answer(
        response=response,
        question=key,
        kind=question.kind,
        aspect=getattr(question.asked, "aspect", None) or "",
        value=given.value,
        scale_low=scale.low if scale else None,
        scale_high=scale.high if scale else None,
        direction=scale.direction if scale else 1,
        choices=list(given.choices),
        text=given.text,
        wording=question.text_in(response.language),
        language=response.language,
        answered_at=response.answered_at,
    )


def _kept_answers(response: Response) -> list[dict[str, Any]]:
    return [
        {**model_to_dict(one, fields=_KEPT_OF_AN_ANSWER), "answered_at": one.answered_at.isoformat()}
        for one in response.answers.order_by("pk")
    ]


def locked(invitation: Invitation) -> Invitation:
    """With its survey, person and shop, until the transaction ends."""
    rows = Invitation.objects.select_for_update(of=("self",)).select_related(
        "version__survey", "customer", "shop"
    )
    return rows.get(pk=invitation.pk)


def _person(invitation: Invitation) -> Customer | None:
    """Whoever the invited stand for today."""
    pk = ids_by(invitation.customer_id)[0]
    return invitation.customer if pk == invitation.customer_id else Customer.objects.get(pk=pk)


def must_be_in_use(version: SurveyVersion, *, at: datetime) -> None:
    """Raises SurveyOver."""
    ended_at = version.survey.ended_at
    if version.state == SurveyVersion.State.DRAFT or (ended_at and ended_at <= at):
        raise SurveyOver


def day_of(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)
