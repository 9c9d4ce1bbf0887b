from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.purchases.order_progress import MOMENTS, Progress


class Order(models.Model):
    """What somebody bought, or means to. Its moments are rows of the timeline as well; `progress` follows from them.

    A sale nobody can be found for (a cash buyer, an import without a name) keeps `customer` empty.
    """

    class Channel(models.TextChoices):
        ONLINE = "online", _("online")
        STORE = "store", _("in the shop")
        PHONE = "phone", _("by phone")

    # No index of their own where another one begins with the same column.
    shop = models.ForeignKey(
        "crm.Shop", models.PROTECT, db_index=False, related_name="orders", verbose_name=_("shop")
    )
    customer = models.ForeignKey(
        "crm.Customer",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="orders",
        verbose_name=_("customer"),
    )
    external_id = models.CharField(_("id in the shop's system"), max_length=64)
    number = models.CharField(_("number"), max_length=64)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel, default=Channel.ONLINE)
    progress = models.CharField(_("state"), max_length=10, choices=Progress, default=Progress.PLACED)
    warehouse = models.CharField(
        _("warehouse"),
        max_length=60,
        blank=True,
        default="",
        db_default="",
        help_text=_("From which it leaves, in the shop's own word. Empty: not told."),
    )
    currency = models.CharField(_("currency"), max_length=3)
    goods_amount = models.DecimalField(_("goods"), max_digits=14, decimal_places=2)
    delivery_amount = models.DecimalField(_("delivery"), max_digits=14, decimal_places=2, default=0)
    placed_at = models.DateTimeField(_("placed"))
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True)
    shipped_at = models.DateTimeField(_("shipped"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    is_history = models.BooleanField(_("imported"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            models.UniqueConstraint("shop", "external_id", name="order_known_once_per_shop"),
            models.CheckConstraint(
                condition=Q(delivery_amount__gte=0),
                name="delivery_amount_never_negative",
            ),
            models.CheckConstraint(condition=Q(goods_amount__gte=0), name="goods_amount_never_negative"),
        ]
        indexes = [
            models.Index("customer", F("placed_at").desc(), name="order_by_customer"),
            models.Index("shop", F("placed_at").desc(), name="order_by_shop"),
            models.Index("number", name="order_by_number"),
            models.Index(F("placed_at").desc(), F("id").desc(), name="orders_newest_first"),
            models.Index(
                fields=["placed_at"],
                include=["customer", "currency", "goods_amount"],
                condition=Q(cancelled_at=None),
                name="orders_as_they_are_counted",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def moments(self) -> dict[str, object]:
        return {moment: getattr(self, f"{moment}_at") for moment in MOMENTS}


class OrderLine(models.Model):
    """One position of an order as it was sold: name, price and cost are frozen here."""

    order = models.ForeignKey(
        Order, models.CASCADE, db_index=False, related_name="lines", verbose_name=_("order")
    )
    external_id = models.CharField(max_length=64)
    product = models.ForeignKey(
        "crm.Product",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("product"),
    )
    sku = models.CharField(_("code"), max_length=64, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    unit_price = models.DecimalField(_("price"), max_digits=14, decimal_places=4)
    discount_amount = models.DecimalField(_("discount"), max_digits=14, decimal_places=2, default=0)
    amount = models.DecimalField(
        _("amount"),
        max_digits=14,
        decimal_places=2,
        help_text=_("Quantity × price − discount, rounded half up."),
    )
    unit_cost = models.DecimalField(_("unit cost"), max_digits=14, decimal_places=4, null=True, blank=True)
    returned_quantity = models.DecimalField(_("returned"), max_digits=12, decimal_places=3, default=0)
    # Its place in an order that was changed; lines that stand as they came first are told apart by their ids alone.
    position = models.SmallIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        # As the shop told them: a row that was updated would otherwise come last.
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint("order", "external_id", name="line_stands_once_in_an_order"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="line_quantity_positive"),
            models.CheckConstraint(
                condition=Q(amount__gte=0, unit_price__gte=0, discount_amount__gte=0),
                name="line_amounts_never_negative",
            ),
            models.CheckConstraint(
                condition=Q(returned_quantity__gte=0, returned_quantity__lte=F("quantity")),
                name="never_more_returned_than_bought",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.sku

    @property
    def quantity_left(self) -> Decimal:
        """What has not come back."""
        return self.quantity - self.returned_quantity


class OrderAmendment(models.Model):
    """The shop changed an order that stood here: what the order said until then.

    `as_of` is when the shop changed it, `amended_at` when that was heard. `before` holds `number`, `goods_amount`,
    `delivery_amount` and `lines`, amounts as text.
    """

    append_only: ClassVar[bool] = True

    order = models.ForeignKey(
        Order, models.PROTECT, db_index=False, related_name="amendments", verbose_name=_("order")
    )
    as_of = models.DateTimeField(_("changed in the shop"))
    amended_at = models.DateTimeField(_("heard of"))
    source = models.CharField(_("told by"), max_length=60)
    before = models.JSONField(_("said before"))

    class Meta:
        verbose_name = _("change of an order")
        verbose_name_plural = _("changes of orders")
        default_permissions = ("view",)
        indexes = [models.Index("order", F("as_of").desc(), name="amendments_of_an_order")]

    def __str__(self) -> str:
        return f"{self.as_of:%Y-%m-%d %H:%M}"
