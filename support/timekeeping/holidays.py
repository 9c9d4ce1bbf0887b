"""Public holidays of Russia and Bulgaria, by rule; what a government moved by decree stands in a table. Pure.

What is not known for certain is left out, for rows in the admin: Russia's days moved from January in years whose decree
is not here, Bulgaria's one-off days off, working Saturdays and shorter days before a holiday, which each shop decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DAY = timedelta(days=1)
FRIDAY = 4
JULIAN_LATER_DAYS = 13
"""How far the Julian calendar is behind from March 1900 to February 2100."""

NEW_YEAR = _("New Year")
DAY_OFF_MOVED = _("Day off moved by decree")
Names = Mapping[tuple[int, int], str | Promise]


@dataclass(frozen=True)
class PublicHoliday:
    on: date
    name: str | Promise


RUSSIAN: Names = {
    **{(1, day): _("New Year holidays") for day in (1, 2, 3, 4, 5, 6, 8)},
    (1, 7): _("Orthodox Christmas"),
    (2, 23): _("Defender of the Fatherland Day"),
    (3, 8): _("International Women's Day"),
    (5, 1): _("Spring and Labour Day"),
    (5, 9): _("Victory Day"),
    (6, 12): _("Russia Day"),
    (11, 4): _("National Unity Day"),
}

# From → to. Government decrees No. 1335 of 4 October 2024 and No. 1466 of 24 September 2025.
RUSSIAN_DECREES: Mapping[int, Mapping[date, date]] = {
    2025: {
        date(2025, 1, 4): date(2025, 5, 2),
        date(2025, 1, 5): date(2025, 12, 31),
        date(2025, 2, 23): date(2025, 5, 8),
        date(2025, 3, 8): date(2025, 6, 13),
        date(2025, 11, 1): date(2025, 11, 3),
    },
    2026: {
        date(2026, 1, 3): date(2026, 1, 9),
        date(2026, 1, 4): date(2026, 12, 31),
    },
}

BULGARIAN: Names = {
    (1, 1): NEW_YEAR,
    (3, 3): _("Liberation Day"),
    (5, 1): _("Labour Day"),
    (5, 6): _("St George's Day"),
    (5, 24): _("Day of Bulgarian Education, Culture and Slavonic Letters"),
    (9, 6): _("Unification Day"),
    (9, 22): _("Independence Day"),
    (12, 24): _("Christmas Eve"),
    (12, 25): _("Christmas"),
    (12, 26): _("Second day of Christmas"),
}

BULGARIAN_EASTER: Mapping[int, str | Promise] = {
    -2: _("Good Friday"),
    -1: _("Holy Saturday"),
    0: _("Easter"),
    1: _("Easter Monday"),
}

# Given once: the day after the lev gave way to the euro.
BULGARIAN_DECREES: Mapping[int, Mapping[date, str | Promise]] = {2026: {date(2026, 1, 2): NEW_YEAR}}


def public_holidays(country: str, year: int) -> list[PublicHoliday]:
    """The days off of a country ("RU", "BG") in a year, in order; weekends are there only where they are holidays.

    Raises:
        KeyError: no rule is known for the country.
    """
    found = COUNTRIES[country](year)
    return [PublicHoliday(on, found[on]) for on in sorted(found)]


def orthodox_easter(year: int) -> date:
    """Meeus' Julian algorithm (Astronomical Algorithms, 1991, chapter 8), told by the Gregorian calendar; 1900–2099."""
    golden = (19 * (year % 19) + 15) % 30
    weekday = (2 * (year % 4) + 4 * (year % 7) - golden + 34) % 7
    month, day = divmod(golden + weekday + 114, 31)
    return date(year, month, day + 1) + JULIAN_LATER_DAYS * DAY


def _russian(year: int) -> dict[date, str | Promise]:
    """Labour Code, article 112: a holiday on a weekend moves to the next working day; January's only by decree."""
    found = _in_year(RUSSIAN, year)
    decree = RUSSIAN_DECREES.get(year, {})
    by_rule = [on for on in found if _is_weekend(on) and on.month != 1 and on not in decree]
    found |= dict(_moved(by_rule, found))
    return found | dict.fromkeys(decree.values(), DAY_OFF_MOVED)


def _bulgarian(year: int) -> dict[date, str | Promise]:
    """Labour Code, article 154: what falls on a weekend moves to the first working days after, Easter excepted."""
    fixed = _in_year(BULGARIAN, year)
    easter = orthodox_easter(year)
    found = {easter + days * DAY: name for days, name in BULGARIAN_EASTER.items()} | fixed
    found |= dict(_moved([on for on in fixed if _is_weekend(on)], found))
    return found | dict(BULGARIAN_DECREES.get(year, {}))


def _in_year(names: Names, year: int) -> dict[date, str | Promise]:
    return {date(year, month, day): name for (month, day), name in names.items()}


def _moved(
    weekends: Iterable[date], taken: Mapping[date, str | Promise]
) -> Iterator[tuple[date, str | Promise]]:
    """The first working days after these holidays, each given once, under the holiday's own name."""
    given: set[date] = set()
    for on in sorted(weekends):
        instead = on + DAY
        while _is_weekend(instead) or instead in taken or instead in given:
            instead += DAY
        given.add(instead)
        yield instead, taken[on]


def _is_weekend(on: date) -> bool:
    return on.weekday() > FRIDAY


COUNTRIES: Mapping[str, Callable[[int], dict[date, str | Promise]]] = {"RU": _russian, "BG": _bulgarian}
