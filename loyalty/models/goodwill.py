from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _


class GoodwillCoupon(models.Model):
    """A colleague gave a member a code of a pool to make up for something. Counted against their day."""

    coupon = models.OneToOneField("loyalty.Coupon", models.PROTECT, related_name="goodwill")
    pool = models.ForeignKey("loyalty.CouponPool", models.PROTECT, db_index=False, related_name="+")
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, db_index=False, related_name="+", verbose_name=_("given by")
    )
    given_at = models.DateTimeField(_("given"))

    class Meta:
        default_permissions = ()
        verbose_name = _("coupon of goodwill")
        verbose_name_plural = _("coupons of goodwill")
        indexes = [models.Index("given_by", "pool", F("given_at").desc(), name="goodwill_of_a_colleague")]

    def __str__(self) -> str:
        return f"№ {self.coupon_id}"
