from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ShipmentQuerySet(models.QuerySet["Shipment"]):
    def overdue(self, on: date) -> ShipmentQuerySet:
        """Promised for a day before `on`, and still not there."""
        return self.filter(promised_on__lt=on, delivered_at=None).exclude(order__progress="cancelled")


class Shipment(models.Model):
    """A parcel of an order: who carries it, where it goes, when it was promised and when it came."""

    order = models.ForeignKey("crm.Order", models.CASCADE, related_name="shipments", verbose_name=_("order"))
    external_id = models.CharField(max_length=64)
    carrier = models.CharField(_("carrier"), max_length=50, blank=True)
    tracking_number = models.CharField(_("tracking number"), max_length=64, blank=True)
    pickup_point = models.CharField(_("pickup point"), max_length=200, blank=True)
    promised_on = models.DateField(_("promised for"), null=True, blank=True)
    shipped_at = models.DateTimeField(_("shipped"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)

    objects = ShipmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("parcel")
        verbose_name_plural = _("parcels")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint("order", "external_id", name="parcel_known_once_per_order")]
        indexes = [
            models.Index(
                "promised_on",
                condition=Q(delivered_at=None),
                name="parcel_still_awaited",
            ),
            models.Index(
                "tracking_number",
                condition=~Q(tracking_number=""),
                name="parcel_by_tracking",
            ),
        ]

    def __str__(self) -> str:
        return " ".join(part for part in (self.carrier, self.tracking_number) if part) or str(self.order)

    def is_overdue(self, on: date) -> bool:
        return self.delivered_at is None and self.promised_on is not None and self.promised_on < on
