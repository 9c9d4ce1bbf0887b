from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CustomerPreference(models.Model):
    """How somebody likes to pay and to get their goods. What a checkout offers begins with it."""

    class Payment(models.TextChoices):
        CARD = "card", _("by card, online")
        ON_DELIVERY = "on_delivery", _("when the goods come")
        IN_SHOP = "in_shop", _("in the shop")
        TRANSFER = "transfer", _("by bank transfer")
        INSTALMENTS = "instalments", _("in instalments")

    class Delivery(models.TextChoices):
        COURIER = "courier", _("by courier, to the door")
        PICKUP_POINT = "pickup_point", _("to a pick-up point")
        LOCKER = "locker", _("to a parcel locker")
        POST = "post", _("by post")
        IN_SHOP = "in_shop", _("I collect it in the shop")

    customer = models.OneToOneField(
        "crm.Customer", models.CASCADE, primary_key=True, related_name="preference"
    )
    payment = models.CharField(_("payment"), max_length=12, choices=Payment, blank=True)
    delivery = models.CharField(_("delivery"), max_length=12, choices=Delivery, blank=True)
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("preferences of a customer")
        verbose_name_plural = _("preferences of customers")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.customer_id)
