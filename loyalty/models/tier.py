from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from loyalty import privileges


class Tier(models.Model):
    """A level of a programme, and what it takes. Several tracks are several ladders beside one another.

    What is counted, over which time and how one goes down is the same for all tiers of a track.
    """

    class Figure(models.TextChoices):
        SPEND = "spend", _("amount of purchases")
        ORDERS = "orders", _("number of purchases")
        POINTS = "points", _("points earned")
        VISITS = "visits", _("days with a purchase in the shop")
        REFERRALS = "referrals", _("new customers referred")

    class Period(models.TextChoices):
        ROLLING = "rolling", _("the last months")
        CALENDAR = "calendar", _("the calendar period")

    programme = models.ForeignKey(
        "loyalty.Programme", models.PROTECT, db_index=False, related_name="tiers", verbose_name=_("programme")
    )
    track = models.SlugField(_("ladder"), max_length=50, default="main", db_index=False)
    slug = models.SlugField(_("short name"), max_length=50, db_index=False)
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=100)
    names = models.JSONField(_("names in other languages"), default=dict, blank=True)
    level = models.PositiveSmallIntegerField(_("level"), help_text=_("The higher, the better."))
    figure = models.CharField(_("what counts"), max_length=9, choices=Figure, default=Figure.SPEND)
    threshold = models.DecimalField(_("needed"), max_digits=14, decimal_places=2, default=0)
    period = models.CharField(_("counted over"), max_length=8, choices=Period, default=Period.ROLLING)
    months = models.PositiveSmallIntegerField(_("months"), default=12)
    grace_days = models.PositiveSmallIntegerField(
        _("grace, days"),
        default=0,
        help_text=_("So long a member keeps the tier after the figure fell below what is needed."),
    )
    lands_softly = models.BooleanField(
        _("one level down at a time"), default=True, help_text=_("Otherwise straight to the tier earned.")
    )

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering = ["programme", "track", "level"]
        constraints = [
            models.UniqueConstraint("programme", "track", "level", name="tier_stands_alone_on_its_level"),
            models.UniqueConstraint("programme", "slug", name="tier_named_once_in_a_programme"),
            models.CheckConstraint(condition=Q(threshold__gte=0), name="tier_threshold_never_negative"),
            models.CheckConstraint(condition=Q(months__range=(1, 36)), name="tier_counts_some_months"),
        ]

    def __str__(self) -> str:
        return self.name

    def name_in(self, language: str) -> str:
        return str(self.names.get(language) or self.name)


class TierPrivilege(models.Model):
    """Something that a tier and all above it have: see loyalty.privileges."""

    tier = models.ForeignKey(Tier, models.CASCADE, related_name="privileges", verbose_name=_("tier"))
    kind = models.CharField(_("privilege"), max_length=30, choices=privileges.choices)
    settings = models.JSONField(_("settings"), default=dict, blank=True)

    class Meta:
        verbose_name = _("privilege")
        verbose_name_plural = _("privileges")

    def __str__(self) -> str:
        return str(privileges.PRIVILEGES[self.kind].label)


class MemberTierQuerySet(models.QuerySet["MemberTier"]):
    def valid(self, at: datetime) -> MemberTierQuerySet:
        still = Q(ended_at=None) | Q(ended_at__gt=at)
        return self.filter(still, since_at__lte=at)


class MemberTier(models.Model):
    """That a member has a tier, since when, and until when. `until_at`: it is kept at least so long, then decided."""

    member = models.ForeignKey("loyalty.Member", models.PROTECT, db_index=False, related_name="tiers")
    track = models.CharField(max_length=50, default="main")
    tier = models.ForeignKey(Tier, models.PROTECT, related_name="memberships", verbose_name=_("tier"))
    since_at = models.DateTimeField(_("since"))
    until_at = models.DateTimeField(_("kept until"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = MemberTierQuerySet.as_manager()

    class Meta:
        verbose_name = _("member's tier")
        verbose_name_plural = _("members' tiers")
        constraints = [
            models.UniqueConstraint(
                "member", "track", condition=Q(ended_at=None), name="one_tier_on_a_track"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("since_at")), name="tier_ends_after_it_began"
            ),
        ]
        indexes = [
            models.Index("member", F("since_at").desc(), name="tiers_of_a_member"),
            models.Index(fields=["since_at"], name="tiers_by_day"),
        ]

    def __str__(self) -> str:
        return str(self.tier)

    def is_valid(self, at: datetime) -> bool:
        """One row's word on what `MemberTierQuerySet.valid` asks of many."""
        return self.since_at <= at and (self.ended_at is None or self.ended_at > at)
