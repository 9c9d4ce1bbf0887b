from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Recognition(models.Model):
    """A colleague's kudos of a month, and what they were earned with. Decided once (colleagues.recognition)."""

    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        db_index=False,
        related_name="+",
        verbose_name=_("colleague"),
    )
    month = models.DateField(_("month"))
    kudos = models.PositiveSmallIntegerField(_("kudos"))
    why = models.CharField(max_length=20, help_text="One of support.colleagues.recognition.Why.")
    figures = models.JSONField(default=dict)
    decided_at = models.DateTimeField(_("decided"))

    class Meta:
        verbose_name = _("recognition of a colleague")
        verbose_name_plural = _("recognition of colleagues")
        ordering = ["-month", "-kudos"]
        constraints = [models.UniqueConstraint("agent", "month", name="recognised_once_a_month")]

    def __str__(self) -> str:
        return f"{self.agent} {self.month:%Y-%m}: {self.kudos}"
