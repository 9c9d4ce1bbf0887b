from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Named
from crm.models.long_work import LongWork, LongWorkQuerySet
from loyalty.models.gives import Gives


class CouponPool(Named, Gives):
    """Codes that all give the same, on the same terms."""

    programme = models.ForeignKey(
        "loyalty.Programme", models.PROTECT, related_name="coupon_pools", verbose_name=_("programme")
    )
    minimum_amount = models.DecimalField(
        _("smallest purchase"), max_digits=14, decimal_places=2, default=0, help_text=_("Of goods.")
    )
    conditions = models.JSONField(
        _("who may use it"),
        default=dict,
        blank=True,
        help_text=_("A condition on the customer. Empty: anybody."),
    )
    uses_per_code = models.PositiveIntegerField(
        _("each code, times"), null=True, blank=True, default=1, help_text=_("Empty: as often as wanted.")
    )
    uses_per_person = models.PositiveIntegerField(
        _("one person, times"),
        null=True,
        blank=True,
        help_text=_("Over all codes of the pool; then only members can use them. Empty: as often as wanted."),
    )
    uses_left = models.PositiveIntegerField(
        _("all together, times left"),
        null=True,
        blank=True,
        help_text=pgettext_lazy("uses", "Empty: not counted."),
    )
    budget = models.ForeignKey(
        "loyalty.Budget",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("budget"),
        help_text=_("Of money: what the codes take off counts."),
    )
    days_valid = models.PositiveSmallIntegerField(
        _("a member's own code can be used for, days"),
        null=True,
        blank=True,
        help_text=_("From the day it is given. Empty: as long as the pool."),
    )
    goodwill_per_day = models.PositiveSmallIntegerField(
        _("goodwill: one colleague, codes a day"),
        null=True,
        blank=True,
        help_text=_("So many may be given to customers whom something went wrong for. Empty: none."),
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("pool of coupons")
        verbose_name_plural = _("pools of coupons")
        permissions = [("take_codes_out", _("Can take the codes of a pool out as a file"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="pool_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=Q(minimum_amount__gte=0), name="smallest_purchase_not_negative"),
        ]


class CouponBatchQuerySet(LongWorkQuerySet["CouponBatch"]):
    def at_work(self) -> CouponBatchQuerySet:
        return self.filter(finished_at=None, cancelled_at=None)


class CouponBatch(LongWork):
    """Codes being made for a pool. `made` moves with the codes it counts, so that a stopped batch goes on there."""

    pool = models.ForeignKey(CouponPool, models.CASCADE, related_name="batches", verbose_name=_("pool"))
    wanted = models.PositiveIntegerField(_("codes wanted"))
    made = models.PositiveIntegerField(_("codes made"), default=0)
    prefix = models.CharField(_("beginning"), max_length=10, blank=True)
    moved_at = models.DateTimeField()  # nobody reads it on a page: it needs no name
    finished_at = models.DateTimeField(_("done"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("stopped"), null=True, blank=True)

    objects = CouponBatchQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = _("batch of codes")
        verbose_name_plural = _("batches of codes")
        constraints = [
            models.CheckConstraint(condition=Q(made__lte=F("wanted")), name="batch_never_past_its_end"),
        ]

    def __str__(self) -> str:
        return f"{self.made} / {self.wanted}"

    @property
    def percent(self) -> int:
        return 100 * self.made // self.wanted if self.wanted else 100

    @property
    def is_over(self) -> bool:
        return self.finished_at is not None or self.cancelled_at is not None


class CouponQuerySet(models.QuerySet["Coupon"]):
    def of_use(self) -> CouponQuerySet:
        """Neither blocked nor used up."""
        return self.filter(blocked_at=None).exclude(uses_left=0)


class Coupon(models.Model):
    """One code, of a pool or of a redeemed reward. With a holder, only that member can use it."""

    pool = models.ForeignKey(
        CouponPool,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="coupons",
        verbose_name=_("pool"),
    )
    redemption = models.OneToOneField(
        "loyalty.Redemption",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="coupon",
        verbose_name=_("redeemed reward"),
    )
    code = models.CharField(
        pgettext_lazy("coupon", "code"),
        max_length=40,
        unique=True,
        help_text=_("As it is compared: no gaps."),
    )
    holder = models.ForeignKey(
        "loyalty.Member",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="coupons",
        verbose_name=_("holder"),
    )
    uses_left = models.PositiveIntegerField(_("times left"), null=True, blank=True)
    valid_until = models.DateTimeField(_("until"), null=True, blank=True)
    blocked_at = models.DateTimeField(_("blocked"), null=True, blank=True)
    created_at = models.DateTimeField(_("made"))

    objects = CouponQuerySet.as_manager()

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        constraints = [
            models.CheckConstraint(
                condition=Q(pool=None, redemption__isnull=False) | Q(pool__isnull=False, redemption=None),
                name="coupon_is_of_a_pool_or_of_a_reward",
            ),
            models.CheckConstraint(condition=~Q(code=""), name="coupon_has_a_code"),
        ]
        indexes = [
            models.Index(fields=["pool", "id"], condition=~Q(pool=None), name="coupons_by_pool"),
            models.Index(fields=["holder"], condition=~Q(holder=None), name="coupons_by_holder"),
        ]

    def __str__(self) -> str:
        return self.written

    @property
    def written(self) -> str:
        """As people read and type it: a long code in groups of four."""
        if len(self.code) < 12:
            return self.code
        return "-".join(self.code[start : start + 4] for start in range(0, len(self.code), 4))

    @property
    def terms(self) -> Gives:
        terms: Gives | None = self.pool or self.redemption
        assert terms is not None  # noqa: S101 - a constraint says so
        return terms


class CouponUse(models.Model):
    """A code was used. When its order is cancelled, `released_at` says so and the code is free again."""

    coupon = models.ForeignKey(
        Coupon, models.PROTECT, db_index=False, related_name="uses", verbose_name=_("coupon")
    )
    pool = models.ForeignKey(
        CouponPool,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("pool"),
    )
    member = models.ForeignKey(
        "loyalty.Member",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="coupon_uses",
        verbose_name=_("member"),
    )
    shop = models.ForeignKey(
        "crm.Shop", models.PROTECT, db_index=False, related_name="+", verbose_name=_("shop")
    )
    order_external_id = models.CharField(_("order"), max_length=64, blank=True)
    key = models.CharField(max_length=200, unique=True, editable=False)
    goods_amount = models.DecimalField(_("off the goods"), max_digits=14, decimal_places=2, default=0)
    delivery_amount = models.DecimalField(_("off the delivery"), max_digits=14, decimal_places=2, default=0)
    currency = models.CharField(_("currency"), max_length=3)
    used_at = models.DateTimeField(_("used"))
    released_at = models.DateTimeField(_("released"), null=True, blank=True)

    class Meta:
        verbose_name = _("use of a coupon")
        verbose_name_plural = _("uses of coupons")
        constraints = [
            models.CheckConstraint(
                condition=Q(goods_amount__gte=0, delivery_amount__gte=0), name="coupon_takes_nothing_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["coupon"], name="coupon_uses_by_coupon"),
            models.Index(fields=["pool", "member"], condition=~Q(pool=None), name="coupon_uses_by_person"),
            models.Index(
                fields=["shop", "order_external_id"],
                condition=~Q(order_external_id=""),
                name="coupon_uses_by_order",
            ),
        ]

    def __str__(self) -> str:
        return str(self.coupon)
