"""Lists on pages are read from the newest on, by key: what comes in meanwhile moves nothing."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from crm.pages.requests import StaffRequest

Row = TypeVar("Row", bound=Model)
LONGEST_KEY = 18  # digits: what a bigint holds for certain


def number_in(request: StaffRequest, name: str) -> int | None:
    """A whole number of the address; None for anything else."""
    typed = request.GET.get(name, "").strip()
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_KEY else None


def newest_first(
    rows: QuerySet[Row, Any], request: StaffRequest, *, shown: int, name: str = "before"
) -> tuple[list[Row], int | None]:
    """One page, and the key by which the next is asked for under this `name`; None: there is no next one."""
    before = number_in(request, name)
    found = list((rows.filter(pk__lt=before) if before else rows).order_by("-pk")[: shown + 1])
    return found[:shown], found[shown - 1].pk if len(found) > shown else None
