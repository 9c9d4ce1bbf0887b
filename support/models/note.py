from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Func
from django.utils.translation import gettext_lazy as _


class Note(models.Model):
    """What colleagues tell one another in a ticket. A table of its own: nothing that sends reads it."""

    ticket = models.ForeignKey(
        "support.Ticket", models.CASCADE, related_name="notes", verbose_name=_("ticket")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, db_index=False, related_name="+", verbose_name=_("author")
    )
    text = models.TextField(_("note"))
    written_at = models.DateTimeField(_("written"))
    key = models.CharField(max_length=80, unique=True, help_text="Of the form: sent twice, it is one note.")

    class Meta:
        verbose_name = _("internal note")
        verbose_name_plural = _("internal notes")
        indexes = [GinIndex(Func("text", "written_at", function="support_note_words"), name="note_by_words")]

    def __str__(self) -> str:
        return f"№ {self.pk}"
