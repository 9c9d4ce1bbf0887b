from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models import Named


class SurveyQuerySet(models.QuerySet["Survey"]):
    def in_use(self, at: datetime) -> SurveyQuerySet:
        """With a version that people may be asked."""
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=at), versions__state="published")


class Survey(Named):
    """Something that is asked. What exactly stands in its versions; when, in its triggers and waves."""

    class Budget(models.TextChoices):
        """What a person is asked about counts apart: after something happened, about the whole, and at work.

        Whether we have made up for something is asked of people who were asked lately: it counts for itself too.
        """

        TRANSACTIONAL = "transactional", _("after something happened")
        RELATIONSHIP = "relationship", _("about us as a whole")
        RECOVERY = "recovery", _("after we made up for something")
        STAFF = "staff", _("among colleagues")

    slug = models.SlugField(_("short name"), unique=True)
    budget = models.CharField(_("occasion"), max_length=13, choices=Budget)
    is_anonymous = models.BooleanField(
        _("anonymous"),
        default=False,
        help_text=_("No answer is kept with the person, nor shown in small groups."),
    )
    channels = models.JSONField(
        _("channels"), default=list, blank=True, help_text=_("By which people may be asked. Empty: all.")
    )
    valid_days = models.PositiveSmallIntegerField(_("a link can be used for, days"), default=14)
    reminder_days = models.PositiveSmallIntegerField(
        _("one reminder after, days"), null=True, blank=True, help_text=_("Empty: none.")
    )
    opens_tickets = models.BooleanField(
        _("an unhappy answer opens a ticket"), default=True, help_text=_("NPS up to 6, CSAT up to 2.")
    )
    ended_at = models.DateTimeField(_("no longer used from"), null=True, blank=True)

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        ordering = ["pk"]
        permissions = [
            ("publish_survey", _("Can publish surveys")),
            ("see_answers", _("Can see who answered what")),
        ]


class SurveyVersion(models.Model):
    """One wording of a survey: `content` is what surveys.content reads. Once published it never changes."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        RETIRED = "retired", _("retired")

    survey = models.ForeignKey(Survey, models.PROTECT, related_name="versions", verbose_name=_("survey"))
    number = models.PositiveIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT)
    content = models.JSONField(default=dict)
    content_hash = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of the content, once published."
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("written by")
    )
    written_at = models.DateTimeField(_("written"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        verbose_name = _("version of a survey")
        verbose_name_plural = _("versions of surveys")
        ordering = ["survey", "-number"]
        constraints = [
            models.UniqueConstraint("survey", "number", name="survey_version_numbered_once"),
            models.UniqueConstraint(
                "survey", condition=Q(state="published"), name="one_version_of_a_survey_is_asked"
            ),
            models.UniqueConstraint(
                "survey", condition=Q(state="draft"), name="one_version_of_a_survey_is_written"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(published_at__isnull=False),
                name="survey_version_published_at_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.survey_id}/{self.number}"
