from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.models import Named


class Scenario(Named):
    """A situation that scripts are for: an angry customer, a lost parcel. What is asked about suggests it."""

    slug = models.SlugField(_("short name"), unique=True)
    topics = models.ManyToManyField(
        "support.Topic", blank=True, related_name="scenarios", verbose_name=_("topics")
    )
    words = models.JSONField(
        _("words"),
        default=dict,
        blank=True,
        help_text=_("Words of customers that suggest it, by the code of the language: en, ru, bg."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        ordering = ["position", "pk"]


class ScriptQuerySet(models.QuerySet["Script"]):
    def in_use(self, at: datetime) -> ScriptQuerySet:
        """With a version that colleagues may play."""
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=at), versions__state="published")


class Script(Named):
    """What to say and do in a hard conversation, step by step. What stands in it is its versions'."""

    slug = models.SlugField(_("short name"), unique=True)
    scenario = models.ForeignKey(Scenario, models.PROTECT, related_name="scripts", verbose_name=_("scenario"))
    folder = models.CharField(_("folder"), max_length=60, blank=True)
    shortcut = models.SlugField(
        _("shortcut"), max_length=30, unique=True, help_text=_("Typed after a slash: /refund.")
    )
    teams = models.ManyToManyField(
        "support.Team",
        blank=True,
        related_name="scripts",
        verbose_name=_("teams"),
        help_text=_("Empty: all."),
    )
    suggest_when = models.JSONField(
        _("suggested when"),
        null=True,
        blank=True,
        help_text="A condition about the ticket, see crm.rules; empty: by its scenario alone.",
    )
    ended_at = models.DateTimeField(_("no longer used from"), null=True, blank=True)

    objects = ScriptQuerySet.as_manager()

    class Meta:
        verbose_name = _("script")
        verbose_name_plural = _("scripts")
        ordering = ["folder", "pk"]
        permissions = [
            ("publish_script", _("Can review and publish scripts")),
        ]


class ScriptVersion(models.Model):
    """One wording of a script. `content` is a tree of steps, see support.scripts.content.

    A draft is written, handed in for review, approved by another person, published, and retired by the next one
    that is published. After the draft its content never changes: runs point to what was really played.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        IN_REVIEW = "in_review", _("in review")
        APPROVED = "approved", _("approved")
        PUBLISHED = "published", _("published")
        RETIRED = "retired", _("retired")

    script = models.ForeignKey(Script, models.PROTECT, related_name="versions", verbose_name=_("script"))
    number = models.PositiveIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT)
    content = models.JSONField(default=dict)
    content_hash = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of the content, once handed in."
    )
    waived_languages = models.JSONField(
        default=list, blank=True, help_text="Languages that this version knowingly does without."
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("written by")
    )
    written_at = models.DateTimeField(_("written"))
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    submitted_at = models.DateTimeField(_("handed in"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    remarks = models.TextField(
        _("what to change"), blank=True, help_text=_("Of the reviewer who sent it back.")
    )
    sent_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("sent back by"),
    )
    sent_back_at = models.DateTimeField(_("sent back"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        verbose_name = _("version of a script")
        verbose_name_plural = _("versions of scripts")
        ordering = ["script", "-number"]
        constraints = [
            models.UniqueConstraint("script", "number", name="script_version_numbered_once"),
            models.UniqueConstraint(
                "script", condition=Q(state="published"), name="one_version_of_a_script_is_played"
            ),
            models.UniqueConstraint(
                "script",
                condition=Q(state__in=["draft", "in_review", "approved"]),
                name="one_version_of_a_script_is_being_made",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("submitted_by")),
                name="script_approved_by_another_person",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False, approved_at__isnull=False),
                name="script_published_after_approval",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.script_id}/{self.number}"
