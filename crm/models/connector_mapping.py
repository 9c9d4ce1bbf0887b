"""What was agreed with a connected system of what it sends: every version stays, the latest counts."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _


class ConnectorMapping(models.Model):
    """`told` as `crm.connectors.mapped.mapping.checked` gives it."""

    append_only: ClassVar[bool] = True

    connection = models.ForeignKey(
        "crm.Connection",
        models.PROTECT,
        db_index=False,
        related_name="mappings",
        verbose_name=_("connection"),
    )
    number = models.PositiveIntegerField(_("version"))
    told = models.JSONField(_("mapping"))
    made_at = models.DateTimeField(_("since"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("mapping of a connection")
        verbose_name_plural = _("mappings of connections")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                F("connection"), F("number").desc(), name="mapping_numbered_once_per_connection"
            )
        ]

    def __str__(self) -> str:
        return f"{self.connection_id}, {self.number}"
