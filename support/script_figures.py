"""What became of tickets in which a script was played, and of those in which it was not: for measures.script_effect.

Reads only, for team leads. A fixed number of questions, whatever the number of tickets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from crm import abilities
from crm.abilities import SaidAfterwards
from crm.among import Among
from support import figures, inbox
from support.changing import successor
from support.figures import Asked
from support.measures.first_contact import WINDOW, issues
from support.measures.resolution import REOPEN_WINDOW, reopen_rate
from support.measures.script_effect import Case, Effects, Stratum, effects
from support.measures.stories import Story
from support.models import Script, ScriptRun, Ticket

NOTHING_SAID = SaidAfterwards()


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Versions of a script by their numbers. `version` None: any of them; `against` None: none of them played."""

    version: int | None = None
    against: int | None = None


def effect(script: Script, *, asked: Asked, compared: Compared) -> Effects:
    return effects(cases(script, asked=asked, compared=compared))


def cases(script: Script, *, asked: Asked, compared: Compared) -> list[Case]:
    """The tickets resolved in the time asked about that have a topic which the script was played for.

    What has no topic is not compared: nothing would say that it is comparable.
    """
    sides = _sides(script, compared)
    played = Ticket.objects.filter(Among("id", sides), topic__isnull=False)
    topics = set(played.values_list("topic", flat=True))
    return _cases(asked, topics, sides, compared) if topics else []


def _sides(script: Script, compared: Compared) -> dict[int, bool | None]:
    """Ticket → on which side it stands. None: on neither, for both were played in it, or another version."""
    runs = ScriptRun.objects.filter(version__script=script).select_related("ticket__merged_into", "version")
    found: dict[int, bool | None] = {}
    for run in runs:
        pk, side = successor(run.ticket).pk, _side(run.version.number, compared)
        found[pk] = side if found.get(pk, side) == side else None
    return found


def _side(number: int, compared: Compared) -> bool | None:
    if compared.version is None or number == compared.version:
        return True
    return False if number == compared.against else None


def _cases(
    asked: Asked, topics: set[int], sides: Mapping[int, bool | None], compared: Compared
) -> list[Case]:
    stories = figures.resolutions(asked, topics=topics).stories
    cohort = {story.ticket: story for story in stories if _first_resolution(story, asked)}
    tickets = Ticket.objects.filter(Among("id", cohort), topic__in=topics)
    rows = {row.pk: row for row in tickets.only("topic", "channel", "language", "customer")}
    at_once = _at_once(stories, asked)
    spent = {ticket.pk: time for ticket, time in figures.handled(asked, topics=topics).items()}
    said = abilities.said_about()(Ticket._meta.label_lower, cohort)
    strata = _strata(rows, asked.at)
    unplayed = None if compared.against else False
    return [
        Case(
            stratum=strata[pk],
            is_played=is_played,
            solved_at_once=at_once.get(pk),
            reopened=_reopened(cohort[pk], asked),
            handling_seconds=spent.get(pk, timedelta(0)).total_seconds() or None,
            is_satisfied=said.get(pk, NOTHING_SAID).is_satisfied,
            effort=said.get(pk, NOTHING_SAID).effort,
        )
        for pk in rows
        if (is_played := sides.get(pk, unplayed)) is not None
    ]


def _strata(rows: Mapping[int, Ticket], at: datetime) -> dict[int, Stratum]:
    marks = inbox.marks_of({row.customer_id for row in rows.values()}, at=at)
    levels = {person: mark.level for person, mark in marks.items()}
    return {
        pk: Stratum(row.topic_id or 0, row.channel, levels.get(row.customer_id, 0), row.language)
        for pk, row in rows.items()
    }


def _at_once(stories: list[Story], asked: Asked) -> dict[int, bool]:
    """By the first ticket of each issue whose window is over."""
    return {
        issue.ticket: issue.is_solved_at_once
        for issue in issues(stories)
        if issue.resolved_at and issue.resolved_at + WINDOW <= asked.at
    }


def _reopened(story: Story, asked: Asked) -> bool | None:
    """None while the customer may still come back."""
    resolved_at = _first_resolution(story, asked)
    if resolved_at is None or resolved_at + REOPEN_WINDOW > asked.at:
        return None
    return bool(reopen_rate([story], since=asked.since, until=asked.until).count)


def _first_resolution(story: Story, asked: Asked) -> datetime | None:
    return min((at for at in story.resolutions if asked.since <= at < asked.until), default=None)
