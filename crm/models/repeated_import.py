"""A file that is brought in again and again, from where it lies."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RepeatedImportQuerySet(models.QuerySet["RepeatedImport"]):
    def standing(self) -> RepeatedImportQuerySet:
        return self.filter(stopped_at=None)

    def due(self, at: datetime) -> RepeatedImportQuerySet:
        return self.standing().filter(next_at__lte=at)


class RepeatedImport(models.Model):
    """As `pattern` was read: its kind, shop, columns, currency and clock. `place`: an address, or a file's name.

    `taken_sha256` is of the file that was taken last: the same again is not brought in. `failure_code` says why the
    last attempt did not take one.
    """

    pattern = models.ForeignKey(
        "crm.ImportJob",
        models.PROTECT,
        related_name="repetitions",
        verbose_name=_("import"),
    )
    place = models.CharField(_("where the file lies"), max_length=500)
    every_hours = models.PositiveSmallIntegerField(_("how often"))
    next_at = models.DateTimeField(_("next attempt"))
    taken_at = models.DateTimeField(_("last taken"), null=True)
    taken_sha256 = models.CharField(max_length=64, blank=True)
    failure_code = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    stopped_at = models.DateTimeField(_("stopped"), null=True)

    objects = RepeatedImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("repeated import")
        verbose_name_plural = _("repeated imports")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint("pattern", condition=Q(stopped_at=None), name="import_repeated_one_way"),
            models.CheckConstraint(condition=Q(every_hours__gte=1), name="import_repeated_in_whole_hours"),
        ]
        indexes = [
            models.Index("next_at", condition=Q(stopped_at=None), name="imports_to_repeat"),
        ]

    def __str__(self) -> str:
        return self.place
