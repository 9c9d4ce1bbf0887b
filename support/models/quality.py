from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


def mark(label: Any) -> models.PositiveSmallIntegerField[int, int]:
    return models.PositiveSmallIntegerField(label, validators=[MinValueValidator(1), MaxValueValidator(5)])


class QualityReview(models.Model):
    """A team lead read how a ticket was answered, and judged it by the scorecard: from 1 (poor) to 5 (as it should be).

    Judged is how somebody was answered, never how fast.
    """

    MARKS = ("understood", "right", "tone", "complete")

    ticket = models.ForeignKey(
        "support.Ticket", models.PROTECT, related_name="reviews", verbose_name=_("ticket")
    )
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        db_index=False,
        related_name="+",
        verbose_name=_("colleague"),
    )
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, db_index=False, related_name="+")
    understood = mark(_("understood what was asked"))
    right = mark(_("what was said is right"))
    tone = mark(_("tone"))
    complete = mark(_("nothing left to ask"))
    comment = models.TextField(_("for the colleague"), blank=True, max_length=1000)
    reviewed_at = models.DateTimeField(_("reviewed"))

    class Meta:
        verbose_name = _("review of an answer")
        verbose_name_plural = _("reviews of answers")
        constraints = [
            models.UniqueConstraint("ticket", "agent", "reviewer", name="reviewed_once_by_each"),
            models.CheckConstraint(condition=~Q(agent=F("reviewer")), name="nobody_reviews_themselves"),
            models.CheckConstraint(
                condition=Q(
                    understood__range=(1, 5), right__range=(1, 5), tone__range=(1, 5), complete__range=(1, 5)
                ),
                name="review_marks_on_their_scale",
            ),
        ]
        indexes = [models.Index("agent", F("reviewed_at").desc(), name="reviews_of_an_agent")]

    def __str__(self) -> str:
        return f"№ {self.ticket_id}"

    @property
    def score_percent(self) -> int:
        """All marks at their best are 100, at their worst 0."""
        points: list[int] = [getattr(self, name) - 1 for name in self.MARKS]
        return round(100 * sum(points) / (4 * len(points)))
