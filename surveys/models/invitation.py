from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from surveys.models.occasion import Trigger, Wave
from surveys.models.survey import Survey, SurveyVersion


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def usable(self, at: datetime) -> InvitationQuerySet:
        return self.filter(answered_at=None, withdrawn_at=None, expires_at__gt=at)


class Invitation(models.Model):
    """One person is asked one survey, once. Its link is signed, expires, and can be answered by one response.

    `window`: in that time the person is asked nothing else of the same budget; the database keeps this promise.
    `about_*`: what it is about, as facts name their subjects. Anonymous surveys keep no way from here to an answer.
    """

    version = models.ForeignKey(SurveyVersion, models.PROTECT, related_name="invitations")
    customer = models.ForeignKey("crm.Customer", models.PROTECT, related_name="+", verbose_name=_("customer"))
    budget = models.CharField(max_length=13, choices=Survey.Budget)
    window = DateTimeRangeField()
    trigger = models.ForeignKey(Trigger, models.SET_NULL, null=True, blank=True, related_name="invitations")
    wave = models.ForeignKey(Wave, models.SET_NULL, null=True, blank=True, related_name="invitations")
    shop = models.ForeignKey("crm.Shop", models.SET_NULL, null=True, blank=True, related_name="+")
    about_type = models.CharField(max_length=60, blank=True)
    about_id = models.BigIntegerField(null=True, blank=True)
    probability = models.DecimalField(
        max_digits=5, decimal_places=4, default=Decimal(1), help_text="With which it was drawn."
    )
    channel = models.CharField(_("channel"), max_length=20, blank=True)
    message = models.ForeignKey(
        "crm.Message", models.SET_NULL, null=True, blank=True, db_index=False, related_name="+"
    )
    reminder = models.ForeignKey(
        "crm.Message", models.SET_NULL, null=True, blank=True, db_index=False, related_name="+"
    )
    source = models.CharField(max_length=60)
    source_id = models.CharField(max_length=200)
    asked_at = models.DateTimeField(_("asked"))
    expires_at = models.DateTimeField(_("can be answered until"))
    reminded_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When it was decided about the one reminder, whether it could be sent or not.",
    )
    delivered_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When it was asked, once the channel took the message. Empty again where it came back.",
    )
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint("source", "source_id", name="invited_once"),
            ExclusionConstraint(
                name="nobody_is_asked_twice_in_a_window",
                expressions=[
                    ("customer", RangeOperators.EQUAL),
                    ("budget", RangeOperators.EQUAL),
                    ("window", RangeOperators.OVERLAPS),
                ],
                condition=Q(withdrawn_at=None),
            ),
        ]
        indexes = [
            models.Index("asked_at", condition=Q(answered_at=None, reminder=None), name="to_be_reminded"),
            models.Index(
                fields=["delivered_at"],
                include=["version", "answered_at", "shop", "channel", "wave", "customer"],
                condition=Q(delivered_at__isnull=False),
                name="invitations_counted",
            ),
            models.Index("asked_at", condition=Q(delivered_at=None), name="invitations_on_the_way"),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"


class Skip(models.Model):
    """Somebody was not asked, and why."""

    class Reason(models.TextChoices):
        ASKED_LATELY = "asked_lately", _("was asked something else lately")
        NOT_DRAWN = "not_drawn", _("was not drawn")
        CONDITION = "condition", _("the condition does not hold any more")
        NO_WAY = "no_way", _("cannot be reached")
        NO_CONSENT = "no_consent", _("wants no surveys")
        ENDED = "ended", _("the survey is not asked any more")
        ERASED = "erased", _("was forgotten")
        TOO_LATE = "too_late", _("it was too long ago")
        TOO_OFTEN = "too_often", _("has heard enough from us this week")
        SWITCHED_OFF = "switched_off", _("invitations are switched off")

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="skips", verbose_name=_("survey"))
    customer = models.ForeignKey("crm.Customer", models.PROTECT, related_name="+", verbose_name=_("customer"))
    source = models.CharField(max_length=60)
    source_id = models.CharField(max_length=200)
    reason = models.CharField(_("why not"), max_length=12, choices=Reason)
    probability = models.DecimalField(max_digits=5, decimal_places=4, default=Decimal(1))
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("person not asked")
        verbose_name_plural = _("people not asked")
        constraints = [models.UniqueConstraint("source", "source_id", name="skipped_once")]
        indexes = [models.Index("survey", "at", name="skips_of_a_survey")]

    def __str__(self) -> str:
        return self.get_reason_display()


class ScannerVote(models.Model):
    """A score that a machine sent on its way: kept apart, never counted."""

    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="scanner_votes")
    value = models.SmallIntegerField(null=True)
    why = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("vote of a scanner")
        verbose_name_plural = _("votes of scanners")

    def __str__(self) -> str:
        return self.why
