"""How long it took until a matter was settled, whether it stayed settled, and with how many answers.

A cohort is what was resolved from `since` until just before `until`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from crm.measures.intervals import Share
from support.measures.stories import Story, waiting_for_customer
from support.measures.waiting import Wait, Waits
from support.timekeeping.business_time import open_time

REOPEN_WINDOW = timedelta(days=14)


def first_resolution(stories: Iterable[Story], *, since: datetime, until: datetime) -> Waits:
    """B(created, first resolved), less the open time in which we waited for the customer."""
    return _resolutions(
        (story, min(story.resolutions, default=None)) for story in _within(stories, since, until)
    )


def last_resolution(stories: Iterable[Story], *, since: datetime, until: datetime) -> Waits:
    """B(created, last resolved), less waiting for the customer. What is open again is not there until it is resolved.

    The time between a resolution and a reopening counts: to the customer it was not settled.
    """
    return _resolutions((story, story.last_resolved_at) for story in _within(stories, since, until))


def reopen_rate(stories: Iterable[Story], *, since: datetime, until: datetime) -> Share:
    """Resolved in the cohort and reopened by the customer within 14 days ÷ resolved in it. Thanks do not count.

    A ticket resolved twice in the cohort is there once. While the 14 days are not over the share can only grow.
    """
    cohort = _within(stories, since, until)
    return Share(sum(_came_back(story, since, until) for story in cohort), len(cohort))


def one_touch(stories: Iterable[Story], *, since: datetime, until: datetime) -> Share:
    """Resolved with at most one human public reply ÷ resolved. Stands beside FCR, never instead of it."""
    cohort = _within(stories, since, until)
    return Share(sum(_replies(story) <= 1 for story in cohort), len(cohort))


def _within(stories: Iterable[Story], since: datetime, until: datetime) -> list[Story]:
    return [story for story in stories if any(since <= moment < until for moment in story.resolutions)]


def _resolutions(ends: Iterable[tuple[Story, datetime | None]]) -> Waits:
    return Waits([Wait(_taken(story, end).total_seconds()) for story, end in ends if end is not None])


def _taken(story: Story, end: datetime) -> timedelta:
    waited = sum(
        (
            open_time(story.hours, began, min(ended, end) if ended else end)
            for began, ended in waiting_for_customer(story)
        ),
        timedelta(0),
    )
    return open_time(story.hours, story.created_at, end) - waited


def _came_back(story: Story, since: datetime, until: datetime) -> bool:
    resolved = [moment for moment in story.resolutions if since <= moment < until]
    return any(
        moment <= again <= moment + REOPEN_WINDOW
        for moment in resolved
        for again in story.reopenings_by_customer
    )


def _replies(story: Story) -> int:
    resolved = max(story.resolutions)
    return sum(moment <= resolved for moment in story.replies)
