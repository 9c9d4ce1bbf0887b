from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class NoticeSwitch(models.Model):
    """Whether a notice goes out, where somebody has decided. Without a row it does what its file says (crm.notices)."""

    notice = models.CharField(max_length=60, primary_key=True)
    switched_on_at = models.DateTimeField(_("on since"), null=True, help_text="Empty: off.")
    changed_at = models.DateTimeField(_("changed"))
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, db_index=False, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("switch of a notice")
        verbose_name_plural = _("switches of notices")
        default_permissions = ()

    def __str__(self) -> str:
        return self.notice


class NoticeText(models.Model):
    """What a notice says, where the company says it in its own words. Without a row: as its file says."""

    class Length(models.TextChoices):
        LONG = "long", _("e-mail and messengers")
        SHORT = "short", _("SMS")

    notice = models.CharField(_("notice"), max_length=60)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    length = models.CharField(_("where"), max_length=5, choices=Length)
    subject = models.CharField(_("subject"), max_length=250, blank=True)
    text = models.TextField(_("text"))
    changed_at = models.DateTimeField(_("changed"))
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, db_index=False, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("text of a notice")
        verbose_name_plural = _("notices")
        default_permissions = ("view", "change")
        constraints = [
            models.UniqueConstraint("notice", "language", "length", name="notice_says_one_thing_a_language"),
        ]

    def __str__(self) -> str:
        return f"{self.notice} {self.language} {self.length}"
