from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

# Longer than this nobody lets it ring: whatever became of it, the exchange did not tell.
RINGS_FOR = timedelta(minutes=2)


class CallQuerySet(models.QuerySet["Call"]):
    def ringing(self, at: datetime) -> CallQuerySet:
        return self.filter(
            direction=Call.Direction.IN,
            rang_at__gt=at - RINGS_FOR,
            answered_at=None,
            missed_at=None,
            ended_at=None,
        )


class Call(models.Model):
    """A telephone call, as the exchange told of it step by step, or as a colleague wrote it down afterwards.

    Each step has its own moment, so that steps may come twice and in any order. `customer` is empty where nobody can
    say whose number it is: more than one person has given it.
    """

    class Direction(models.TextChoices):
        IN = "in", _("from the customer")
        OUT = "out", _("from us")

    class State(models.TextChoices):
        RINGING = "ringing", _("ringing")
        TALKING = "talking", _("talking")
        MISSED = "missed", _("missed")
        ENDED = "ended", _("ended")

    account = models.ForeignKey(
        "crm.ChannelAccount", models.PROTECT, related_name="calls", verbose_name=_("channel")
    )
    external_id = models.CharField(
        _("number of the call"),
        max_length=200,
        help_text="As the exchange counts; a colleague's own: its key.",
    )
    customer = models.ForeignKey(
        "crm.Customer",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="calls",
        verbose_name=_("customer"),
    )
    direction = models.CharField(_("direction"), max_length=3, choices=Direction)
    phone = models.CharField(_("phone"), max_length=254, help_text=_("The customer's number."))
    line = models.CharField(_("line"), max_length=50, blank=True, help_text=_("Our number that was called."))
    colleague = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("colleague"),
    )
    rang_at = models.DateTimeField(_("rang"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    missed_at = models.DateTimeField(_("missed"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    talk_seconds = models.PositiveIntegerField(_("talk, in seconds"), null=True, blank=True)
    recording_url = models.URLField(_("recording"), max_length=500, blank=True)
    note = models.TextField(_("note"), blank=True)
    is_manual = models.BooleanField(
        default=False, help_text="Written down by a colleague, not by the exchange."
    )
    recorded_at = models.DateTimeField(_("recorded"))

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        constraints = [
            models.UniqueConstraint("account", "external_id", name="call_known_once_per_account"),
        ]
        indexes = [
            models.Index("customer", F("id").desc(), name="call_of_a_customer"),
            models.Index(
                "rang_at",
                condition=Q(answered_at=None, missed_at=None, ended_at=None, direction="in"),
                name="call_still_ringing",
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"

    @property
    def state(self) -> State:
        """Of a call that rang at several desks, one may say missed and another answered: it was answered."""
        if self.ended_at and (self.answered_at or self.talk_seconds):
            return self.State.ENDED
        if self.answered_at:
            return self.State.TALKING
        if self.missed_at or self.ended_at:
            return self.State.MISSED if self.direction == self.Direction.IN else self.State.ENDED
        return self.State.RINGING

    @property
    def began_at(self) -> datetime:
        moments = (self.rang_at, self.answered_at, self.missed_at, self.ended_at)
        return min((moment for moment in moments if moment), default=self.recorded_at)
