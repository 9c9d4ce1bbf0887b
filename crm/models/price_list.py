"""What a shop's own system says of its goods: what it calls them, at which prices, and how many stand where.

The catalogue (`Product`, `Offering`) is made of this: here stands what was told, and when it was so.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PriceFeed(models.Model):
    """How a shop's prices and stock are kept up: when its system was last heard to the end, after which pauses."""

    shop = models.OneToOneField("crm.Shop", models.CASCADE, related_name="price_feed", verbose_name=_("shop"))
    heard_at = models.DateTimeField(_("last heard of"))
    pauses = models.JSONField(
        default=list, db_default=models.Value([], models.JSONField()), help_text="Whole seconds, newest last."
    )

    class Meta:
        verbose_name = _("feed of prices")
        verbose_name_plural = _("feeds of prices")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.shop)


class GoodsGroup(models.Model):
    """A group of goods in the shop's system. `inside` names the group around it, which may not have been told yet."""

    shop = models.ForeignKey("crm.Shop", models.CASCADE, db_index=False, related_name="+")
    external_id = models.CharField(max_length=64)
    name = models.CharField(_("name"), max_length=100)
    inside = models.CharField(max_length=64, blank=True)
    as_of = models.DateTimeField(_("as of"))

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint("shop", "external_id", name="group_of_goods_known_once")]

    def __str__(self) -> str:
        return self.name


class ShelfItem(models.Model):
    """One thing on a shop's price list, by the id that the shop's system gives it ("id#variant" for a variant).

    `product` is what the catalogue calls it: empty until its name was told. What came of prices and stock before that
    waits here. `variant_of` names the item that it is a variant of. `seen_at`: when it was last spoken of.
    `unsettled_since`: told, and the catalogue not made of it yet.
    """

    shop = models.ForeignKey("crm.Shop", models.CASCADE, db_index=False, related_name="shelf")
    external_id = models.CharField(_("id in the shop's system"), max_length=80)
    product = models.ForeignKey(
        "crm.Product", models.SET_NULL, null=True, related_name="shelf", verbose_name=_("product")
    )
    variant_of = models.CharField(max_length=64, blank=True)
    article = models.CharField(_("code"), max_length=64, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    barcode = models.CharField(_("barcode"), max_length=32, blank=True)
    brand = models.CharField(_("brand"), max_length=100, blank=True)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    group = models.CharField(max_length=64, blank=True)
    details_as_of = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(_("no longer sold since"), null=True)
    seen_at = models.DateTimeField()
    unsettled_since = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("item of a price list")
        verbose_name_plural = _("items of price lists")
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint("shop", "external_id", name="item_known_once_per_shop")]
        indexes = [
            models.Index("shop", "group", name="items_of_a_group"),
            models.Index("shop", "seen_at", name="items_by_when_seen"),
            models.Index("shop", "variant_of", condition=~Q(variant_of=""), name="variants_of_an_item"),
            models.Index(
                "shop", "id", condition=Q(unsettled_since__isnull=False), name="items_still_to_settle"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.code

    @property
    def code(self) -> str:
        return self.article or self.external_id

    @property
    def quantity(self) -> Decimal | None:
        """How much stands in all warehouses together; None: nobody counted."""
        rows = self.stock.all()
        return sum((row.quantity for row in rows), Decimal(0)) if rows else None

    @property
    def stock_as_of(self) -> datetime | None:
        return max((row.as_of for row in self.stock.all()), default=None)


class PriceList(models.Model):
    """A kind of prices: retail, wholesale, for staff."""

    shop = models.ForeignKey(
        "crm.Shop", models.CASCADE, db_index=False, related_name="price_lists", verbose_name=_("shop")
    )
    external_id = models.CharField(max_length=64)
    name = models.CharField(_("name"), max_length=100)
    currency = models.CharField(_("currency"), max_length=3)

    class Meta:
        verbose_name = _("price list")
        verbose_name_plural = _("price lists")
        default_permissions = ("view",)
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint("shop", "external_id", name="price_list_known_once")]

    def __str__(self) -> str:
        return f"{self.name}, {self.shop}"


class ListedPrice(models.Model):
    """What one item costs by one price list."""

    price_list = models.ForeignKey(PriceList, models.CASCADE, db_index=False, related_name="prices")
    item = models.ForeignKey(ShelfItem, models.CASCADE, related_name="prices")
    price = models.DecimalField(_("price"), max_digits=14, decimal_places=4)
    as_of = models.DateTimeField(_("as of"))

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint("price_list", "item", name="item_priced_once_per_list"),
            models.CheckConstraint(condition=Q(price__gte=0), name="listed_price_never_negative"),
        ]

    def __str__(self) -> str:
        return str(self.price)


class Warehouse(models.Model):
    """Where goods stand. Without an id: the shop does not tell its warehouses apart."""

    shop = models.ForeignKey("crm.Shop", models.CASCADE, db_index=False, related_name="warehouses")
    external_id = models.CharField(max_length=64, blank=True)
    name = models.CharField(_("name"), max_length=100, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint("shop", "external_id", name="warehouse_known_once")]

    def __str__(self) -> str:
        return self.name


class ItemStock(models.Model):
    """How much of an item stands in a warehouse; may be negative: sold before it was counted in."""

    warehouse = models.ForeignKey(Warehouse, models.CASCADE, db_index=False, related_name="stock")
    item = models.ForeignKey(ShelfItem, models.CASCADE, related_name="stock")
    quantity = models.DecimalField(_("in stock"), max_digits=14, decimal_places=3)
    as_of = models.DateTimeField(_("as of"))

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint("warehouse", "item", name="item_counted_once_per_warehouse")]

    def __str__(self) -> str:
        return str(self.quantity)


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def in_force(self, on: date) -> AgreementQuerySet:
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=on), starts_on__lte=on)


class Agreement(models.Model):
    """By which price list a company buys. Of several in force, the one that began last counts."""

    company = models.ForeignKey(
        "crm.Company", models.CASCADE, related_name="agreements", verbose_name=_("company")
    )
    price_list = models.ForeignKey(
        PriceList, models.PROTECT, related_name="agreements", verbose_name=_("price list")
    )
    number = models.CharField(_("number"), max_length=60, blank=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True, help_text=_("The last day. Empty: no end."))

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")),
                name="agreement_ends_after_it_starts",
            )
        ]

    def __str__(self) -> str:
        return self.number or str(self.price_list)
