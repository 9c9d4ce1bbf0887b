"""Coverage: in which open hours of the calendar nobody is on shift who answers in a language. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

from support.timekeeping.business_time import DAY, OpeningHours, openings

Stretch: TypeAlias = tuple[datetime, datetime]


@dataclass(frozen=True, kw_only=True)
class Presence:
    """Somebody is here. No languages: they answer in all."""

    begins: datetime
    ends: datetime
    languages: frozenset[str] = frozenset()

    def speaks(self, language: str) -> bool:
        return not self.languages or language in self.languages


@dataclass(frozen=True, kw_only=True)
class CoveredDay:
    """From one midnight on the wall to the next. `gaps`: language → the open stretches without anybody who answers."""

    on: date
    begins: datetime
    ends: datetime
    opened: Sequence[Stretch]
    gaps: Mapping[str, Sequence[Stretch]]


def covered(
    first: date, days: int, *, hours: OpeningHours, presences: Sequence[Presence], languages: Sequence[str]
) -> list[CoveredDay]:
    """So many days from the first on, by the wall clock of the opening hours."""
    return [
        _day(first + timedelta(days=number), hours, presences=presences, languages=languages)
        for number in range(days)
    ]


def _day(
    on: date, hours: OpeningHours, *, presences: Sequence[Presence], languages: Sequence[str]
) -> CoveredDay:
    begins, ends = (datetime.combine(day, time.min, tzinfo=hours.zone) for day in (on, on + DAY))
    opened = joined(openings(hours, begins, ends))
    gaps = {
        language: without(opened, joined((one.begins, one.ends) for one in presences if one.speaks(language)))
        for language in languages
    }
    return CoveredDay(on=on, begins=begins, ends=ends, opened=opened, gaps=gaps)


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """In order; those that meet or overlap are one."""
    found: list[Stretch] = []
    for begins, ends in sorted(stretches):
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((begins, ends))
    return found


def without(whole: Sequence[Stretch], taken: Sequence[Stretch]) -> list[Stretch]:
    """What is left of these stretches. Both are `joined`."""
    found: list[Stretch] = []
    for begins, ends in whole:
        rest = begins
        for taken_from, taken_until in taken:
            if taken_until <= rest or taken_from >= ends:
                continue
            if taken_from > rest:
                found.append((rest, taken_from))
            rest = max(rest, taken_until)
        if rest < ends:
            found.append((rest, ends))
    return found
