from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PromiseQuerySet(models.QuerySet["Promise"]):
    def open(self) -> PromiseQuerySet:
        """Neither kept nor dropped: a broken one too, it can still be kept late."""
        return self.filter(kept_at=None, dropped_at=None)

    def newly_broken(self, at: datetime) -> PromiseQuerySet:
        return self.open().filter(broken_at=None, due_at__lte=at)


class Promise(models.Model):
    """What a colleague told a customer they would do by a moment. Its clock stands beside those of its ticket."""

    ticket = models.ForeignKey(
        "support.Ticket", models.PROTECT, related_name="promises", verbose_name=_("ticket")
    )
    what = models.CharField(_("what"), max_length=200)
    due_at = models.DateTimeField(_("due"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("promised by")
    )
    made_at = models.DateTimeField(_("promised"))
    kept_at = models.DateTimeField(_("kept"), null=True, blank=True)
    kept_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    dropped_at = models.DateTimeField(_("no longer needed"), null=True, blank=True)
    dropped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    broken_at = models.DateTimeField(_("not kept in time"), null=True, blank=True)

    objects = PromiseQuerySet.as_manager()

    class Meta:
        verbose_name = _("promise")
        verbose_name_plural = _("promises")
        constraints = [
            models.CheckConstraint(
                condition=Q(kept_at=None, kept_by=None) | Q(kept_at__isnull=False, kept_by__isnull=False),
                name="kept_promise_says_who",
            ),
            models.CheckConstraint(
                condition=Q(dropped_at=None, dropped_by=None)
                | Q(dropped_at__isnull=False, dropped_by__isnull=False),
                name="dropped_promise_says_who",
            ),
            models.CheckConstraint(
                condition=Q(kept_at=None) | Q(dropped_at=None), name="promise_kept_or_dropped"
            ),
        ]
        indexes = [
            models.Index(
                "due_at", condition=Q(kept_at=None, dropped_at=None, broken_at=None), name="promise_due"
            ),
            models.Index("ticket", condition=Q(kept_at=None, dropped_at=None), name="promise_still_open"),
        ]

    def __str__(self) -> str:
        return self.what
