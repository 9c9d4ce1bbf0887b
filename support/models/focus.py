from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class FocusStretch(models.Model):
    """An agent had a ticket before their eyes: from the first heartbeat to the last that followed without a break."""

    ticket = models.ForeignKey("support.Ticket", models.PROTECT, db_index=False, related_name="focus")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, db_index=False, related_name="+")
    began_at = models.DateTimeField(_("began"))
    last_at = models.DateTimeField(_("last heartbeat"))

    class Meta:
        verbose_name = _("work on a ticket")
        verbose_name_plural = _("work on tickets")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_at__gte=models.F("began_at")), name="focus_ends_after_it_begins"
            )
        ]
        indexes = [
            models.Index("ticket", "agent", models.F("last_at").desc(), name="focus_on_a_ticket"),
            models.Index("agent", "began_at", name="focus_of_an_agent"),
        ]

    def __str__(self) -> str:
        return f"№ {self.ticket_id}"
