from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def running(self, at: datetime) -> ProgrammeQuerySet:
        """Started by then and not closed; the one that started first comes first."""
        is_open = Q(closed_at=None) | Q(closed_at__gt=at)
        return self.filter(is_open, started_at__lte=at).order_by("started_at", "pk")


class Programme(models.Model):
    """What a company promises: how points are called, when they count, how they are spent, when they go.

    A change never reaches back: what an earning was worth stands in its own trace, and a lot keeps its own expiry.
    """

    class Joining(models.TextChoices):
        ASKED = "asked", _("Customers join when they ask to")
        AUTOMATIC = "automatic", _("Every customer who buys is a member")

    class Expiry(models.TextChoices):
        NEVER = "never", _("Points never expire")
        AFTER_EARNING = "after_earning", _("A number of months after they were earned")
        AFTER_ACTIVITY = "after_activity", _("A number of months after the last purchase")
        CALENDAR = "calendar", _("On a day of the year")

    class Rounding(models.TextChoices):
        DOWN = "down", _("Down")
        HALF_UP = "half_up", _("To the nearest")
        UP = "up", _("Up")

    class DebtPolicy(models.TextChoices):
        DEBT = "debt", _("The balance goes below zero, and new points pay it back first")
        FORGIVE = "forgive", _("What was spent already is forgiven")

    class CardCode(models.TextChoices):
        ROTATING = "rotating", _("A new one every 30 seconds: a picture of it is soon worth nothing")
        STATIC = "static", _("Always the same: it can be printed")

    slug = models.SlugField(_("short name"), unique=True)
    name = models.CharField(_("programme's name"), max_length=100)
    currency = models.CharField(_("currency"), max_length=3)
    points_names = models.JSONField(
        _("what points are called"),
        default=dict,
        blank=True,
        help_text=_("For each language the word for points, such as “beans”. Empty: points."),
    )
    joining = models.CharField(_("joining"), max_length=10, choices=Joining, default=Joining.ASKED)
    rounding = models.CharField(_("rounding"), max_length=8, choices=Rounding, default=Rounding.DOWN)
    point_value = models.DecimalField(
        _("value of a point"),
        max_digits=12,
        decimal_places=4,
        default=Decimal("0.01"),
        help_text=_("How much of the currency one point pays."),
    )
    pending_days = models.PositiveSmallIntegerField(
        _("return window, days"),
        default=14,
        help_text=_("Points can be spent this many days after the purchase. 0: at once."),
    )
    expiry = models.CharField(_("expiry"), max_length=14, choices=Expiry, default=Expiry.AFTER_EARNING)
    expiry_months = models.PositiveSmallIntegerField(_("months until expiry"), default=12)
    expiry_month = models.PositiveSmallIntegerField(_("month of expiry"), default=12)
    expiry_day = models.PositiveSmallIntegerField(_("day of expiry"), default=31)
    expiry_warning_days = models.PositiveSmallIntegerField(_("warn before expiry, days"), default=14)
    debt_policy = models.CharField(
        _("returned goods whose points were spent"),
        max_length=8,
        choices=DebtPolicy,
        default=DebtPolicy.DEBT,
    )
    largest_share_percent = models.PositiveSmallIntegerField(
        _("largest part of a purchase that points may pay, %"), default=50
    )
    smallest_balance_points = models.PositiveIntegerField(_("points needed to start spending"), default=0)
    points_pay_delivery = models.BooleanField(_("points may pay delivery"), default=False)
    earn_on_points_part = models.BooleanField(_("what points paid earns points"), default=False)
    excluded_goods = models.JSONField(
        _("goods that points cannot pay"), default=dict, blank=True, help_text=_("A condition on a line.")
    )
    allowance_points = models.PositiveIntegerField(
        _("an agent's allowance, points a day"),
        default=500,
        help_text=_("Adjustments above it need a second person."),
    )
    rule_approval_limit = models.DecimalField(
        _("rules need a second person above"),
        max_digits=14,
        decimal_places=2,
        default=Decimal(500),
        db_default=Decimal(500),
        help_text=_(
            "What a rule may cost more in a year, by its replay, before a second person has to approve it."
        ),
    )
    hold_minutes = models.PositiveIntegerField(_("points are held for, minutes"), default=30)
    card_code = models.CharField(
        _("code on the mobile card"),
        max_length=8,
        choices=CardCode,
        default=CardCode.ROTATING,
        db_default="rotating",
    )
    started_at = models.DateTimeField(_("started"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    # Names the terms as they stand, rules and rewards too. Triggers write it: see sql/editions.sql.
    edition = models.UUIDField(editable=False, db_default=RandomUUID())
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("loyalty programme")
        verbose_name_plural = _("loyalty programmes")
        constraints = [
            models.CheckConstraint(condition=Q(point_value__gt=0), name="point_value_positive"),
            models.CheckConstraint(
                condition=Q(largest_share_percent__lte=100), name="points_pay_at_most_everything"
            ),
            models.CheckConstraint(
                condition=Q(expiry_month__range=(1, 12), expiry_day__range=(1, 31)),
                name="expiry_on_a_day_of_the_year",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("started_at")),
                name="programme_closed_after_it_started",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_running(self, at: datetime) -> bool:
        return self.started_at <= at and (self.closed_at is None or self.closed_at > at)

    @property
    def idle_months(self) -> int | None:
        """After how many months without a purchase all points go, where that is the rule."""
        return self.expiry_months if self.expiry == self.Expiry.AFTER_ACTIVITY else None

    def points_name(self, language: str) -> str:
        """What points are called in a language; empty: points."""
        names = self.points_names if isinstance(self.points_names, dict) else {}
        return str(names.get(language[:2], ""))
