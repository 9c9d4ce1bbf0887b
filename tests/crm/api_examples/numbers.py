"""A thing gets the number by which the examples call it."""

from __future__ import annotations

from django.db import connection
from django.db.models import Model


def next_is(model: type[Model], number: int) -> None:
    """The next row of its table gets this id, and the ones after it go on from there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s, false)", [model._meta.db_table, number]
        )
