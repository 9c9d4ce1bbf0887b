"""A conversation with a system that brings files, and what of the files is done: killed anywhere, it goes on there."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Exchange(models.Model):
    """From one proof of a password to its end. `token_digest` is of the cookie that was answered to it.

    `good_at`: everything that was brought is done. `offered_position` and `taken_position` are places in the feed:
    how far orders were told, and how far the other side said that it has them.
    """

    connection = models.ForeignKey(
        "crm.Connection",
        models.PROTECT,
        db_index=False,
        related_name="exchanges",
        verbose_name=_("connection"),
    )
    kind = models.CharField(max_length=20)
    token_digest = models.CharField(max_length=64, unique=True)
    begun_at = models.DateTimeField(_("begun"))
    heard_at = models.DateTimeField(_("last heard of"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    good_at = models.DateTimeField(null=True)
    offered_position = models.BigIntegerField(null=True)
    taken_position = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("exchange")
        verbose_name_plural = _("exchanges")
        default_permissions = ()
        indexes = [
            models.Index("connection", F("id").desc(), name="exchanges_of_a_connection"),
            models.Index(
                "connection",
                F("taken_position").desc(),
                condition=Q(taken_position__isnull=False),
                name="how_far_orders_were_taken",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.begun_at:%Y-%m-%d %H:%M}"


class ExchangeFile(models.Model):
    """A file that was brought, in pieces; or one inside an `archive`. `cursor` tells where reading goes on."""

    exchange = models.ForeignKey(Exchange, models.CASCADE, db_index=False, related_name="files")
    name = models.CharField(max_length=200)
    archive = models.ForeignKey("self", models.CASCADE, null=True, related_name="members")
    size = models.BigIntegerField(default=0)
    cursor = models.JSONField(default=dict)
    records_done = models.PositiveIntegerField(default=0)
    brought_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=60, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index("exchange", "name", name="files_of_an_exchange")]

    def __str__(self) -> str:
        return self.name


class FilePiece(models.Model):
    """What came in one request, and where in the file it stands. Gone with the exchange."""

    file = models.ForeignKey(ExchangeFile, models.CASCADE, db_index=False, related_name="pieces")
    starts_at = models.BigIntegerField()
    body = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint("file", "starts_at", name="piece_stands_once_in_a_file")]

    def __str__(self) -> str:
        return f"{self.file_id}: {self.starts_at}"
