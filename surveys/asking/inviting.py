"""The one door by which anybody is asked: each person once in a while, once per occasion, and never against their will.

Whoever is not asked has a row that says why. What is asked goes out by crm.messages.notifying, which knows ways,
consents and
quiet hours. Questions about something that happened are service; those about us as a whole are welcome only where
somebody agreed to hear from us.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Model, Q

from crm import company, timeline
from crm.drawing import is_drawn
from crm.messages.notifying import WhyNot, language_of
from crm.models import Customer, Shop
from crm.people.same_person import ids_of, lock_person
from surveys.asking.telling import INVITATION, SOURCE, tell
from surveys.facts import PersonInvited
from surveys.models import Invitation, Skip, Survey, SurveyVersion, Trigger, Wave

log = logging.getLogger(__name__)

ALL = Decimal(1)
Budget, Reason = Survey.Budget, Skip.Reason

# As the database calls it.
_ASKED_TWICE = "nobody_is_asked_twice_in_a_window"
REASONS: Mapping[WhyNot, str] = {
    WhyNot.SWITCHED_OFF: Reason.SWITCHED_OFF,
    WhyNot.ERASED: Reason.ERASED,
    WhyNot.NO_WAY: Reason.NO_WAY,
    WhyNot.NO_CONSENT: Reason.NO_CONSENT,
    WhyNot.TOO_OFTEN: Reason.TOO_OFTEN,
    WhyNot.VALUE_MISSING: Reason.NO_WAY,
}


@dataclass(frozen=True, kw_only=True)
class Asking:
    """One person and one occasion. `source` and `source_id` name the occasion."""

    version: SurveyVersion
    person: Customer
    budget: str
    source: str
    source_id: str
    at: datetime
    about: Model | None
    trigger: Trigger | None
    wave: Wave | None
    shop: Shop | None
    probability: Decimal

    @property
    def survey(self) -> Survey:
        return self.version.survey


class _NotAsked(Exception):
    """Whatever was written for the invitation is taken back."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@transaction.atomic
def invite(
    version: SurveyVersion,
    *,
    customer: Customer,
    source: str,
    source_id: str,
    at: datetime,
    about: Model | None = None,
    trigger: Trigger | None = None,
    wave: Wave | None = None,
    shop: Shop | None = None,
    probability: Decimal = ALL,
    budget: str = "",
) -> Invitation | Skip:
    """Ask one person, once per (source, source_id), by the best way that the survey allows; or note why not.

    A repeat answers what stands. `probability`: with which this occasion is drawn at all. `budget`: instead of the
    survey's own, where it is asked for another reason. A fact (PersonInvited). Locks the row of whoever the customer
    stands for, so that of two occasions at once one asks.
    """
    person = lock_person(customer.pk)
    if standing := standing_of(source, source_id):
        return standing
    asking = Asking(
        version=version,
        person=person,
        budget=budget or version.survey.budget,
        source=source,
        source_id=source_id,
        at=at,
        about=about,
        trigger=trigger,
        wave=wave,
        shop=shop,
        probability=probability,
    )
    try:
        return _ask(asking)
    except _NotAsked as why:
        return _skip(asking, why.reason)


def standing_of(source: str, source_id: str) -> Invitation | Skip | None:
    """What came of this occasion before."""
    its = {"source": source, "source_id": source_id}
    asked = Invitation.objects.filter(**its).select_related("version__survey").first()
    return asked or Skip.objects.filter(**its).first()


@transaction.atomic
def skip(
    survey: Survey,
    *,
    customer: Customer,
    source: str,
    source_id: str,
    reason: str,
    at: datetime,
    probability: Decimal = ALL,
) -> Invitation | Skip:
    """Note why somebody is not asked, once per occasion; a repeat answers what stands. Locks as `invite`."""
    person = lock_person(customer.pk)
    if standing := standing_of(source, source_id):
        return standing
    log.info("not asked", extra={"survey": survey.slug, "reason": str(reason)})
    return Skip.objects.create(
        survey=survey,
        customer=person,
        source=source,
        source_id=source_id,
        reason=reason,
        probability=probability,
        at=at,
    )


