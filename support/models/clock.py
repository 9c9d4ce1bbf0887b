from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from support.timekeeping import deadlines


class ClockQuerySet(models.QuerySet["Clock"]):
    def going(self) -> ClockQuerySet:
        """Not fulfilled: running, paused, or joined to another."""
        return self.filter(fulfilled_at=None)

    def due(self, at: datetime) -> ClockQuerySet:
        """With a rung of the ladder that was reached and not told."""
        return self.filter(next_rung_at__lte=at)


class Clock(models.Model):
    """Something a ticket waits for. What happened to it stands in its events; the moments here are read from them.

    `turn` tells clocks of one kind apart: the number of the customer's turn, the key of a promise. Without a target it
    is only counted, never due. `support.timekeeping.clocks` is its only writer.
    """

    class Kind(models.TextChoices):
        FIRST_RESPONSE = deadlines.Kind.FIRST_RESPONSE.value, _("first answer")
        NEXT_RESPONSE = deadlines.Kind.NEXT_RESPONSE.value, _("next answer")
        RESOLUTION = deadlines.Kind.RESOLUTION.value, _("resolution")
        PROMISE = deadlines.Kind.PROMISE.value, _("promise")
        CONTACT = deadlines.Kind.CONTACT.value, _("somebody to speak to the customer")

    ticket = models.ForeignKey("support.Ticket", models.PROTECT, db_index=False, related_name="clocks")
    kind = models.CharField(_("waits for"), max_length=20, choices=Kind)
    turn = models.PositiveBigIntegerField(default=0)
    calendar = models.ForeignKey(
        "support.Calendar",
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="Whose open time counts; none: every hour does.",
    )
    policy = models.ForeignKey("support.SlaPolicy", models.SET_NULL, null=True, related_name="+")
    target = models.DurationField(null=True, help_text="In open time, as promised when it was set.")
    promised_for = models.DateTimeField(null=True, help_text="A promise names its moment itself.")
    began_at = models.DateTimeField(_("began"))
    paused_at = models.DateTimeField(null=True)
    pause_reason = models.CharField(max_length=20, blank=True)
    joined_at = models.DateTimeField(
        null=True, help_text="Tickets were merged, and another clock of this kind is due earlier."
    )
    fulfilled_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(_("due"), null=True)
    next_rung_at = models.DateTimeField(null=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = _("clock of a ticket")
        verbose_name_plural = _("clocks of tickets")
        constraints = [
            models.UniqueConstraint("ticket", "kind", "turn", name="clock_set_once"),
            models.CheckConstraint(
                condition=Q(paused_at=None, pause_reason="")
                | (Q(paused_at__isnull=False) & ~Q(pause_reason="")),
                name="paused_clock_says_why",
            ),
        ]
        indexes = [
            models.Index("next_rung_at", condition=Q(next_rung_at__isnull=False), name="clock_due"),
            models.Index("began_at", name="clock_by_beginning"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} № {self.ticket_id}"


class ClockEvent(models.Model):
    """What happened to a clock. The figures are made from these rows alone, so none is ever changed."""

    append_only = True

    class Kind(models.TextChoices):
        ACTIVATE = "activate", _("began")
        PAUSE = "pause", _("paused")
        RESUME = "resume", _("went on")
        FULFIL = "fulfil", _("fulfilled")
        REOPEN = "reopen", _("opened again")
        JOIN = "join", _("joined to another")
        PART = "part", _("parted again")
        RETARGET = "retarget", _("promised anew")
        WARN = "warn", _("warned")
        BREACH = "breach", _("missed")
        ESCALATE = "escalate", _("told to the manager")

    clock = models.ForeignKey(Clock, models.DO_NOTHING, db_index=False, related_name="events")
    number = models.PositiveIntegerField()
    kind = models.CharField(_("what happened"), max_length=10, choices=Kind)
    reason = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("event of a clock")
        verbose_name_plural = _("events of clocks")
        ordering = ["clock", "number"]
        constraints = [
            models.UniqueConstraint("clock", "number", name="clock_event_numbered_once"),
            models.UniqueConstraint(
                "clock",
                "kind",
                condition=Q(kind__in=["warn", "breach", "escalate"]),
                name="rung_climbed_once",
            ),
        ]
        indexes = [models.Index("kind", "at", name="clock_event_by_kind")]

    def __str__(self) -> str:
        return self.get_kind_display()
