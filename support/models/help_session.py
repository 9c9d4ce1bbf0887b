from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class HelpSession(models.Model):
    """One visit of one browser to the help centre. Whose it is nobody knows, unless they told it by themselves.

    It is settled once 72 hours have passed since its last step: did the article answer, or did the person write to us
    after all? See support.measures.deflection.
    """

    class Outcome(models.TextChoices):
        SOLVED = "solved", _("solved: they said so")
        QUIET = "quiet", _("read, and did not write to us")
        WROTE = "wrote", _("wrote to us")
        UNANSWERED = "unanswered", _("found nothing to read")
        LOOKED = "looked", _("only looked around")

    token_hash = models.CharField(
        max_length=64, unique=True, help_text="SHA-256 of what stands in the signed cookie."
    )
    customer = models.ForeignKey(
        "crm.Customer",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="help_sessions",
        verbose_name=_("customer"),
    )
    language = models.CharField(_("language"), max_length=5)
    started_at = models.DateTimeField(_("started"))
    last_at = models.DateTimeField(_("last step"))
    solved_at = models.DateTimeField(_("solved"), null=True, blank=True)
    wrote_at = models.DateTimeField(_("wrote to us"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)

    class Meta:
        verbose_name = _("visit to the help centre")
        verbose_name_plural = _("visits to the help centre")
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_at=None, outcome="") | Q(settled_at__isnull=False) & ~Q(outcome=""),
                name="settled_visit_has_an_outcome",
            )
        ]
        indexes = [
            models.Index("last_at", condition=Q(settled_at=None), name="visits_to_settle"),
            models.Index("started_at", name="visits_by_day"),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"


class HelpEvent(models.Model):
    """A step of a visit. Numbers and addresses that somebody typed into the search are not kept."""

    class Kind(models.TextChoices):
        SEARCHED = "searched", _("searched")
        SUGGESTED = "suggested", _("was shown articles before asking")
        OPENED = "opened", _("opened an article")
        ASKED = "asked", _("went on to write to us")
        SOLVED = "solved", _("said that it is solved")

    session = models.ForeignKey(HelpSession, models.CASCADE, related_name="events", verbose_name=_("visit"))
    kind = models.CharField(_("what"), max_length=9, choices=Kind)
    article = models.ForeignKey(
        "support.Article",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="help_events",
        verbose_name=_("article"),
    )
    words = models.CharField(_("words"), max_length=120, blank=True)
    found = models.PositiveSmallIntegerField(_("found"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=5)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("step of a visit")
        verbose_name_plural = _("steps of visits")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                "session", "article", condition=Q(kind="opened"), name="reading_counts_once_a_visit"
            )
        ]
        indexes = [
            models.Index("article", "at", condition=Q(kind="opened"), name="readings_of_an_article"),
            models.Index(F("id").desc(), condition=Q(kind="searched", found=0), name="searches_in_vain"),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"
