from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self, TypeVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

SILENCE = timedelta(minutes=1)

W = TypeVar("W", bound="LongWork", covariant=True)


class LongWorkQuerySet(models.QuerySet[W]):
    def at_work(self) -> Self:
        raise NotImplementedError

    def forgotten(self, at: datetime) -> Self:
        """At work, they say, and yet nothing was heard from them: their worker died, or was never told."""
        return self.at_work().filter(moved_at__lt=at - SILENCE)


class LongWork(models.Model):
    """Work of many transactions. The row is its cursor, and `moved_at` moves with it: by that a dead worker shows."""

    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("started by"),
    )
    created_at = models.DateTimeField(_("started"))
    moved_at = models.DateTimeField(_("last heard of"))

    class Meta:
        abstract = True

    def is_silent(self, at: datetime) -> bool:
        """Nothing was heard from it for a while. (From work that is over nothing ever is.)"""
        return at - self.moved_at > SILENCE
