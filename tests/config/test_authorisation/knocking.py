"""Every address of the project, how it is filled in, and what an answer means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any

from django.db import connection
from django.urls import get_resolver, reverse

PARAMETER = re.compile(r"\(\?P<\w+>[^)]*\)|<(?:\w+:)?\w+>|\([^)?]*\)")
SIGN_IN = ("/accounts/login/", "/accounts/second-factor/", "/admin/login/")

# What a GET may write down: that it was made. Everything else is a change, and a GET changes nothing.
# allauth copies the address of a sign-in to its own table when its owner first looks at it.
NOTES_OF_READING = frozenset(
    {"crm_look", "crm_listtaken", "django_session", "crm_apirequest", "crm_apikey", "account_emailaddress"}
)


class Outcome(StrEnum):
    IN = "gets in"
    OUT = "is refused (403)"
    ABSENT = "is told that there is no such thing"
    DOOR = "is sent to sign in"
    NO_METHOD = "is told that this is not done there (405)"
    BROKEN = "breaks it (5xx)"


def routes() -> list[str]:
    """As they stand in the URL tables: `admin/crm/customer/<int:pk>/`."""
    return list(_walk(get_resolver(), ""))


def _walk(resolver: Any, before: str) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _walk(pattern, route)
        else:
            yield route


def is_api(route: str) -> bool:
    return route.startswith("api/")


def has_parameters(route: str) -> bool:
    return bool(PARAMETER.search(route))


def address(route: str, values: Sequence[object]) -> str:
    """The route with its parameters replaced by these values, in their order."""
    given = iter(values)
    filled = PARAMETER.sub(lambda found: str(next(given)), route)
    return "/" + filled.replace("^", "").replace("$", "").replace("\\", "")


def outcome_of(answer: Any, path: str) -> Outcome:
    status = answer.status_code
    to = answer.headers.get("Location", "")
    if status >= 500:
        return Outcome.BROKEN
    if status == 401 or (
        300 <= status < 400 and to.startswith(SIGN_IN) and not path.startswith("/accounts/")
    ):
        return Outcome.DOOR
    if 300 <= status < 400 and path.startswith("/accounts/") and to.startswith("/accounts/login/?next="):
        return Outcome.DOOR
    home = reverse("admin:index")  # where the admin leads from what it does not find
    if status in (404, 410) or (
        300 <= status < 400 and to == home and path.startswith("/admin/") and path != home
    ):
        return Outcome.ABSENT
    return {403: Outcome.OUT, 405: Outcome.NO_METHOD}.get(status, Outcome.IN)


# As the view pg_stat_xact_user_tables tells it, without the indexes that it gathers: thousands of requests ask this.
WRITTEN = """
    SELECT relname, rows FROM (
        SELECT relname,
               pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)
                   + pg_stat_get_xact_tuples_deleted(oid) AS rows
        FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    ) AS told WHERE rows > 0
"""


def writes() -> dict[str, int]:
    """Table → rows written in this transaction so far, also by what was rolled back since."""
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN)
        return dict(cursor.fetchall())


def written_between(before: dict[str, int], after: dict[str, int]) -> list[str]:
    """Tables that were written to, without the notes of reading."""
    return sorted(
        table
        for table, count in after.items()
        if count != before.get(table, 0) and table not in NOTES_OF_READING
    )
