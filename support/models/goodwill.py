from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Goodwill(models.Model):
    """What a colleague gave a customer to make up for something: points, or a coupon."""

    ticket = models.ForeignKey(
        "support.Ticket", models.PROTECT, related_name="goodwill", verbose_name=_("ticket")
    )
    points = models.PositiveIntegerField(_("points"), null=True, blank=True)
    coupon_code = models.CharField(_("coupon"), max_length=40, blank=True)
    coupon_name = models.CharField(max_length=100, blank=True)
    reason = models.CharField(_("reason"), max_length=200)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("given by")
    )
    given_at = models.DateTimeField(_("given"))
    key = models.CharField(max_length=80, unique=True)

    class Meta:
        verbose_name = _("goodwill")
        verbose_name_plural = _("goodwill")
        constraints = [
            models.CheckConstraint(
                condition=Q(points__gt=0, coupon_code="") | (Q(points=None) & ~Q(coupon_code="")),
                name="goodwill_is_points_or_a_coupon",
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.ticket_id}"
