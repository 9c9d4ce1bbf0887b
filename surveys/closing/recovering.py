"""An unhappy answer becomes a ticket with an owner and a moment; then it is seen who was spoken to, and what helped.

The ticket is the desk's: what happens to it is heard from the timeline (config.reactions).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from crm import abilities
from crm.errors import Refusal
from crm.people.same_person import ids_by
from crm.words.plain_text import plain
from surveys.facts import SurveyAnswered
from surveys.models import Recovery, Response

SOURCE = "surveys"
CONTACT_WITHIN = timedelta(hours=24)
LONGEST = 300


class NothingWasDone(Refusal):
    code = "nothing-was-done"
    title = _("Say what was wrong and what was done about it.")
    status = 422


@transaction.atomic
def recover(response_pk: int, *, fact: SurveyAnswered, key: str, at: datetime) -> Recovery | None:
    """Let somebody speak to a person who is unhappy, within CONTACT_WITHIN; once per answer and `key`.

    Words that they add later stand in the same ticket. None: nobody is to be called. Locks the response's row, then
    the customer's and the ticket's.
    """
    rows = Response.objects.select_for_update(of=("self",)).select_related(
        "version__survey", "customer", "shop", "invitation__message__account"
    )
    response = rows.get(pk=response_pk)
    if not _is_to_be_called(response, fact):
        return None
    ticket = _call_back(response, fact, key=key, at=at)
    recovery, _is_new = Recovery.objects.get_or_create(
        response=response,
        defaults={"ticket_id": ticket, "opened_at": at, "due_at": at + CONTACT_WITHIN},
    )
    return recovery


def _is_to_be_called(response: Response, fact: SurveyAnswered) -> bool:
    person = response.customer
    if person is None or person.erased_at or response.erased_at:
        return False
    return fact.is_unhappy and response.version.survey.opens_tickets


def _call_back(response: Response, fact: SurveyAnswered, *, key: str, at: datetime) -> int:
    assert response.customer is not None  # noqa: S101 - `_is_to_be_called` has seen to it
    with override(response.language):
        said = fact.said
    return abilities.calls_back()(
        response.customer,
        subject=said,
        text="\n\n".join(words for words in (said, fact.text) if words),
        source=SOURCE,
        source_id=key,
        channel=response.channel,
        until=at + CONTACT_WITHIN,
        at=at,
        language=response.language,
        answers=response.invitation.message if response.invitation else None,
        shop=response.shop,
    )


@transaction.atomic
def spoken_to(customer_id: int, *, at: datetime) -> int:
    """A colleague wrote to them or talked with them: whoever waited for it was contacted. Again: nothing changes."""
    theirs = Recovery.objects.filter(response__customer__in=ids_by(customer_id), opened_at__lte=at)
    return theirs.filter(contacted_at=None).update(contacted_at=at)


@transaction.atomic
def explain(recovery: Recovery, *, cause: str, action: str, spoken_at: datetime) -> Recovery:
    """Keep what was wrong and what was done. Who knows that has spoken to them, if no message or call tells of it.

    Locks its row.

    Raises:
        NothingWasDone: one of them is missing; nothing is kept.
    """
    cause, action = plain(cause).strip()[:LONGEST], plain(action).strip()[:LONGEST]
    if not (cause and action):
        raise NothingWasDone
    locked = Recovery.objects.select_for_update().get(pk=recovery.pk)
    locked.cause, locked.action = cause, action
    locked.contacted_at = locked.contacted_at or spoken_at
    locked.save(update_fields=["cause", "action", "contacted_at"])
    return locked


@transaction.atomic
def ticket_resolved(ticket_id: int, *, at: datetime) -> int:
    """A colleague resolved it: before long they are asked again. Again: nothing changes."""
    return Recovery.objects.filter(ticket_id=ticket_id, resolved_at=None).update(resolved_at=at)


@transaction.atomic
def ticket_reopened(ticket_id: int) -> int:
    """It is not over: who was not asked again yet is not asked before it is."""
    return Recovery.objects.filter(ticket_id=ticket_id, again_at=None).update(resolved_at=None)


@transaction.atomic
def ticket_goes_on(ticket_id: int, *, into: int) -> int:
    """It was merged: what becomes of it is seen there."""
    return Recovery.objects.filter(ticket_id=ticket_id).update(ticket_id=into)


@transaction.atomic
def answered_again(response_pk: int, *, fact: SurveyAnswered) -> int:
    """They were asked again and answered: did it help? As they said last."""
    if fact.value is None:
        return 0
    asked = Recovery.objects.filter(asked_again__response=response_pk)
    return asked.update(is_recovered=not fact.is_unhappy)
