"""A connected system is asked for what it has: to bring it here, or to compare it with what stands here."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.models.connection import Connection
from crm.models.long_work import LongWork, LongWorkQuerySet


class ConnectorRoundQuerySet(LongWorkQuerySet["ConnectorRound"]):
    def at_work(self) -> ConnectorRoundQuerySet:
        return self.filter(finished_at=None, stopped_at=None)

    def due(self, at: datetime) -> ConnectorRoundQuerySet:
        """Nobody seems to be at it, and the shop did not ask for a pause."""
        waits_no_more = Q(paused_until=None) | Q(paused_until__lte=at)
        return self.forgotten(at).filter(waits_no_more, connection__closed_at=None)


class ConnectorRound(LongWork):
    """One walk through what a system answers, page by page.

    `kind` and `turn` are its cursor: what it is asked for, and which page comes next. It moves once a page is dealt
    with, so that a walk that was killed deals with that page once more, which changes nothing. A walk stops with
    `failure_code` when people have to act; `figures` are what that sentence names.
    """

    class Purpose(models.TextChoices):
        BACK_FILL = "back-fill", _("bringing the past")
        COMPARISON = "comparison", _("comparing orders")

    connection = models.ForeignKey(
        Connection, models.PROTECT, db_index=False, related_name="rounds", verbose_name=_("connection")
    )
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose)
    since = models.DateTimeField(_("since"), null=True, blank=True)
    kind = models.CharField(max_length=20)
    turn = models.TextField(blank=True)
    seen_count = models.PositiveIntegerField(_("seen"), default=0)
    # Of the present kind, as the system counts them, and how many of it were seen.
    kind_total = models.PositiveIntegerField(null=True)
    kind_seen = models.PositiveIntegerField(default=0)
    new_count = models.PositiveIntegerField(_("new"), default=0)
    differences_count = models.PositiveIntegerField(_("differences"), default=0)
    settled_count = models.PositiveIntegerField(_("put right"), default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    paused_until = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(_("stopped"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    failure_code = models.CharField(max_length=60, blank=True)
    figures = models.JSONField(default=dict, blank=True)

    objects = ConnectorRoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("round of a connection")
        verbose_name_plural = _("rounds of connections")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                "connection",
                "purpose",
                condition=Q(finished_at=None, stopped_at=None),
                name="one_round_of_a_purpose_at_once",
            )
        ]
        indexes = [models.Index("connection", "purpose", F("id").desc(), name="rounds_of_a_connection")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"

    @property
    def is_at_work(self) -> bool:
        return self.finished_at is None and self.stopped_at is None


class AnsweredThing(models.Model):
    """What a comparison has heard of, until it is over: whatever stands here and is not among it is gone there."""

    round = models.ForeignKey(ConnectorRound, models.CASCADE, db_index=False, related_name="answered")
    thing = models.CharField(max_length=80)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint("round", "thing", name="answered_once_per_round")]

    def __str__(self) -> str:
        return self.thing


class Difference(models.Model):
    """An order or a return that stood otherwise here than in the shop's system, or whose points did not stand.

    `thing` names it as the inbox does ("order:17"), `called` as people do. `here` and `there` are what differed, as
    machines write it. `settled_at`: it was brought anew, and agrees since. `failure_code`: why that did not help.
    """

    class Kind(models.TextChoices):
        MISSING_HERE = "missing-here", _("missing here")
        MISSING_THERE = "missing-there", _("missing in the shop")
        SUM = "sum", _("another sum")
        LINES = "lines", _("other lines")
        STATE = "state", _("another state")
        POINTS = "points", _("other points")

    round = models.ForeignKey(ConnectorRound, models.CASCADE, db_index=False, related_name="differences")
    kind = models.CharField(_("what differs"), max_length=13, choices=Kind)
    thing = models.CharField(max_length=80)
    called = models.CharField(_("number"), max_length=64)
    here = models.CharField(_("here"), max_length=100, blank=True)
    there = models.CharField(_("in the shop"), max_length=100, blank=True)
    settled_at = models.DateTimeField(_("put right"), null=True)
    failure_code = models.CharField(max_length=60, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint("round", "thing", "kind", name="differs_once_per_round")]
        indexes = [models.Index("round", F("id").desc(), name="differences_of_a_round")]

    def __str__(self) -> str:
        return f"{self.thing} {self.kind}"
