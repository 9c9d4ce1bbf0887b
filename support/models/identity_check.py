from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class IdentityCheck(models.Model):
    """Whoever rang was asked who they are. What was right is kept; what they said is not."""

    class Proof(models.TextChoices):
        BIRTHDAY = "birthday", _("birthday")
        ORDER = "order", _("number of the last order")
        CARD = "card", _("last four digits of the card")
        CODE = "code", _("a code sent to them")

    ticket = models.ForeignKey(
        "support.Ticket",
        models.PROTECT,
        db_index=False,
        related_name="identity_checks",
        verbose_name=_("ticket"),
    )
    right = ArrayField(models.CharField(max_length=8, choices=Proof), verbose_name=_("was right"))
    wrong = ArrayField(models.CharField(max_length=8, choices=Proof), verbose_name=_("was wrong"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, db_index=False, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked"))
    passed_at = models.DateTimeField(_("passed"), null=True, blank=True)
    key = models.CharField(max_length=80, unique=True)

    class Meta:
        verbose_name = _("identity check by phone")
        verbose_name_plural = _("identity checks by phone")
        constraints = [
            models.CheckConstraint(
                condition=Q(passed_at=None) | Q(passed_at=F("asked_at")),
                name="check_passed_when_it_was_asked",
            ),
        ]
        indexes = [models.Index("ticket", F("asked_at").desc(), name="identity_check_of_a_ticket")]

    def __str__(self) -> str:
        return f"№ {self.ticket_id}"
