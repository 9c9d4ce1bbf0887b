from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

SILENCE = timedelta(minutes=1)


class BulkJobQuerySet(models.QuerySet["BulkJob"]):
    def at_work(self) -> BulkJobQuerySet:
        return self.filter(finished_at=None, cancelled_at=None)

    def forgotten(self, at: datetime) -> BulkJobQuerySet:
        """At work, and yet nothing was heard from them: their worker died, or was never told."""
        return self.at_work().filter(moved_at__lt=at - SILENCE)


class BulkJob(models.Model):
    """Up to a thousand writes that a shop sent at once. `items_done` is the cursor: it moves with what it counts.

    `body` is the items as JSON, and is emptied when the job is over.
    """

    shop = models.ForeignKey("crm.Shop", models.CASCADE, related_name="+", verbose_name=_("shop"))
    key = models.ForeignKey("crm.ApiKey", models.CASCADE, related_name="+", verbose_name=_("API key"))
    kind = models.CharField(max_length=20)
    language = models.CharField(max_length=8)
    body = models.TextField(blank=True)
    items_total = models.PositiveIntegerField()
    items_done = models.PositiveIntegerField(default=0)
    items_failed = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = BulkJobQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(
                "moved_at", condition=Q(finished_at=None, cancelled_at=None), name="bulk_jobs_at_work"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(items_done__lte=models.F("items_total")), name="bulk_job_never_past_its_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_over(self) -> bool:
        return self.finished_at is not None or self.cancelled_at is not None

    @property
    def state(self) -> str:
        if self.cancelled_at:
            return "cancelled"
        if self.finished_at:
            return "done"
        return "running" if self.items_done else "waiting"


class BulkResult(models.Model):
    """What came of one item: the id of what it made or changed, or the problem."""

    pk = models.CompositePrimaryKey("job_id", "number")
    job = models.ForeignKey(BulkJob, models.CASCADE, related_name="results", db_index=False)
    number = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField()
    thing_id = models.BigIntegerField(null=True)
    problem = models.JSONField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.job_id}:{self.number}"
