"""Many at once, for real: each thread its own connection and its own commits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from threading import Barrier, Thread

from django.db import DatabaseError, connection, transaction

from crm.errors import Refusal


def race(deeds: Sequence[Callable[[], object]], *, clients: int = 16) -> Counter[str]:
    """Let `clients` threads do the deeds, each deed in its own transaction; how they ended, by name.

    “done”, “repeated” (an answer with is_new False), a refusal's code, or the SQLSTATE of a database error.
    """
    ends: list[str] = []
    barrier = Barrier(clients)

    def client(mine: Sequence[Callable[[], object]]) -> None:
        try:
            connection.ensure_connection()
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '60s'; SET statement_timeout = '60s'")
            barrier.wait()
            ends.extend(_end(deed) for deed in mine)
        finally:
            connection.close()

    threads = [Thread(target=client, args=(deeds[place::clients],)) for place in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(ends)


def _end(deed: Callable[[], object]) -> str:
    try:
        with transaction.atomic():
            answer = deed()
    except Refusal as refusal:
        return refusal.code
    except DatabaseError as error:
        return str(getattr(error.__cause__, "sqlstate", "") or error)
    return "done" if getattr(answer, "is_new", True) else "repeated"
