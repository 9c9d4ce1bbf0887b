from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    """What somebody agrees to. The two are asked for apart: one is never part of the other."""

    PROCESSING = "processing", _("processing of personal data")
    ADVERTISING = "advertising", _("advertising")


class ConsentChannel(models.TextChoices):
    """By which way. Empty is every way, those to come included."""

    EVERY = "", _("every channel")
    EMAIL = "email", _("e-mail")
    PHONE = "phone", _("calls")
    SMS = "sms", _("SMS")
    TELEGRAM = "telegram", _("Telegram")
    VIBER = "viber", _("Viber")
    POST = "post", _("letters")


class Decision(models.TextChoices):
    GIVEN = "given", _("given")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Consent(models.Model):
    """One statement of a person about one purpose and channel. Written by `crm.consents.consenting` alone; never
    changed.

    What holds now follows from all of them: see crm.consents.consent_state.
    """

    append_only = True

    customer = models.ForeignKey("crm.Customer", models.DO_NOTHING, related_name="consents", db_index=False)
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose)
    channel = models.CharField(_("channel"), max_length=10, choices=ConsentChannel, blank=True)
    decision = models.CharField(_("decision"), max_length=9, choices=Decision)
    text_version = models.CharField(
        _("version of the text"), max_length=60, blank=True, help_text=_("Which wording they agreed to.")
    )
    source = models.CharField(
        _("source"), max_length=60, help_text="Who told us: api:<shop>, import:<shop>, agent …"
    )
    proof = models.CharField(
        _("proof"), max_length=500, blank=True, help_text=_("Where the proof is: a form, a call, a file.")
    )
    shop = models.ForeignKey("crm.Shop", models.DO_NOTHING, null=True, db_index=False, related_name="+")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, db_index=False, related_name="+"
    )
    carried_from = models.ForeignKey(
        "self",
        models.DO_NOTHING,
        null=True,
        db_index=False,
        related_name="+",
        help_text="Said while two people were taken for one; after they were separated it counts for both.",
    )
    occurred_at = models.DateTimeField(_("said"))
    recorded_at = models.DateTimeField(_("recorded"))
    erased_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(
                "customer",
                "purpose",
                "channel",
                F("occurred_at").desc(),
                "decision",
                "source",
                name="consent_recorded_once",
            ),
            models.CheckConstraint(
                condition=Q(purpose="advertising") | Q(channel=""),
                name="only_advertising_names_a_channel",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.channel} {self.get_decision_display()}"
