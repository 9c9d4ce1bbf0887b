from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.models import Named
from surveys.models.issue import Department, Issue
from surveys.models.response import Response


class Theme(Named):
    """What feedback is about. Each theme is one department's."""

    slug = models.SlugField(_("short name"), unique=True)
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="themes", verbose_name=_("department")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = ["position", "pk"]


class ThemeRule(models.Model):
    """By which words a theme is known in a language; each word says how strongly. Replaced, never changed."""

    theme = models.ForeignKey(Theme, models.CASCADE, related_name="rules", verbose_name=_("theme"))
    language = models.CharField(_("language"), max_length=5)
    words = models.JSONField(
        _("words"), default=list, help_text=_("Beginnings of words, one a line: доставк, курьер.")
    )
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField(_("written"))
    ended_at = models.DateTimeField(_("no longer used from"), null=True, blank=True)

    class Meta:
        verbose_name = _("rule of a theme")
        verbose_name_plural = _("rules of themes")
        ordering = ["theme", "language"]
        constraints = [
            models.UniqueConstraint(
                "theme", "language", condition=Q(ended_at=None), name="one_rule_of_a_theme_in_a_language"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.theme_id}/{self.language}"


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    def waiting(self) -> FeedbackQuerySet:
        return self.filter(settled_at=None)

    def overdue(self, at: datetime) -> FeedbackQuerySet:
        return self.waiting().filter(due_at__lt=at)


class Feedback(models.Model):
    """Words about us, wherever they were said: each has exactly one department, an owner and a clock."""

    class Source(models.TextChoices):
        SURVEY = "survey", _("survey")
        REVIEW = "review", _("review")
        TICKET = "ticket", _("ticket")
        API = "api", _("a shop's system")

    class RoutedBy(models.TextChoices):
        RULE = "rule", _("a rule")
        MODEL = "model", _("a model")
        PERSON = "person", _("a colleague")
        NOTHING = "nothing", _("nothing fits")

    source = models.CharField(_("from"), max_length=6, choices=Source)
    source_name = models.CharField(_("where"), max_length=60, blank=True)
    source_id = models.CharField(max_length=200)
    response = models.ForeignKey(
        Response, models.SET_NULL, null=True, blank=True, related_name="feedback", verbose_name=_("response")
    )
    customer = models.ForeignKey(
        "crm.Customer", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("customer")
    )
    author_name = models.CharField(_("author"), max_length=120, blank=True)
    shop = models.ForeignKey(
        "crm.Shop", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("shop")
    )
    language = models.CharField(_("language"), max_length=5)
    text = models.TextField(_("text"))
    rating = models.SmallIntegerField(_("rating"), null=True, blank=True, help_text=_("From 1 to 5."))
    url = models.URLField(_("link"), max_length=500, blank=True)
    occurred_at = models.DateTimeField(_("written"))
    recorded_at = models.DateTimeField(_("recorded"))
    theme = models.ForeignKey(
        Theme, models.SET_NULL, null=True, blank=True, related_name="feedback", verbose_name=_("theme")
    )
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="feedback", verbose_name=_("department")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    routed_by = models.CharField(max_length=7, choices=RoutedBy, default=RoutedBy.NOTHING)
    due_at = models.DateTimeField(_("due"))
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    issue = models.ForeignKey(
        Issue, models.SET_NULL, null=True, blank=True, related_name="feedback", verbose_name=_("issue")
    )
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        constraints = [
            models.UniqueConstraint("source", "source_name", "source_id", name="feedback_kept_once"),
            models.CheckConstraint(
                condition=Q(rating=None) | Q(rating__gte=1, rating__lte=5), name="feedback_rated_1_to_5"
            ),
        ]
        indexes = [
            models.Index(
                "department",
                F("occurred_at").desc(),
                F("id").desc(),
                condition=Q(settled_at=None),
                name="feedback_of_a_department",
            ),
            models.Index(F("occurred_at").desc(), F("id").desc(), name="feedback_newest_first"),
            models.Index("theme", "occurred_at", name="feedback_of_a_theme"),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"

    @property
    def state(self) -> str:
        return "settled" if self.settled_at else "waiting"


class FeedbackLabel(models.Model):
    """A colleague said which theme it is: the truth that rules and models are measured against."""

    append_only = True

    feedback = models.ForeignKey(Feedback, models.DO_NOTHING, related_name="labels")
    theme = models.ForeignKey(Theme, models.DO_NOTHING, related_name="+")
    was = models.ForeignKey(Theme, models.DO_NOTHING, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("label of feedback")
        verbose_name_plural = _("labels of feedback")

    def __str__(self) -> str:
        return f"{self.feedback_id}"


class ThemeModel(models.Model):
    """What was learned about a theme from labels, as the latest night left it, and how right it is beside the words.

    `weights`: see surveys.feedback.learned; nobody's words can be read from them. `f1`, `f1_of_words`: of labels that
    the model had not seen. It decides only where it is better, and since a colleague said so.
    """

    theme = models.OneToOneField(Theme, models.CASCADE, related_name="model", verbose_name=_("theme"))
    weights = models.BinaryField()
    labels = models.PositiveIntegerField(_("texts that colleagues have judged"))
    positives = models.PositiveIntegerField(_("of them of this theme"))
    f1 = models.FloatField()
    f1_of_words = models.FloatField()
    trained_at = models.DateTimeField(_("learned"))
    decides_since = models.DateTimeField(_("decides since"), null=True, blank=True)
    switched_on_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("model of a theme")
        verbose_name_plural = _("models of themes")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(decides_since=None) | Q(f1__gt=F("f1_of_words")),
                name="a_model_decides_where_it_beats_the_words",
            ),
            models.CheckConstraint(
                condition=Q(decides_since=None, switched_on_by=None)
                | Q(decides_since__isnull=False, switched_on_by__isnull=False),
                name="a_model_decides_since_somebody_said_so",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.theme_id}"

    @property
    def beats_the_words(self) -> bool:
        return self.f1 > self.f1_of_words
