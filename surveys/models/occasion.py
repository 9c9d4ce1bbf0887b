from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from surveys.models.survey import Survey

EVERYBODY = Decimal(1)


class Trigger(models.Model):
    """When a survey is asked by itself: so long after a fact, where the condition holds, of all or of a share."""

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="triggers", verbose_name=_("survey"))
    fact = models.CharField(_("after"), max_length=60, help_text=_("What happened, as the feed calls it."))
    delay = models.DurationField(_("so long after"), default=timedelta(0))
    conditions = models.JSONField(
        _("if"),
        default=dict,
        blank=True,
        help_text=_("About what happened, or about the customer. Empty: always."),
    )
    probability = models.DecimalField(
        _("share that is asked"), max_digits=5, decimal_places=4, default=EVERYBODY
    )
    ended_at = models.DateTimeField(_("no longer used from"), null=True, blank=True)

    class Meta:
        verbose_name = _("trigger of a survey")
        verbose_name_plural = _("triggers of surveys")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(probability__gt=0, probability__lte=1), name="trigger_asks_a_share"
            ),
        ]

    def __str__(self) -> str:
        return self.fact


class Wave(models.Model):
    """A relationship survey over a quarter: a daily trickle of those whom the condition holds for."""

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="waves", verbose_name=_("survey"))
    name = models.CharField(_("name of the wave"), max_length=60)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    conditions = models.JSONField(_("who"), default=dict, blank=True)
    probability = models.DecimalField(
        _("share that is asked"), max_digits=5, decimal_places=4, default=EVERYBODY
    )
    asked_until = models.DateField(
        null=True, blank=True, help_text="The last day whose people were all asked."
    )
    asked_pk = models.BigIntegerField(
        default=0, db_default=0, help_text="Up to which customer the people of the day after it were asked."
    )

    class Meta:
        verbose_name = _("wave of a survey")
        verbose_name_plural = _("waves of surveys")
        ordering = ["-starts_on", "pk"]
        constraints = [
            models.UniqueConstraint("survey", "name", name="wave_named_once"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="wave_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(probability__gt=0, probability__lte=1), name="wave_asks_a_share"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PlannedAskQuerySet(models.QuerySet["PlannedAsk"]):
    def due(self, at: datetime) -> PlannedAskQuerySet:
        return self.filter(done_at=None, due_at__lte=at)


class PlannedAsk(models.Model):
    """Somebody is to be asked when its moment comes: made once for each fact that a trigger waits for."""

    trigger = models.ForeignKey(Trigger, models.CASCADE, db_index=False, related_name="planned")
    entry = models.ForeignKey("crm.TimelineEntry", models.DO_NOTHING, db_index=False, related_name="+")
    customer = models.ForeignKey("crm.Customer", models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    objects = PlannedAskQuerySet.as_manager()

    class Meta:
        verbose_name = _("planned question")
        verbose_name_plural = _("planned questions")
        constraints = [models.UniqueConstraint("trigger", "entry", name="fact_asks_once")]
        indexes = [models.Index("due_at", condition=Q(done_at=None), name="asks_to_come")]

    def __str__(self) -> str:
        return f"{self.trigger_id}/{self.entry_id}"
