"""Which scripts suit a ticket: by their own condition, the customer's mood, what they wrote, or the topic.

Reads only. What was played in the ticket already is not suggested again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet

from crm import company, rules
from crm.models import Message
from support.answering.mood import Mood
from support.models import Scenario, Script, ScriptRun, Ticket

By = ScriptRun.Suggested
MOST_SCRIPTS = 200
READ_BACK = 3  # of the customer's latest messages
# The scenario of who is angry, as the ready scripts call it: their mood suggests it whatever they wrote.
OF_MOOD = {Mood.ANGRY: "angry"}
# The surest first.
ORDER = (By.CONDITION, By.MOOD, By.WORDS, By.TOPIC)
_GAPS = re.compile(r"[\W_]+")


class Suggestion(NamedTuple):
    script: Script
    how: By


def in_use(ticket: Ticket, *, at: datetime) -> QuerySet[Script]:
    """What may be played in this ticket: of its team, and of all."""
    scripts = Script.objects.in_use(at).filter(Q(teams=None) | Q(teams=ticket.team_id))
    return scripts.select_related("scenario").distinct()


def matching(scripts: Iterable[Script], typed: str) -> list[Script]:
    """Those in whose name, folder, shortcut, situation or words everything typed stands."""
    asked = _plain(typed).split()
    return [script for script in scripts if all(word in searched(script) for word in asked)]


def searched(script: Script) -> str:
    """What a search looks through, in all languages."""
    its = (script, script.scenario)
    words = [word for listed in script.scenario.words.values() for word in listed]
    names = [name for one in its for name in one.names.values()]
    return _plain(" ".join([script.shortcut, script.folder, *names, *words]))


def suggestions(ticket: Ticket, *, at: datetime) -> list[Suggestion]:
    """The most fitting first. Five queries, and those of the scripts' own conditions."""
    played = set(ScriptRun.objects.filter(ticket=ticket).values_list("version__script", flat=True))
    scripts = in_use(ticket, at=at).prefetch_related("scenario__topics")[:MOST_SCRIPTS]
    said = _said(ticket)
    found = [
        Suggestion(script, how)
        for script in scripts
        if script.pk not in played and (how := _how(script, ticket, said, at))
    ]
    return sorted(found, key=lambda one: (ORDER.index(one.how), one.script.scenario.position, one.script.pk))


def _how(script: Script, ticket: Ticket, said: Sequence[str], at: datetime) -> By | None:
    if script.suggest_when is not None and _holds(script, ticket, at):
        return By.CONDITION
    scenario = script.scenario
    if ticket.mood and OF_MOOD.get(Mood(ticket.mood)) == scenario.slug:
        return By.MOOD
    if any(f" {_plain(word)}" in text for text in said for word in _words(scenario)):
        return By.WORDS
    return By.TOPIC if ticket.topic in scenario.topics.all() else None


def _holds(script: Script, ticket: Ticket, at: datetime) -> bool:
    """A condition that speaks of what is gone suggests nothing."""
    clock = company.current().clock
    try:
        return rules.holds(script.suggest_when, "ticket", ticket, at=at, clock=clock)
    except rules.UnusableConditions:
        return False


def _words(scenario: Scenario) -> list[str]:
    """In every language: people mix them."""
    return [word for listed in scenario.words.values() for word in listed if word.strip()]


def _said(ticket: Ticket) -> list[str]:
    theirs = Message.objects.filter(place__ticket=ticket, direction=Message.Direction.IN)
    latest = theirs.exclude(state=Message.State.HELD).order_by("-occurred_at", "-pk")
    return [
        f" {_plain(f'{subject} {text}')} "
        for subject, text in latest.values_list("subject", "text")[:READ_BACK]
    ]


def _plain(text: str) -> str:
    """Small letters, one space between words; ё is е, as most people type it."""
    folded = unicodedata.normalize("NFC", text).lower().replace("ё", "е")
    return _GAPS.sub(" ", folded).strip()
