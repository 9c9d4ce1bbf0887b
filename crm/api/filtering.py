"""How lists are narrowed. What an address was asked has been read, and refused if need be, by its own shape before."""

from __future__ import annotations

from django_filters import BooleanFilter, CharFilter, FilterSet, IsoDateTimeFilter, NumberFilter

from crm.models import Customer, Order, Product


class CustomerFilter(FilterSet):  # type: ignore[misc]
    updated_since = IsoDateTimeFilter("updated_at", "gte")
    category = CharFilter("worth__category")
    stage = CharFilter("worth__stage")
    risk = CharFilter("worth__risk")

    class Meta:
        model = Customer
        fields = ("updated_since",)


class OrderFilter(FilterSet):  # type: ignore[misc]
    customer = NumberFilter("customer_id")
    placed_since = IsoDateTimeFilter("placed_at", "gte")
    placed_before = IsoDateTimeFilter("placed_at", "lt")

    class Meta:
        model = Order
        fields = ("external_id", "number", "customer", "progress")


class ProductFilter(FilterSet):  # type: ignore[misc]
    is_active = BooleanFilter("is_active")
    updated_since = IsoDateTimeFilter("updated_at", "gte")

    class Meta:
        model = Product
        fields = ("sku", "is_active")
