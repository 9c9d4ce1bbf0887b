from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Named


class GiftRuleQuerySet(models.QuerySet["GiftRule"]):
    def given_at(self, at: datetime) -> GiftRuleQuerySet:
        return self.filter(
            Q(ends_at=None) | Q(ends_at__gt=at),
            Q(programme__closed_at=None) | Q(programme__closed_at__gt=at),
            starts_at__lte=at,
            programme__started_at__lte=at,
        )


class GiftRule(Named):
    """Every member gets this for their birthday, or as a welcome: points, or a code of a pool."""

    class Occasion(models.TextChoices):
        BIRTHDAY = "birthday", _("birthday")
        WELCOME = "welcome", _("welcome")

    programme = models.ForeignKey(
        "loyalty.Programme", models.PROTECT, related_name="gift_rules", verbose_name=_("programme")
    )
    occasion = models.CharField(pgettext_lazy("occasion", "for"), max_length=8, choices=Occasion)
    days_before = models.PositiveSmallIntegerField(
        _("from, days before"), default=0, help_text=_("For a birthday: the gift comes so many days earlier.")
    )
    days_after = models.PositiveSmallIntegerField(
        _("until, days after"),
        default=7,
        help_text=_("Whoever becomes a member in these days still gets it."),
    )
    cool_down_days = models.PositiveSmallIntegerField(
        _("a changed birthday counts after, days"),
        default=180,
        help_text=_("Until then there is no gift: nobody has a birthday twice a year."),
    )
    points = models.PositiveIntegerField(_("points"), null=True, blank=True)
    points_days = models.PositiveSmallIntegerField(
        _("the points live for, days"), null=True, blank=True, help_text=_("Empty: without an end.")
    )
    pool = models.ForeignKey(
        "loyalty.CouponPool",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("a code of this pool"),
    )
    budget = models.ForeignKey(
        "loyalty.Budget",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("budget"),
        help_text=_("Of points. A gift that it has no room for waits, as long as its days last."),
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)

    objects = GiftRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("gift")
        verbose_name_plural = _("gifts")
        constraints = [
            models.CheckConstraint(
                condition=Q(points__isnull=False, points__gt=0, pool=None)
                | Q(points=None, pool__isnull=False),
                name="gift_is_points_or_a_code",
                violation_error_message=_("Give points or a code, one of the two."),
            ),
            models.CheckConstraint(
                condition=Q(days_before__lte=60, days_after__lte=60), name="days_of_a_gift_within_a_season"
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="gift_ends_after_it_starts"
            ),
        ]


class GiftGrant(models.Model):
    """A member got a gift: once per rule and year of the occasion (a welcome has no year: 0)."""

    append_only = True

    rule = models.ForeignKey(
        GiftRule, models.PROTECT, db_index=False, related_name="grants", verbose_name=_("gift")
    )
    member = models.ForeignKey(
        "loyalty.Member", models.PROTECT, related_name="gifts", verbose_name=_("member")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    points = models.PositiveIntegerField(_("points"), null=True, blank=True)
    transaction = models.ForeignKey(
        "loyalty.Transaction",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        db_constraint=False,
        related_name="+",
    )
    coupon = models.ForeignKey(
        "loyalty.Coupon",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("coupon"),
    )
    granted_at = models.DateTimeField(_("given"))

    class Meta:
        default_permissions = ("view",)
        verbose_name = _("given gift")
        verbose_name_plural = _("given gifts")
        constraints = [
            models.UniqueConstraint("rule", "member", "year", name="gift_once_per_occasion"),
        ]

    def __str__(self) -> str:
        return f"{self.rule}, {self.member}, {self.year}"
