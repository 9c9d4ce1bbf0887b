"""A team lead reads how somebody was answered, and judges it by a scorecard. How fast it was is not asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.models import Message, User
from crm.words.plain_text import plain
from support import changing
from support.models import QualityReview, Ticket

LONGEST = 1_000


class ReviewsThemselves(Refusal):
    code = "reviews-themselves"
    title = _("Nobody reviews their own answers.")
    status = 403


class DidNotAnswer(Refusal):
    code = "did-not-answer"
    title = _("This colleague has answered nothing in this ticket.")
    status = 422


class UnusableMarks(Refusal):
    code = "unusable-marks"
    title = _("Give every mark, from 1 to 5.")
    status = 422


@transaction.atomic
def review(
    ticket: Ticket, *, agent: User, marks: Mapping[str, int], comment: str, by: User, at: datetime
) -> QualityReview:
    """Judge a colleague's answers in a ticket; the same reviewer again: the newer judgement takes the place.

    Locks the customer's row, then the ticket's.

    Raises:
        ReviewsThemselves, DidNotAnswer, UnusableMarks: nothing is kept.
    """
    if agent == by:
        raise ReviewsThemselves
    wanted = {name: marks.get(name, 0) for name in QualityReview.MARKS}
    if not all(1 <= mark <= 5 for mark in wanted.values()):
        raise UnusableMarks
    if not Message.objects.filter(place__ticket=ticket, author=agent).exists():
        raise DidNotAnswer
    held = changing.hold(ticket)
    kept, is_new = QualityReview.objects.update_or_create(
        ticket=held.ticket,
        agent=agent,
        reviewer=by,
        defaults={**wanted, "comment": plain(comment)[:LONGEST], "reviewed_at": at},
    )
    if is_new:
        changing.happen(held.ticket, "reviewed", by=by, at=at)
    return kept
