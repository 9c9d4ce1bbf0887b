from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class TicketCall(models.Model):
    """A telephone call stands in one ticket, as a message does."""

    ticket = models.ForeignKey("support.Ticket", models.PROTECT, related_name="calls")
    call = models.OneToOneField("crm.Call", models.PROTECT, related_name="place")
    placed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("call of a ticket")
        verbose_name_plural = _("calls of tickets")

    def __str__(self) -> str:
        return f"№ {self.ticket_id}"
