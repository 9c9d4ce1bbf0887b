from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SideConversation(models.Model):
    """A question to a department about a ticket. The customer sees nothing of it; the department no internal note."""

    ticket = models.ForeignKey(
        "support.Ticket", models.PROTECT, related_name="side_conversations", verbose_name=_("ticket")
    )
    team = models.ForeignKey(
        "support.Team", models.PROTECT, related_name="side_conversations", verbose_name=_("department")
    )
    subject = models.CharField(_("subject"), max_length=200)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked"))
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    key = models.CharField(max_length=80, unique=True)

    class Meta:
        verbose_name = _("question to a department")
        verbose_name_plural = _("questions to departments")
        indexes = [
            models.Index(
                "team",
                models.F("asked_at").desc(),
                condition=models.Q(settled_at=None),
                name="asked_of_a_team",
            )
        ]

    def __str__(self) -> str:
        return self.subject


class SideMessage(models.Model):
    """What was said in it. What is asked goes to the department's e-mail, if it has one."""

    conversation = models.ForeignKey(SideConversation, models.CASCADE, related_name="messages")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, db_index=False, related_name="+", verbose_name=_("author")
    )
    text = models.TextField(_("text"))
    written_at = models.DateTimeField(_("written"))
    mail_claimed_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(_("sent by e-mail"), null=True, blank=True)
    key = models.CharField(max_length=80, unique=True)

    class Meta:
        verbose_name = _("message to or from a department")
        verbose_name_plural = _("messages to and from departments")
        ordering = ["pk"]
        indexes = [models.Index("id", condition=models.Q(mail_claimed_at=None), name="side_mail_to_send")]

    def __str__(self) -> str:
        return f"№ {self.pk}"
