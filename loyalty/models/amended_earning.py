from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class AmendedEarningQuerySet(models.QuerySet["AmendedEarning"]):
    def newest_of(self, orders: Collection[int]) -> dict[tuple[int, int], AmendedEarning]:
        """(order, programme) → what counts since the order was changed last. Orders never changed are not in it."""
        found = self.filter(order__in=orders).order_by("order", "programme", "-pk")
        return {(one.order_id, one.programme_id): one for one in found.distinct("order", "programme")}


class AmendedEarning(models.Model):
    """What a purchase earns in all since the shop changed it. The newest counts, instead of what its earning says.

    `trace` is as that of the earning: the rules of the day of the purchase, with the lines as they were changed to.
    """

    append_only: ClassVar[bool] = True

    programme = models.ForeignKey("loyalty.Programme", models.PROTECT, db_index=False, related_name="+")
    order = models.ForeignKey(
        "crm.Order",
        models.PROTECT,
        db_index=False,
        related_name="amended_earnings",
        verbose_name=_("order"),
    )
    points = models.BigIntegerField(_("points"))
    trace = models.JSONField(_("why"))
    recorded_at = models.DateTimeField(_("recorded"))

    objects = AmendedEarningQuerySet.as_manager()

    class Meta:
        verbose_name = _("earning of a changed order")
        verbose_name_plural = _("earnings of changed orders")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(points__gte=0), name="amended_earning_is_never_less_than_nothing"
            ),
        ]
        indexes = [
            models.Index("order", "programme", models.F("id").desc(), name="amended_earnings_of_an_order")
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.points}"
