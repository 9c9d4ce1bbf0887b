from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.admin import exported
from crm.admin.inlines import Inline
from crm.admin.keyset import KeysetAdmin
from crm.models import Category, Offering, Product
from crm.words.wording import money


class OfferingInline(Inline):
    model = Offering


@admin.register(Product)
class ProductAdmin(KeysetAdmin):
    list_display = ("name", "sku", "category", "brand", "prices", "is_active")
    list_filter = ("is_active", "category")
    list_select_related = ("category",)
    list_prefetch_related = ("offerings__shop",)
    search_fields = ("name__icontains", "sku__iexact", "brand__iexact", "barcode__iexact")
    export_columns = exported.PRODUCTS
    search_help_text = _("A part of the name, the code, the barcode, or the brand.")
    inlines = (OfferingInline,)
    fields = (
        "name",
        "other_names",
        "sku",
        "barcode",
        "category",
        "brand",
        "unit_cost",
        "unit_cost_currency",
        "is_active",
    )
    readonly_fields = ("unit_cost_currency", "other_names")

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:
        if obj.unit_cost is not None and not obj.unit_cost_currency:
            obj.unit_cost_currency = "EUR"
        super().save_model(request, obj, form, change)

    @admin.display(description=_("names in other languages"))
    def other_names(self, product: Product) -> str:
        """As the catalogue's file said them."""
        return " · ".join(name for _code, name in sorted(product.names.items())) or "–"

    @admin.display(description=_("price"))
    def prices(self, product: Product) -> str:
        """The lowest and the highest over all shops."""
        found = sorted({(offering.price, offering.currency) for offering in product.offerings.all()})
        ends: list[Any] = found[:1] + found[1:][-1:]
        return " … ".join(money(price, currency) for price, currency in ends)


@admin.register(Category)
class CategoryAdmin(KeysetAdmin):
    list_display = ("name", "parent")
    list_select_related = ("parent",)
    search_fields = ("name__icontains",)
