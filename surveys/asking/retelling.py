"""Whoever was not reached is asked by another way; and where there is none, has their pause back."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction

from crm.channels import CHANNELS
from crm.messages.notifying import WhyNot
from crm.models import Customer, Message
from crm.people.same_person import lock_person
from surveys.asking.inviting import REASONS, skip
from surveys.asking.telling import INVITATION, REMINDER, invitation_told_by, tell
from surveys.models import Invitation

log = logging.getLogger(__name__)

# What was taken back before it was sent tells nobody: it is looked for, and only among the latest.
LOOKS_BACK = timedelta(days=7)
# Of an invitation that reached nobody.
SKIPPED = "surveys.invitation"


def is_ours(message: Message) -> bool:
    """Does it ask somebody a survey?"""
    return invitation_told_by(message) is not None


@transaction.atomic
def tell_another_way(message: Message, *, at: datetime) -> Message | None:
    """Ask once more what did not arrive, on a channel that the survey allows, in the form that it can show; once.

    None: there is no other way. Then whoever was invited is free to be asked something else, and there is a row that
    says why they were not asked; of a reminder nothing is taken back. Locks the person, then the invitation.
    """
    pk = invitation_told_by(message) or 0
    found = Invitation.objects.filter(pk=pk).values_list("customer", flat=True).first()
    if found is None or message.state != Message.State.FAILED:
        return None
    person = lock_person(found)
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("version__survey", "shop")
    invitation = rows.get(pk=pk)
    if invitation.answered_at or invitation.withdrawn_at:
        return None
    if message.notice == REMINDER:
        return _remind(invitation, message, person=person, at=at)
    other, why_not = _tell(invitation, message, person=person, at=at)
    if other is None:
        _give_back(invitation, REASONS[why_not], at=at)
        return None
    invitation.message, invitation.channel = other, other.account.channel
    sent_at = other.send_at or at
    invitation.expires_at = sent_at + timedelta(days=invitation.version.survey.valid_days)
    invitation.save(update_fields=["message", "channel", "expires_at"])
    return other


def give_back_unsent(*, at: datetime) -> int:
    """Who was invited by what was never sent (a consent was withdrawn meanwhile) is free again; how many.

    Idempotent.
    """
    unsent = Invitation.objects.filter(
        asked_at__gt=at - LOOKS_BACK,
        delivered_at=None,
        answered_at=None,
        withdrawn_at=None,
        message__state=Message.State.CANCELLED,
    )
    return unsent.update(withdrawn_at=at)


def _remind(invitation: Invitation, message: Message, *, person: Customer, at: datetime) -> Message | None:
    other, _why_not = _tell(invitation, message, person=person, at=at)
    if other is not None:
        invitation.reminder = other
        invitation.save(update_fields=["reminder"])
    return other


def _tell(
    invitation: Invitation, failed: Message, *, person: Customer, at: datetime
) -> tuple[Message | None, WhyNot]:
    """What stands or was written, or why not. What failed the second time stays so."""
    allowed = invitation.version.survey.channels or CHANNELS
    others = [name for name in allowed if name != failed.account.channel]
    if failed.instead_of_id or not others:
        return None, WhyNot.NO_WAY
    notice = INVITATION if failed.notice == INVITATION else REMINDER
    told = tell(invitation, notice, person=person, at=at, instead_of=failed, channels=others)
    return told.message, told.why_not or WhyNot.NO_WAY


def _give_back(invitation: Invitation, reason: str, *, at: datetime) -> None:
    invitation.withdrawn_at, invitation.delivered_at = at, None
    invitation.save(update_fields=["withdrawn_at", "delivered_at"])
    log.info("not reached", extra={"invitation_id": invitation.pk, "reason": str(reason)})
    skip(
        invitation.version.survey,
        customer=invitation.customer,
        source=SKIPPED,
        source_id=str(invitation.pk),
        reason=reason,
        probability=invitation.probability,
        at=at,
    )
