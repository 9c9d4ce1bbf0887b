from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from support.models.calendar import WorkingInterval


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
    starts_at = models.DateTimeField(pgettext_lazy("of a shift", "from"))
    ends_at = models.DateTimeField(pgettext_lazy("of a shift", "until"))
    away_since = models.DateTimeField(
        _("away since"), null=True, blank=True, help_text=_("Meanwhile nothing is given to them.")
    )
    left_at = models.DateTimeField(_("ended early"), null=True, blank=True)
    handed_back_at = models.DateTimeField(null=True, blank=True, editable=False)
    pattern = models.ForeignKey(
        "support.ShiftPattern",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="shifts",
        help_text="By which it was planned, until somebody changed this one day.",
    )

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


class ShiftPatternQuerySet(models.QuerySet["ShiftPattern"]):
    def to_plan(self, until: date) -> ShiftPatternQuerySet:
        """Those whose days up to this one are not all planned yet."""
        unplanned = Q(planned_until=None) | Q(planned_until__lt=until)
        return self.filter(unplanned).filter(
            Q(until=None) | Q(planned_until=None) | Q(until__gt=F("planned_until"))
        )


class ShiftPattern(models.Model):
    """On this weekday a colleague answers customers, week after week. Shifts are planned by it some weeks ahead.

    Its hours stay as they are: others begin with a pattern of their own, and this one ends.
    """

    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="shift_patterns",
        verbose_name=_("colleague"),
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=WorkingInterval.Weekday)
    begins = models.TimeField(pgettext_lazy("of a shift", "from"))
    ends = models.TimeField(
        pgettext_lazy("of a shift", "until"), help_text=_("Not after the beginning: it is the next morning.")
    )
    since = models.DateField(_("first day"))
    until = models.DateField(_("last day"), null=True, blank=True, help_text=_("Empty: week after week."))
    planned_until = models.DateField(null=True, blank=True, editable=False)

    objects = ShiftPatternQuerySet.as_manager()

    class Meta:
        verbose_name = _("weekly shift")
        verbose_name_plural = _("weekly shifts")
        ordering = ["agent", "weekday", "begins", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="pattern_ends_after_it_begins",
                violation_error_message=_("The last day cannot come before the first."),
            ),
            models.CheckConstraint(condition=Q(weekday__range=(0, 6)), name="pattern_has_a_weekday"),
        ]

    def __str__(self) -> str:
        return f"{self.agent} {self.get_weekday_display()} {self.begins:%H:%M}–{self.ends:%H:%M}"
