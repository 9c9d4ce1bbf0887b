"""How far an order has come: a pure reading of its moments, so that late and repeated events are harmless."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _

MOMENTS = ("placed", "paid", "shipped", "delivered", "completed", "cancelled")


class Progress(models.TextChoices):
    PLACED = "placed", _("placed")
    PAID = "paid", _("paid")
    SHIPPED = "shipped", _("shipped")
    DELIVERED = "delivered", _("delivered")
    COMPLETED = "completed", _("completed")
    CANCELLED = "cancelled", _("cancelled")


def progress_of(moments: Mapping[str, object]) -> Progress:
    """The furthest moment that has happened, in whatever order the news arrived. A cancelled order stays cancelled.

    `moments` maps each of MOMENTS to when it happened, or to None.
    """
    return next(
        (Progress(name) for name in reversed(MOMENTS) if moments.get(name)),
        Progress.PLACED,
    )
