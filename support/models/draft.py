from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Draft(models.Model):
    """What a colleague began to write in a ticket and has not sent: nothing typed is lost with a browser."""

    class Kind(models.TextChoices):
        REPLY = "reply", _("answer")
        NOTE = "note", _("internal note")

    ticket = models.ForeignKey(
        "support.Ticket", models.CASCADE, related_name="drafts", verbose_name=_("ticket")
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, db_index=False, related_name="+")
    kind = models.CharField(max_length=5, choices=Kind, default=Kind.REPLY)
    text = models.TextField()
    saved_at = models.DateTimeField(_("saved"))

    class Meta:
        verbose_name = _("draft of an answer")
        verbose_name_plural = _("drafts of answers")
        constraints = [models.UniqueConstraint("ticket", "author", name="one_draft_per_ticket_and_author")]

    def __str__(self) -> str:
        return f"№ {self.ticket_id}"
