from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RawDeliveryQuerySet(models.QuerySet["RawDelivery"]):
    def due(self, at: datetime) -> RawDeliveryQuerySet:
        return self.filter(processed_at=None, next_try_at__lte=at)


class RawDelivery(models.Model):
    """What a provider brought, to the byte, once per delivery: kept before anything is made of it.

    `next_try_at` is empty once it was worked off, or when people have to look at it.
    """

    account = models.ForeignKey(
        "crm.ChannelAccount", models.PROTECT, related_name="deliveries", verbose_name=_("channel")
    )
    delivery_id = models.CharField(_("number of the delivery"), max_length=200)
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    received_at = models.DateTimeField(_("received"))
    processed_at = models.DateTimeField(_("worked off"), null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.CharField(_("error"), max_length=2000, blank=True)
    next_try_at = models.DateTimeField(_("next attempt"), null=True)

    objects = RawDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint("account", "delivery_id", name="delivered_once_per_account"),
        ]
        indexes = [
            models.Index("next_try_at", condition=Q(processed_at=None), name="delivery_still_to_do"),
        ]

    def __str__(self) -> str:
        return self.delivery_id
