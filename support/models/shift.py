from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ShiftQuerySet(models.QuerySet["Shift"]):
    def at(self, moment: datetime) -> ShiftQuerySet:
        """Under way, whether the colleague has stepped away or not."""
        return self.filter(Q(left_at=None) | Q(left_at__gt=moment), starts_at__lte=moment, ends_at__gt=moment)

    def here(self, moment: datetime) -> ShiftQuerySet:
        return self.at(moment).filter(away_since=None)

    def to_hand_back(self, moment: datetime) -> ShiftQuerySet:
        """Over, with what was left of it not yet given to others."""
        return self.filter(Q(ends_at__lte=moment) | Q(left_at__lte=moment), handed_back_at=None)


class Shift(models.Model):
    """When a colleague answers customers. While it lasts, tickets are given to them by themselves."""

    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="shifts", verbose_name=_("colleague")
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    away_since = models.DateTimeField(
        _("away since"), null=True, blank=True, help_text=_("Meanwhile nothing is given to them.")
    )
    left_at = models.DateTimeField(_("ended early"), null=True, blank=True)
    handed_back_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="shift_ends_after_it_starts"
            ),
        ]
        indexes = [
            models.Index("ends_at", "starts_at", name="shift_by_its_end"),
            models.Index("ends_at", condition=Q(handed_back_at=None), name="shift_to_hand_back"),
        ]

    def __str__(self) -> str:
        return f"{self.agent} {self.starts_at:%Y-%m-%d %H:%M}"
