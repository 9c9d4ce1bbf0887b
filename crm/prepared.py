"""A cursor for the few statements that run on every purchase: the database reads and plans each of them once for a
connection, not once for a call. That halves what a small one costs it.

Values are bound by the database, so each `%s` must have a type by its place (an argument of a function) or by a cast.
"""

from __future__ import annotations

import sys
from typing import Any, Self

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.utils import CursorWrapper

# Django turns preparing off for a connection; this turns it on for whoever asks, and for nobody else.
ONLY_WHEN_ASKED = sys.maxsize


class PreparedCursor(psycopg.Cursor[Any]):
    def execute(self, query: Any, params: Any = None, **how: Any) -> Self:
        return super().execute(query, params, **{**how, "prepare": True})


def cursor() -> CursorWrapper:
    """As `connection.cursor()`, for use in `with`."""
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    database.validate_thread_sharing()
    if database.queries_logged:  # not prepared: the driver forgets the text of what is
        watched: Any = psycopg.Cursor(database.connection)
        return database.make_debug_cursor(watched)
    database.connection.prepare_threshold = ONLY_WHEN_ASKED
    bare: Any = PreparedCursor(database.connection)
    return database.make_cursor(bare)
