"""What somebody's own words say of why they come back: for crm.worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection

from crm.worth.outcomes import Asked, ids_of
from crm.worth.signs import Signs

# Good and bad reviews, on five stars.
GOOD, BAD = 4, 2

RECOMMEND = """
SELECT DISTINCT ON (r.customer_id) r.customer_id, a.value
FROM surveys_response r JOIN surveys_answer a ON a.response_id = r.id
WHERE r.customer_id = ANY (%s) AND r.settled_at IS NOT NULL AND a.kind = 'nps' AND a.value IS NOT NULL
ORDER BY r.customer_id, r.answered_at DESC, r.id DESC
"""
REVIEWS = """
SELECT customer_id, count(*) FILTER (WHERE rating >= %(good)s), count(*) FILTER (WHERE rating <= %(bad)s)
FROM surveys_feedback
WHERE customer_id = ANY (%(ids)s) AND rating IS NOT NULL
GROUP BY 1
"""

SAID = """
SELECT DISTINCT customer_id FROM surveys_feedback
WHERE customer_id = ANY (%(ids)s) AND source <> 'ticket' AND occurred_at >= %(since)s AND occurred_at < %(until)s
"""


def what_they_said(ids: Sequence[int]) -> Mapping[int, Signs]:
    """Whether they would recommend us, as they answered last, and their reviews."""
    with connection.cursor() as cursor:
        cursor.execute(RECOMMEND, [list(ids)])
        scores = dict(cursor.fetchall())
        cursor.execute(REVIEWS, {"ids": list(ids), "good": GOOD, "bad": BAD})
        reviews = {customer: (good, bad) for customer, good, bad in cursor.fetchall()}
    return {
        customer: Signs(recommends=scores.get(customer), good_words=good, bad_words=bad)
        for customer in scores.keys() | reviews.keys()
        for good, bad in [reviews.get(customer, (0, 0))]
    }


def said_something(asked: Asked) -> set[int]:
    """A review, or words in an answer: whatever was not said to the desk."""
    return ids_of(SAID, asked)
