"""First contact resolution (FCR): issues solved in one contact episode ÷ issues resolved whose window has closed.

An *episode* is one person's messages on any channel less than 24 hours apart; an *issue* is person × topic (or order).
It fails on a reopening, on a second episode of the issue within 7 days on any channel, or on an escalation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crm.measures.intervals import Share
from support.measures.stories import Matter, Story

EPISODE_GAP = timedelta(hours=24)
WINDOW = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Issue:
    """`resolved_at`: when the last ticket of its first episode was resolved for the first time. `ticket`: its first."""

    matter: Matter
    ticket: int
    resolved_at: datetime | None
    is_solved_at_once: bool


def first_contact_resolution(
    stories: Iterable[Story], *, since: datetime, until: datetime, at: datetime
) -> Share:
    """Of the issues resolved from `since` until just before `until`, those whose 7 days are over at `at`.

    `stories` must hold everything of the people in them from before the cohort until `at`; what has no matter (no
    topic and no order) is an issue of its own.
    """
    closed = [
        issue
        for issue in issues(stories)
        if issue.resolved_at and since <= issue.resolved_at < until and issue.resolved_at + WINDOW <= at
    ]
    return Share(sum(issue.is_solved_at_once for issue in closed), len(closed))


def issues(stories: Iterable[Story]) -> list[Issue]:
    by_matter: dict[Matter, list[Story]] = {}
    for story in stories:
        matter = story.matter or Matter(person=0, about=f"ticket {story.ticket}")
        by_matter.setdefault(matter, []).append(story)
    return [
        _judged(matter, together)
        for matter, its in by_matter.items()
        for together in _apart(sorted(its, key=lambda story: story.created_at))
    ]


def _apart(stories: Sequence[Story]) -> list[list[Story]]:
    """The tickets of a matter, in time, as issues: what begins after the window of all before is a new one."""
    found: list[list[Story]] = []
    for story in stories:
        if found and not _is_long_over(found[-1], story.created_at):
            found[-1].append(story)
        else:
            found.append([story])
    return found


def _is_long_over(stories: Sequence[Story], at: datetime) -> bool:
    ends = [story.last_resolved_at for story in stories]
    return all(end is not None and end + WINDOW < at for end in ends)


def _judged(matter: Matter, stories: Sequence[Story]) -> Issue:
    contacts = sorted(at for story in stories for at in story.contacts)
    episode_end = _end_of_episode(contacts) or stories[0].created_at
    resolved_at = _resolved(stories, episode_end)
    if resolved_at is None:
        return Issue(matter=matter, ticket=stories[0].ticket, resolved_at=None, is_solved_at_once=False)
    trouble = [
        *(at for at in contacts if at > episode_end),
        *(at for story in stories for at in (*story.reopenings, *story.escalations)),
    ]
    is_solved = not any(at <= resolved_at + WINDOW for at in trouble)
    return Issue(
        matter=matter, ticket=stories[0].ticket, resolved_at=resolved_at, is_solved_at_once=is_solved
    )


def _end_of_episode(contacts: Sequence[datetime]) -> datetime | None:
    """The last message of the first episode."""
    end: datetime | None = None
    for at in contacts:
        if end is not None and at - end >= EPISODE_GAP:
            break
        end = at
    return end


def _resolved(stories: Sequence[Story], episode_end: datetime) -> datetime | None:
    """None while a ticket of the first episode was never resolved."""
    first = [story for story in stories if story.created_at <= episode_end] or stories[:1]
    ends = [min(story.resolutions, default=None) for story in first]
    return max(end for end in ends if end is not None) if all(ends) else None
