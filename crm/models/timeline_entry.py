from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from crm.facts import Fact, fact_from


class TimelineEntry(models.Model):
    """Where one fact stands in history. Written by `crm.timeline.record` alone; the database refuses changes."""

    append_only = True

    class Direction(models.TextChoices):
        IN = "in", _("from the customer")
        OUT = "out", _("from us")
        NONE = "", _("neither")

    class Visibility(models.TextChoices):
        CUSTOMER = "customer", _("the customer too")
        AGENT = "agent", _("agents")
        MANAGER = "manager", _("managers")

    customer = models.ForeignKey(
        "crm.Customer", models.DO_NOTHING, null=True, db_index=False, related_name="entries"
    )
    shop = models.ForeignKey("crm.Shop", models.DO_NOTHING, null=True, db_index=False, related_name="+")
    kind = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField(default=1)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    source = models.CharField(max_length=60, help_text="Who told us: api:<shop>, import:<shop>, agent …")
    source_id = models.CharField(
        max_length=160, help_text="Names the event in that source, never its subject."
    )
    channel = models.CharField(max_length=20, blank=True)
    direction = models.CharField(max_length=3, choices=Direction, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        db_index=False,
        related_name="+",
    )
    subject_type = models.CharField(max_length=40, blank=True)
    subject_id = models.BigIntegerField(null=True)
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.AGENT)
    language = models.CharField(max_length=5, blank=True)
    preview = models.CharField(max_length=200, blank=True)
    payload = models.JSONField(default=dict)
    is_history = models.BooleanField(default=False)
    caused_by = models.BigIntegerField(null=True)
    depth = models.PositiveSmallIntegerField(default=0)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("timeline entry")
        verbose_name_plural = _("timeline")
        constraints = [
            models.UniqueConstraint("source", "source_id", "kind", name="event_recorded_once"),
            models.CheckConstraint(condition=Q(depth__lte=8), name="entry_caused_within_eight_steps"),
        ]
        indexes = [
            models.Index(
                "customer",
                F("occurred_at").desc(),
                F("id").desc(),
                name="timeline_of_a_customer",
            ),
            # Who did something, or did not, in the last days: asked of everybody at once.
            models.Index(
                fields=["kind", "occurred_at"], include=["customer"], name="entries_by_what_happened"
            ),
            # Of entries in which somebody wrote something; the conditions of crm.search.searching say the same.
            GinIndex(
                Func("payload", "occurred_at", function="crm_entry_words"),
                condition=Q(payload__has_any_keys=["subject", "text", "reason"]),
                name="entry_by_words",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @cached_property
    def fact(self) -> Fact:
        """The fact as it was told; fields that were erased read as empty."""
        return fact_from(self.kind, self.payload)
