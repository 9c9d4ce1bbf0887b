from collections.abc import Callable, Sequence

from django.db import connection

from crm.facts import NoteWritten, OrderPlaced
from crm.models import TimelineEntry
from crm.reactions import Reaction


def writing_down(name: str) -> Callable[[Sequence[TimelineEntry]], None]:
    """A reaction without any guard of its own: what runs twice stands there twice."""

    def write_down(entries: Sequence[TimelineEntry]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO effect (reaction, entry_id, customer_id) VALUES (%s, %s, %s)",
                [(name, entry.pk, entry.customer_id) for entry in entries],
            )

    return write_down


AT_ONCE: Sequence[Reaction] = ()
AFTERWARDS: Sequence[Reaction] = (
    Reaction(
        name="test.orders",
        on=(OrderPlaced,),
        do=writing_down("test.orders"),
        wants_history=True,
    ),
    Reaction(
        name="test.everything",
        on=(OrderPlaced, NoteWritten),
        do=writing_down("test.everything"),
    ),
)
