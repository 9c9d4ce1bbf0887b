from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class QualifyingMonth(models.Model):
    """What counts towards tiers, for each member and month of the company's clock. What came back is taken off again.

    The figures of all time stand here, so that tiers of a million members are sums over a few rows each.
    """

    pk = models.CompositePrimaryKey("member_id", "month")
    member = models.ForeignKey(
        "loyalty.Member", models.CASCADE, db_index=False, related_name="qualifying_months"
    )
    month = models.DateField(_("month"), help_text=_("Its first day."))
    spend = models.DecimalField(_("amount of purchases"), max_digits=16, decimal_places=2, default=0)
    orders = models.IntegerField(_("number of purchases"), default=0)
    points = models.BigIntegerField(_("points earned"), default=0)
    visits = models.IntegerField(_("days with a purchase in the shop"), default=0)
    referrals = models.IntegerField(_("new customers referred"), default=0)

    objects: models.Manager[QualifyingMonth] = models.Manager()

    class Meta:
        verbose_name = _("qualifying month")
        verbose_name_plural = _("qualifying months")

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
