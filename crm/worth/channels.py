"""On which channel each of them answers most, learned from the latest messages: see crm.messages.preferred_channel."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction

from crm.messages import preferred_channel
from crm.worth.counting import Bought

LEARNED = """
UPDATE crm_customerworth w
SET learned_channel = told.channel, learned_sent = told.sent, learned_answered = told.answered
FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::int[]) AS told(customer, channel, sent, answered)
WHERE w.customer_id = told.customer AND (w.learned_channel, w.learned_sent, w.learned_answered)
  IS DISTINCT FROM (told.channel, told.sent, told.answered)
"""


@transaction.atomic
def keep(people: Sequence[Bought]) -> None:
    """Write it into their rows of CustomerWorth, which stand already. Idempotent; two questions."""
    habits = preferred_channel.habits_of({one.customer_id: one.ids for one in people})
    told = [
        (pk, habit.channel, habit.sent, habit.answers) if habit else (pk, "", 0, 0)
        for pk, habit in habits.items()
    ]
    if told:
        with connection.cursor() as cursor:
            cursor.execute(LEARNED, [list(column) for column in zip(*told, strict=True)])
