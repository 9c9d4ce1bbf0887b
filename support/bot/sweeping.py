"""Nothing that was said to the bot is lost, and what ended in silence is counted: by the minute."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from crm.reactions import describe
from support import changing
from support.bot import handing_over
from support.models import BotConversation, BotTurn

log = logging.getLogger(__name__)

# The feed answers within seconds. Whoever has heard nothing after this talks to a person.
PATIENCE = timedelta(minutes=2)
# Whoever says nothing more for this long has been helped, or has gone.
SILENCE = timedelta(hours=24)
AT_ONCE = 100

State, Kind = BotConversation.State, BotTurn.Kind


def rescue(*, at: datetime) -> int:
    """Hand over whatever waits for the bot's answer too long. Returns how many conversations. Idempotent."""
    waiting = BotTurn.objects.waiting().filter(asked_at__lt=at - PATIENCE, conversation__state=State.TALKING)
    talks = list(waiting.order_by("pk").values_list("conversation", flat=True)[:AT_ONCE])
    return _each(list(dict.fromkeys(talks)), _rescue, at=at)


def settle(*, at: datetime) -> int:
    """End conversations in which nobody says anything any more. Returns how many. Idempotent."""
    quiet = BotConversation.objects.quiet_since(at - SILENCE).order_by("last_at")
    return _each(list(quiet.values_list("pk", flat=True)[:AT_ONCE]), _settle, at=at)


def _each(talks: list[int], do: Callable[[int, datetime], bool], *, at: datetime) -> int:
    """One that fails holds up no other: it is tried again the next time."""
    done = 0
    for pk in talks:
        try:
            done += do(pk, at)
        except Exception as error:  # noqa: BLE001 - the others wait too
            log.warning("the bot's sweep failed", extra={"conversation": pk, "error": describe(error)})
    return done


@transaction.atomic
def _rescue(pk: int, at: datetime) -> bool:
    talk = _held(pk)
    turns = talk.turns.select_related("message__account__shop", "conversation").order_by("pk")
    turn = turns.filter(answered_at=None).first()
    if talk.state != State.TALKING or turn is None:
        return False
    handing_over.hand_over(talk, turn=turn, reason=BotTurn.Reason.TOO_LATE, at=at)
    return True


@transaction.atomic
def _settle(pk: int, at: datetime) -> bool:
    talk = _held(pk)
    if talk.state != State.TALKING or talk.last_at > at - SILENCE:
        return False
    if _was_helped(talk):
        talk.handled_at = at
    talk.state = State.ENDED
    talk.save(update_fields=["handled_at", "state"])
    return True


def _was_helped(talk: BotConversation) -> bool:
    """The last thing that was asked was answered. Thanks and greetings ask nothing."""
    asked = talk.turns.exclude(kind__in=(Kind.THANKS, Kind.GREETING)).order_by("-pk").first()
    return asked is not None and asked.kind in handing_over.ANSWERED


def _held(pk: int) -> BotConversation:
    """The conversation, after its customer's row is locked."""
    talk = BotConversation.objects.get(pk=pk)
    changing.lock_person(talk.customer_id)
    return BotConversation.objects.select_related("account__shop", "customer").get(pk=pk)
