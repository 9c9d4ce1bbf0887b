from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Return(models.Model):
    """Goods that came back, or a credit. Its lines say what they were sold as, where that is known.

    Without `order` it stands alone, or is of several orders.
    """

    shop = models.ForeignKey("crm.Shop", models.PROTECT, related_name="returns", verbose_name=_("shop"))
    customer = models.ForeignKey(
        "crm.Customer",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="returns",
        verbose_name=_("customer"),
    )
    order = models.ForeignKey(
        "crm.Order",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="returns",
        verbose_name=_("order"),
    )
    external_id = models.CharField(_("id in the shop's system"), max_length=64)
    number = models.CharField(_("number"), max_length=64)
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.DecimalField(_("refund"), max_digits=14, decimal_places=2)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    returned_at = models.DateTimeField(_("returned"))
    is_history = models.BooleanField(_("imported"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        constraints = [
            models.UniqueConstraint("shop", "external_id", name="return_known_once_per_shop"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="refund_never_negative"),
        ]
        indexes = [
            models.Index("customer", F("returned_at").desc(), name="return_by_customer"),
            models.Index(
                fields=["returned_at"], include=["currency", "amount"], name="returns_as_they_are_counted"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ReturnLine(models.Model):
    """A part of a return. Without `order_line` it is a credit of its own: nothing sold could be found for it."""

    goods_return = models.ForeignKey(Return, models.CASCADE, related_name="lines", verbose_name=_("return"))
    order_line = models.ForeignKey(
        "crm.OrderLine",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="returns",
        verbose_name=_("sold as"),
    )
    sku = models.CharField(_("code"), max_length=64, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    amount = models.DecimalField(_("refund"), max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = _("returned line")
        verbose_name_plural = _("returned lines")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0, amount__gte=0), name="return_line_positive"),
        ]

    def __str__(self) -> str:
        return self.name or self.sku
