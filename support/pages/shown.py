"""A ticket's conversation made ready to be read: who, when, in which state, and the days between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.messages.channel_names import channel_icon, channel_name
from crm.models import Attachment, Call, Message, User
from crm.people.masking import masked
from crm.words.wording import near_day
from support import happenings
from support.answering.conversation import Item
from support.models import Note, TicketCall, TicketEvent

# As much of one message is shown at first; the rest is one click away.
SHOWN = 3_000
ICONS = {
    "resolved": "check",
    "closed": "check",
    "snoozed": "clock",
    "woke": "clock",
    "promised": "phone",
    "promise_kept": "check",
    "promise_broken": "warning",
    "held": "warning",
    "points_given": "gift",
    "coupon_given": "gift",
    "tagged": "note",
    "order_related": "order",
}


@dataclass(frozen=True, kw_only=True)
class State:
    """What became of a message of ours, in a word, a sign and a colour."""

    words: str | Promise
    icon: str = ""
    mood: str = ""


STATES = {
    Message.State.QUEUED: State(words=gettext_lazy("waits to be sent"), icon="clock"),
    Message.State.SENDING: State(words=gettext_lazy("is being sent"), icon="clock"),
    Message.State.SENT: State(words=gettext_lazy("sent"), icon="check"),
    Message.State.DELIVERED: State(words=gettext_lazy("delivered"), icon="check", mood="good"),
    Message.State.READ: State(words=gettext_lazy("read"), icon="check", mood="good"),
    Message.State.FAILED: State(words=gettext_lazy("not delivered"), icon="warning", mood="bad"),
    Message.State.UNCERTAIN: State(words=gettext_lazy("perhaps sent"), icon="warning", mood="warn"),
    Message.State.CANCELLED: State(words=gettext_lazy("taken back, not sent"), icon="cross"),
}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One item of the conversation. `look`: theirs, ours, note or event; `day` stands over it where a day begins."""

    id: str
    pk: int
    look: str
    at: datetime
    who: str = ""
    icon: str = ""
    channel: str | Promise = ""
    is_typed: bool = False
    text: str = ""
    rest: str = ""
    state: State | None = None
    state_code: str = ""
    failure: str = ""
    is_new: bool = False
    is_held: bool = False
    is_uncertain: bool = False
    has_original: bool = False
    address: str = ""
    later: datetime | None = None
    undo_until: datetime | None = None
    files: Sequence[Attachment] = field(default_factory=list)
    day: str = ""
    on: date | None = None


def shown(
    items: Iterable[Item],
    *,
    reader: User,
    at: datetime,
    fresh: Iterable[int] = (),
    day: date | None = None,
    is_apart: bool = False,
) -> list[Shown]:
    """In their order. `fresh`: ids of messages to be marked as new; `day`: of what already stands above.

    `is_apart`: each takes the place of itself, and no day begins.
    """
    new, found = set(fresh), []
    today = timezone.localdate(at)
    for item in items:
        on = timezone.localdate(item.at)
        over = near_day(on, today) if on != day and not is_apart else ""
        found.append(Shown(**_parts(item, reader, at, new), day=over, on=on))
        day = on
    return found


def state_of(message: Message) -> State | None:
    return STATES.get(Message.State(message.state))


def _parts(item: Item, reader: User, at: datetime, new: set[int]) -> dict[str, Any]:
    same = {"id": item.id, "pk": item.row.pk, "at": item.at}
    if isinstance(item.row, Message):
        return {**same, **_message(item.row, reader, at, is_new=item.row.pk in new)}
    if isinstance(item.row, Note):
        return {**same, "look": "note", "who": _name(item.row.author, reader), **_cut(item.row.text)}
    if isinstance(item.row, TicketCall):
        return {**same, **_call(item.row.call, reader)}
    return {**same, **_event(item.row, reader)}


def _message(message: Message, reader: User, at: datetime, *, is_new: bool) -> dict[str, Any]:
    theirs = message.is_from_customer
    waits = message.state == Message.State.QUEUED and message.send_at and message.send_at > at
    can_take_back = bool(waits and message.author_id == reader.pk)
    is_later = bool(
        waits and message.send_at and (message.send_at - message.occurred_at).total_seconds() > 60
    )
    return {
        "look": "theirs" if theirs else "ours",
        "who": str(message.customer) if theirs else _name(message.author, reader),
        "icon": channel_icon(message.came_by),
        "channel": channel_name(message.came_by),
        "is_typed": message.came_by == "form",
        **_cut(message.text or message.subject),
        "state": None if theirs else state_of(message),
        "state_code": "" if theirs else message.state,
        "failure": message.failure,
        "is_new": is_new,
        "is_held": message.state == Message.State.HELD,
        "is_uncertain": message.state == Message.State.UNCERTAIN,
        "has_original": bool(getattr(message, "has_uncut", False) or getattr(message, "has_html", False)),
        "address": masked(message.identity_kind, message.address),
        "later": message.send_at if is_later else None,
        "undo_until": message.send_at if can_take_back else None,
        "files": list(message.attachments.all()),
    }


def _call(call: Call, reader: User) -> dict[str, Any]:
    """Whoever rang, what became of it, and what was noted of it."""
    minutes = -(-(call.talk_seconds or 0) // 60)
    words = _("The customer rang: {state}") if call.direction == Call.Direction.IN else _("We rang: {state}")
    talked = ngettext("talked {n} min", "talked {n} min", minutes).format(n=minutes) if minutes else ""
    return {
        "look": "call",
        "icon": "phone",
        "who": _name(call.colleague, reader) if call.colleague else "",
        "text": words.format(state=talked or call.state.label),
        "rest": call.note,
    }


def _event(event: TicketEvent, reader: User) -> dict[str, Any]:
    words = happenings.aloud(event)
    if event.actor:
        words = _("{what} ({who})").format(what=words, who=_name(event.actor, reader))
    return {"look": "event", "icon": ICONS.get(event.kind, "user"), "text": words}


def _name(user: User | None, reader: User) -> str:
    if user is None:
        return _("A rule of the house")
    return _("You") if user.pk == reader.pk else str(user)


def _cut(text: str) -> dict[str, str]:
    return {"text": text[:SHOWN], "rest": text[SHOWN:]}


def fresh_words(count: int) -> str:
    return ngettext(
        "{n} new message came since you began. Read it, then send.",
        "{n} new messages came since you began. Read them, then send.",
        count,
    ).format(n=count)
