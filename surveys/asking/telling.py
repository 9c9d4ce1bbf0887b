"""What an invitation and a reminder say, by which ways they go, and what can be tapped under them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.template.loader import render_to_string

from crm.messages import notifying
from crm.messages.notifying import Notified, language_of
from crm.models import Customer, Message, Purpose
from surveys import content
from surveys.answers import links
from surveys.content import Content
from surveys.models import Invitation, Survey, SurveyVersion
from surveys.questions import Point

SOURCE = "surveys"
INVITATION, REMINDER = "survey_invitation", "survey_reminder"
# Ends the key of what is said once more, by another way.
AGAIN = ":again"
# More of them would be a wall of buttons.
MOST_BUTTONS = 11
LONGEST_BUTTON = 60
# One tap chooses one thing.
MANY_AT_ONCE = "multiple"


def tell(
    invitation: Invitation,
    notice: str,
    *,
    person: Customer,
    at: datetime,
    instead_of: Message | None = None,
    channels: Sequence[str] = (),
) -> Notified:
    """Write to the invited by the ways that the survey allows, once per invitation and notice.

    `instead_of`: what did not arrive; then once more, by one of `channels`, in the form that it can show.
    Questions about us as a whole need a consent; those about something that happened are service.
    """
    version, language = invitation.version, language_of(person)
    its = content.read(version.content)
    return notifying.notify(
        person,
        notice,
        figures={
            "survey.title": its.title_in(language) or version.survey.name_in(language),
            "survey.question": _question(its, language),
            "survey.link": links.address_of(invitation),
        },
        source=SOURCE,
        source_id=f"{notice}:{invitation.pk}{AGAIN if instead_of else ''}",
        at=at,
        shop=invitation.shop,
        purpose=_purpose_of(invitation.budget),
        channels=channels or version.survey.channels,
        choices=[point.label for point in points_of(version, language)],
        html=_scores(invitation, language),
        instead_of=instead_of,
    )


def invitation_told_by(message: Message) -> int | None:
    """Of which invitation it told; None: of none."""
    notice, _colon, pk = message.source_id.removesuffix(AGAIN).partition(":")
    is_ours = message.source == SOURCE and notice in (INVITATION, REMINDER) and pk.isdecimal()
    return int(pk) if is_ours else None


def points_of(version: SurveyVersion, language: str) -> Sequence[Point]:
    """What buttons say: the points of the first question, where one tap answers it.

    What is tapped stands in the person's conversation: under an anonymous survey there is nothing to tap.
    """
    return () if version.survey.is_anonymous else _first_points(version, language)


def _first_points(version: SurveyVersion, language: str) -> Sequence[Point]:
    its = content.read(version.content)
    first = its.question(its.start)
    points = first.asked.points(language) if first and first.kind != MANY_AT_ONCE else ()
    fit = len(points) <= MOST_BUTTONS and all(len(point.label) <= LONGEST_BUTTON for point in points)
    return points if fit else ()


def _scores(invitation: Invitation, language: str) -> str:
    """For a mail: a link for each mark of the first question, and one that only machines follow."""
    version, its = invitation.version, content.read(invitation.version.content)
    first = its.question(its.start)
    if first is None or first.asked.scale is None:
        return ""
    points = [
        {"label": point.label, "address": links.address_of(invitation, score=int(point.value))}
        for point in _first_points(version, language)
    ]
    context = {"points": points, "trap": links.trap_of(invitation)}
    return render_to_string("surveys/asking/scores.html", context).strip() if points else ""


def _question(its: Content, language: str) -> str:
    """With what the ends of its scale mean: by itself a number says nothing."""
    first = its.question(its.start)
    if first is None:
        return ""
    text, (low, high) = first.text_in(language), first.asked.ends(language)
    points = first.asked.points(language)
    if not (points and low and high):
        return text
    return f"{text}\n{points[0].label} — {low}, {points[-1].label} — {high}"


def _purpose_of(budget: str) -> str:
    is_about_the_whole = budget == Survey.Budget.RELATIONSHIP
    return Purpose.ADVERTISING if is_about_the_whole else Message.Purpose.SERVICE
