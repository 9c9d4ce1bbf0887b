from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Category(models.Model):
    name = models.CharField(_("name"), max_length=100)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("inside"),
    )

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint("parent", "name", nulls_distinct=False, name="category_named_once")
        ]

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """What the company sells, known by its stock-keeping code everywhere."""

    sku = models.CharField(_("code"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=200)
    names = models.JSONField(
        _("names in other languages"),
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        blank=True,
        help_text=_("By the code of the language: en, ru, bg."),
    )
    barcode = models.CharField(_("barcode"), max_length=32, blank=True, default="", db_default="")
    category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="products",
        verbose_name=_("category"),
    )
    brand = models.CharField(_("brand"), max_length=100, blank=True)
    unit_cost = models.DecimalField(
        _("unit cost"),
        max_digits=14,
        decimal_places=4,
        null=True,
        blank=True,
        help_text=_("Empty: not known, and figures say net revenue, never margin."),
    )
    unit_cost_currency = models.CharField(max_length=3, blank=True, editable=False)
    is_active = models.BooleanField(_("sold"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            models.CheckConstraint(
                condition=Q(unit_cost=None) | Q(unit_cost__gte=0),
                name="unit_cost_never_negative",
            ),
            models.CheckConstraint(
                condition=Q(unit_cost=None) | ~Q(unit_cost_currency=""),
                name="unit_cost_has_a_currency",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Offering(models.Model):
    """A product in one shop: its price there, and how many stand on the shelf."""

    shop = models.ForeignKey("crm.Shop", models.CASCADE, related_name="offerings", verbose_name=_("shop"))
    product = models.ForeignKey(Product, models.CASCADE, related_name="offerings", verbose_name=_("product"))
    price = models.DecimalField(_("price"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    stock = models.IntegerField(_("in stock"), null=True, blank=True, help_text=_("Empty: not counted."))
    updated_at = models.DateTimeField(_("as of"), auto_now=True)

    class Meta:
        verbose_name = _("price and stock")
        verbose_name_plural = _("prices and stock")
        constraints = [
            models.UniqueConstraint("shop", "product", name="product_priced_once_per_shop"),
            models.CheckConstraint(condition=Q(price__gte=0), name="price_never_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.product}, {self.shop}"
