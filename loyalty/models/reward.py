from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.models import Named
from loyalty.models.gives import Gives


class RewardQuerySet(models.QuerySet["Reward"]):
    def offered(self, at: datetime) -> RewardQuerySet:
        """Those of the day, whether or not anything is left of them."""
        return self.not_over(at).filter(starts_at__lte=at)

    def not_over(self, at: datetime) -> RewardQuerySet:
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=at))


class Reward(Named, Gives):
    """What points can be exchanged for. `stock` is what is left, and goes down with each redemption."""

    programme = models.ForeignKey(
        "loyalty.Programme", models.PROTECT, related_name="rewards", verbose_name=_("programme")
    )
    points = models.PositiveIntegerField(_("costs, points"))
    stock = models.PositiveIntegerField(
        _("left"), null=True, blank=True, help_text=_("Goes down with each redemption. Empty: not counted.")
    )
    most_per_member = models.PositiveIntegerField(
        _("at most for one member"), null=True, blank=True, help_text=_("Empty: as often as points allow.")
    )
    conditions = models.JSONField(
        _("who may have it"),
        default=dict,
        blank=True,
        help_text=_("A condition on the customer. Empty: every member."),
    )
    code_days = models.PositiveSmallIntegerField(
        _("the code can be used for, days"), null=True, blank=True, help_text=_("Empty: without an end.")
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = RewardQuerySet.as_manager()

    class Meta:
        verbose_name = _("reward")
        verbose_name_plural = _("rewards")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="reward_ends_after_it_starts"
            ),
        ]

    def is_offered(self, at: datetime) -> bool:
        """One row's word on what `RewardQuerySet.offered` asks of many."""
        return self.starts_at <= at and (self.ends_at is None or self.ends_at > at)


class Redemption(Gives):
    """A member took a reward: what it gave then, and for how many points. Its code, if it has one, is a `Coupon`."""

    reward = models.ForeignKey(
        Reward, models.PROTECT, related_name="redemptions", verbose_name=_("reward"), db_index=False
    )
    member = models.ForeignKey(
        "loyalty.Member", models.PROTECT, related_name="redemptions", verbose_name=_("member"), db_index=False
    )
    points = models.PositiveIntegerField(_("points"))
    tier = models.CharField(
        _("tier"), max_length=50, blank=True, help_text=_("The member's, at that moment.")
    )
    key = models.CharField(max_length=200, unique=True, editable=False)
    transaction = models.ForeignKey(
        "loyalty.Transaction",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        db_constraint=False,
        related_name="+",
    )
    shop = models.ForeignKey(
        "crm.Shop",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("shop"),
    )
    redeemed_at = models.DateTimeField(_("redeemed"))
    cancelled_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("taken back by"),
    )
    cancel_reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("redeemed reward")
        verbose_name_plural = _("redeemed rewards")
        constraints = [
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=False) | Q(cancelled_by=None, cancel_reason=""),
                name="redemption_taken_back_has_a_when",
            ),
        ]
        indexes = [
            models.Index(fields=["reward", "redeemed_at"], name="redemptions_by_reward"),
            models.Index(fields=["member", "reward"], name="redemptions_by_member"),
        ]

    def __str__(self) -> str:
        return f"{self.reward}, {self.member}"
