"""What can happen to a ticket beside messages and notes, and how that reads: one table, kind → sentence.

A sentence is filled from the event's `figures`. Those that are codes (states, priorities), moments, or names in several
languages are put into words of the reader's language here; the others stand as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crm.messages.channel_names import channel_name
from crm.words.wording import near
from support.facts.clocks import LADDER_WORDS
from support.models import Ticket, TicketEvent
from support.models.tagging import Category

SENTENCES: Mapping[str, str | Promise] = {
    "opened": _("Opened: {channel}"),
    "begun": _("We began the conversation: {channel}"),
    "assigned": _("Given to {to}"),
    "given": _("Given to {to}, by itself"),
    "unassigned": _("Given to nobody"),
    "handed_back": _("Handed back: the shift of {to} is over"),
    "teamed": _("Passed to the team “{team}”"),
    "unteamed": _("Taken out of its team"),
    "moved": _("State: {state}"),
    "resolved": _("Resolved"),
    "reopened": _("Opened again by the customer"),
    "reopened_by_us": _("Opened again"),
    "closed": _("Closed"),
    "snoozed": _("Put off until {until}"),
    "woke": _("Back: it was put off until now"),
    "merged": _("Goes on in ticket {number}"),
    "took_in": _("Took in ticket {number}"),
    "parted": _("Stands on its own again, apart from ticket {number}"),
    "gave_back": _("Ticket {number} stands on its own again"),
    "split": _("A part goes on in ticket {number}"),
    "split_off": _("Began as a part of ticket {number}"),
    "promised": _("Promised until {due_at}: {what}"),
    "promise_kept": _("Promise kept: {what}"),
    "promise_broken": _("Promise not kept in time: {what}"),
    "promise_dropped": _("Promise no longer needed: {what}"),
    "topic_set": _("Topic: {topic}"),
    "topic_taken": _("Topic taken away"),
    "tagged": _("Tag “{tag}” added"),
    "untagged": _("Tag “{tag}” taken away"),
    "prioritised": _("Priority: {priority}"),
    "order_related": _("About order {order}"),
    "order_unrelated": _("Not about order {order}"),
    "shop_moved": _("Moved to the shop “{shop}”"),
    "renamed": _("Subject changed"),
    "taken_back": _("An answer was taken back before it was sent"),
    "not_delivered": _("An answer did not arrive"),
    "held": _("A message came from a sender who is not proved"),
    "let_in": _("The sender of a message was confirmed"),
    "sent_away": _("A message of somebody else was moved to ticket {number}"),
    "macro_run": _("Macro “{macro}”"),
    "script_played": _("Script “{script}”"),
    "asked_aside": _("Asked the department “{team}”"),
    "answered_aside": _("The department “{team}” answered"),
    "closed_aside": _("The question to the department “{team}” is settled"),
    "points_given": _("Goodwill: {points} points"),
    "coupon_given": _("Goodwill: a coupon, “{coupon}”"),
    "identity_passed": _("By phone: it is them"),
    "identity_failed": _("By phone: who is calling could not be told"),
    "call_placed": _("A telephone call"),
    "reviewed": _("An answer was reviewed"),
    "from_bot": _("Passed on by the answer bot, which had no answer"),
    "bot_tried": _("Passed on by the answer bot, which had tried: {tried}"),
    "incident_linked": _("Belongs to the incident “{incident}”"),
    "incident_unlinked": _("Does not belong to the incident “{incident}”"),
    **LADDER_WORDS,
}

_SAID: Mapping[str, Callable[[Any], object]] = {
    "state": lambda code: Category(code).label,
    "priority": lambda code: Ticket.Priority(code).label,
    "channel": channel_name,
    "until": lambda moment: near(datetime.fromisoformat(moment)),
    "due_at": lambda moment: near(datetime.fromisoformat(moment)),
}


def aloud(event: TicketEvent) -> str:
    """The event as a sentence in the reader's language. A kind that nobody knows any more says its name."""
    sentence = SENTENCES.get(event.kind)
    if sentence is None:
        return event.kind
    return str(sentence).format_map(_Figures(event.figures))


class _Figures(dict[str, Any]):
    def __init__(self, figures: Mapping[str, Any]) -> None:
        super().__init__({name: _said(name, value) for name, value in figures.items()})

    def __missing__(self, name: str) -> str:
        return "—"


def _said(name: str, value: Any) -> object:
    if isinstance(value, Mapping):
        return _in_their_language(value)
    return _SAID[name](value) if name in _SAID and value else value


def _in_their_language(names: Mapping[str, str]) -> str:
    found = [names.get((get_language() or "")[:2]), names.get("en"), *names.values()]
    return next((name for name in found if name), "")