def _ask(asking: Asking) -> Invitation:
    """Raises _NotAsked."""
    if reason := _why_not(asking):
        raise _NotAsked(reason)
    try:
        with transaction.atomic():
            invitation = _row(asking)
            _write(asking, invitation)
            _tell(asking, invitation)
    except IntegrityError as error:
        # What the database promises stands even where the person's row was not locked.
        if _ASKED_TWICE in str(error):
            raise _NotAsked(Reason.ASKED_LATELY) from error
        raise
    return invitation


def _why_not(asking: Asking) -> str:
    """Empty: nothing is known against it so far."""
    survey, version, at = asking.survey, asking.version, asking.at
    if asking.person.erased_at:
        return Reason.ERASED
    if version.state != SurveyVersion.State.PUBLISHED or (survey.ended_at and survey.ended_at <= at):
        return Reason.ENDED
    if not is_drawn(f"{asking.source}:{asking.source_id}", probability=asking.probability):
        return Reason.NOT_DRAWN
    return Reason.ASKED_LATELY if _was_asked_lately(asking) else ""


def pause_of(budget: str) -> timedelta:
    """So long nobody is asked anything else of the same budget."""
    its = company.current()
    is_about_us = budget == Budget.RELATIONSHIP
    return timedelta(days=its.ask_about_us_after_days if is_about_us else its.ask_again_after_days)


def _was_asked_lately(asking: Asking) -> bool:
    """Under any of the person's ids. A pause that was made longer holds for those who were asked before too."""
    asked = Invitation.objects.filter(customer__in=ids_of(asking.person), withdrawn_at=None)
    lately = Q(window__overlap=_window(asking)) | Q(asked_at__gt=asking.at - pause_of(asking.budget))
    return asked.filter(lately, budget=asking.budget).exists()


def _window(asking: Asking) -> tuple[datetime, datetime]:
    return asking.at, asking.at + pause_of(asking.budget)


def _row(asking: Asking) -> Invitation:
    about = asking.about
    return Invitation.objects.create(
        version=asking.version,
        customer=asking.person,
        budget=asking.budget,
        window=_window(asking),
        trigger=asking.trigger,
        wave=asking.wave,
        shop=asking.shop,
        about_type=about._meta.label_lower if about else "",
        about_id=about.pk if about else None,
        probability=asking.probability,
        source=asking.source,
        source_id=asking.source_id,
        asked_at=asking.at,
        expires_at=asking.at + timedelta(days=asking.survey.valid_days),
    )


def _write(asking: Asking, invitation: Invitation) -> None:
    """Raises _NotAsked."""
    told = tell(invitation, INVITATION, person=asking.person, at=asking.at)
    if told.message is None:
        raise _NotAsked(REASONS[told.why_not or WhyNot.NO_WAY])
    invitation.message, invitation.channel = told.message, told.message.account.channel
    # The night before it is read is not taken from the days in which it can be answered.
    sent_at = told.message.send_at or asking.at
    invitation.expires_at = sent_at + timedelta(days=asking.survey.valid_days)
    invitation.save(update_fields=["message", "channel", "expires_at"])


def _tell(asking: Asking, invitation: Invitation) -> None:
    timeline.record(
        asking.person,
        PersonInvited(
            survey_slug=asking.survey.slug, survey_name=asking.survey.name_in(language_of(asking.person))
        ),
        source=SOURCE,
        source_id=f"invitation:{invitation.pk}",
        occurred_at=asking.at,
        recorded_at=asking.at,
        shop=asking.shop,
        channel=invitation.channel,
        direction="out",
        subject=invitation,
    )


def _skip(asking: Asking, reason: str) -> Invitation | Skip:
    return skip(
        asking.survey,
        customer=asking.person,
        source=asking.source,
        source_id=asking.source_id,
        reason=reason,
        at=asking.at,
        probability=asking.probability,
    )
