"""Asking a department about a ticket. What is asked goes to its e-mail, once; the answer comes in our pages.

Nothing of the ticket goes along but the words typed here: no note, no message, no name.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.messages import outgoing
from crm.models import User
from crm.people.identity_kinds import IdentityKind
from crm.people.tombstones import refuse_words_about
from crm.words.plain_text import plain
from support import changing
from support.models import SideConversation, SideMessage, Team, Ticket

log = logging.getLogger(__name__)
AT_ONCE = 100


class NothingAsked(Refusal):
    code = "nothing-asked"
    title = _("Write what you would like to know.")
    status = 422


class AlreadySettled(Refusal):
    code = "already-settled"
    title = _("This question is settled. Ask a new one.")


@transaction.atomic
def ask(
    ticket: Ticket, *, team: Team, subject: str, text: str, by: User, key: str, at: datetime
) -> SideConversation:
    """Ask a department, once per `key`. Locks the customer's row, then the ticket's.

    Raises:
        NothingAsked, PersonErased: nothing is asked.
    """
    words, heading = plain(text), " ".join(plain(subject).split())[:200]
    if not words or not heading:
        raise NothingAsked
    held = changing.hold(ticket)
    refuse_words_about(held.person)
    conversation, is_new = SideConversation.objects.get_or_create(
        key=f"{by.pk}:{key}",
        defaults={"ticket": held.ticket, "team": team, "subject": heading, "asked_by": by, "asked_at": at},
    )
    if is_new:
        _say(conversation, words, by=by, key=key, at=at)
        changing.happen(held.ticket, "asked_aside", by=by, at=at, team=team.names)
    return conversation


@transaction.atomic
def say(conversation: SideConversation, *, text: str, by: User, key: str, at: datetime) -> SideMessage:
    """Answer, or ask on, once per `key`. What others than the department say goes to its e-mail. Locks as `ask`.

    Raises:
        NothingAsked, AlreadySettled, PersonErased: nothing is said.
    """
    words = plain(text)
    if not words:
        raise NothingAsked
    held = changing.hold(conversation.ticket)
    refuse_words_about(held.person)
    standing = SideConversation.objects.select_related("team").get(pk=conversation.pk)
    if said := SideMessage.objects.filter(key=f"{by.pk}:{key}").first():
        return said
    if standing.settled_at:
        raise AlreadySettled
    said = _say(standing, words, by=by, key=key, at=at)
    kind = "answered_aside" if _is_theirs(standing, by) else "asked_aside"
    changing.happen(held.ticket, kind, by=by, at=at, team=standing.team.names)
    return said


@transaction.atomic
def settle(conversation: SideConversation, *, by: User, at: datetime) -> SideConversation:
    """It is answered. Again: nothing changes. Locks as `ask`."""
    held = changing.hold(conversation.ticket)
    standing = SideConversation.objects.select_related("team").get(pk=conversation.pk)
    if standing.settled_at is None:
        standing.settled_at, standing.settled_by = at, by
        standing.save(update_fields=["settled_at", "settled_by"])
        changing.happen(held.ticket, "closed_aside", by=by, at=at, team=standing.team.names)
    return standing


def send_due(*, at: datetime) -> int:
    """Mail what was asked and not sent, once each; how many. A worker that dies in between sends none twice."""
    sent = 0
    while sent < AT_ONCE and _send_one(at=at):
        sent += 1
    return sent


def _send_one(*, at: datetime) -> bool:
    claimed = _claim(at=at)
    if claimed is None:
        return False
    conversation = claimed.conversation
    asks = gettext("Please answer in Veren, in ticket {number}.").format(number=conversation.ticket_id)
    try:
        outgoing.send(
            kind=IdentityKind.EMAIL,
            to=conversation.team.email,
            subject=conversation.subject,
            text=f"{claimed.text}\n\n{asks}",
        )
    except outgoing.NotSent:
        # Tried again with the next turn of the clock.
        SideMessage.objects.filter(pk=claimed.pk).update(mail_claimed_at=None)
        log.warning("a question to a department was not sent", extra={"side_message": claimed.pk})
        return False
    SideMessage.objects.filter(pk=claimed.pk).update(mailed_at=at)
    return True


@transaction.atomic
def _claim(*, at: datetime) -> SideMessage | None:
    rows = SideMessage.objects.select_for_update(skip_locked=True, of=("self",))
    due = rows.filter(mail_claimed_at=None).select_related("conversation__team").order_by("pk").first()
    if due:
        SideMessage.objects.filter(pk=due.pk).update(mail_claimed_at=at)
    return due


def _say(conversation: SideConversation, words: str, *, by: User, key: str, at: datetime) -> SideMessage:
    """What the department itself says is not mailed to it, and where it has no e-mail nothing is."""
    has_way = bool(conversation.team.email) and not _is_theirs(conversation, by)
    return SideMessage.objects.create(
        conversation=conversation,
        author=by,
        text=words,
        written_at=at,
        key=f"{by.pk}:{key}",
        mail_claimed_at=None if has_way else at,
    )


def _is_theirs(conversation: SideConversation, by: User) -> bool:
    return conversation.team.agents.filter(user=by).exists()
