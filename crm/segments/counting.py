"""How many it would be, and a few of them: asked while somebody still builds, and given up when it takes too long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import OperationalError, connection, transaction

from crm.models import Customer
from crm.segments.asking import fitting
from crm.segments.errors import TooLongToCount
from crm.segments.sweeping import with_room_to_group

LONGEST_MILLISECONDS = 3_000
SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Counted:
    people: int
    sample: Sequence[Customer]


@transaction.atomic
def count(tree: Any, *, at: datetime, before: int | None = None, shown: int = SHOWN) -> Counted:
    """Of everybody, who fits; named are those known latest, of ids below `before`.

    Reads only; two questions to the database, each within LONGEST_MILLISECONDS.

    Raises:
        UnusableConditions: with a pointer to each place that is wrong.
        TooLongToCount: the database was stopped.
    """
    fit = fitting(tree, at=at)
    try:
        with transaction.atomic():
            with_room_to_group()
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('statement_timeout', %s, true)", [str(LONGEST_MILLISECONDS)]
                )
            named = fit.filter(pk__lt=before) if before else fit
            return Counted(people=fit.count(), sample=list(named.order_by("-pk")[:shown]))
    except OperationalError as stopped:
        raise TooLongToCount from stopped
