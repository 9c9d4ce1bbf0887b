"""The catalogue: products belong to the company, prices and stock to a shop."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.fields import DictField
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from crm.api import fields
from crm.api.filtering import ProductFilter
from crm.api.shapes import FlagParameter, PageQuery, Request, View, page_of, show
from crm.api.views import ApiView, Operation
from crm.models import Product, Shop
from crm.purchases.catalogue import list_product

LARGEST_STOCK = 2**31 - 1


class ProductChangeRequest(Request):
    name = fields.TextField(required=False, max_length=200)
    category = fields.TextField(
        required=False, allow_null=True, max_length=100, help_text="By its name; an unknown one is made."
    )
    brand = fields.TextField(required=False, allow_blank=True, max_length=100)
    unit_cost = fields.unit_price_field(required=False, allow_null=True)
    unit_cost_currency = fields.CurrencyField(required=False)
    is_active = fields.FlagField(required=False)
    price = fields.AmountField(required=False, help_text="In your shop.")
    currency = fields.CurrencyField(required=False, help_text="Of the price; the shop's own when left out.")
    stock = fields.WholeField(
        required=False, allow_null=True, max_value=LARGEST_STOCK, help_text="In your shop; null: not counted."
    )


class ProductRequest(ProductChangeRequest):
    sku = fields.TextField(max_length=64, help_text="The code by which the company knows it.")
    name = fields.TextField(max_length=200)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "price" not in attrs and not {"currency", "stock"}.isdisjoint(attrs):
            raise ValidationError({"price": [_("To offer a product, say its price.")]})
        return attrs


class ProductView(View):
    id = fields.WholeField()
    sku = fields.TextField()
    name = fields.TextField()
    names = DictField(
        child=fields.TextField(),
        help_text="In other languages, by their codes, as far as a file told of them.",
    )
    barcode = fields.TextField(allow_blank=True)
    category = fields.TextField(source="category.name", allow_null=True, default=None)
    brand = fields.TextField(allow_blank=True)
    unit_cost = fields.unit_price_field(allow_null=True)
    unit_cost_currency = fields.TextField(allow_blank=True)
    is_active = fields.FlagField()
    price = fields.AmountField(allow_null=True)
    currency = fields.TextField(allow_null=True)
    stock = fields.WholeField(allow_null=True, min_value=-LARGEST_STOCK - 1)
    updated_at = fields.MomentField()


class ProductsQuery(PageQuery):
    sku = fields.TextField(required=False, max_length=64)
    is_active = FlagParameter(required=False)
    updated_since = fields.MomentField(required=False)


EXAMPLE = {
    "sku": "TEA-LINDEN-50",
    "name": "Липов чай, 50 г",
    "category": "Чай",
    "price": "4.90",
    "stock": 120,
}
ANSWER_EXAMPLE = {
    "id": 8,
    **EXAMPLE,
    "names": {"en": "Linden tea, 50 g"},
    "barcode": "3800123456789",
    "brand": "",
    "unit_cost": None,
    "unit_cost_currency": "",
    "is_active": True,
    "currency": "EUR",
    "updated_at": "2026-03-02T12:00:00Z",
}


class Products(ApiView):
    operations = {
        "GET": Operation(
            summary="List products, with price and stock in your shop",
            scope="products:read",
            asks=ProductsQuery,
            gives=page_of(ProductView),
            answer_example={"items": [ANSWER_EXAMPLE], "next_cursor": None},
        ),
        "POST": Operation(
            summary="Put a product into the catalogue, or change it there",
            scope="products:write",
            takes=ProductRequest,
            gives=ProductView,
            status=201,
            example=EXAMPLE,
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest) -> Response:
        found = ProductFilter(request.GET, Product.objects.all()).qs
        return self.page(offered_in(self.shop, found), ProductView)

    def post(self, request: ApiRequest) -> HttpResponse:
        told = self.read_body()
        return self.once(lambda at: list_told(told, shop=self.shop, source=self.key.source, at=at))


class OneProduct(ApiView):
    operations = {
        "GET": Operation(
            summary="Read a product",
            scope="products:read",
            gives=ProductView,
            answer_example=ANSWER_EXAMPLE,
            sends_etag=True,
        ),
        "PATCH": Operation(
            summary="Change a product, its price or its stock",
            scope="products:write",
            takes=ProductChangeRequest,
            gives=ProductView,
            example={"price": "5.20", "stock": 80},
            answer_example={**ANSWER_EXAMPLE, "price": "5.20", "stock": 80},
            sends_etag=True,
            needs_if_match=True,
        ),
    }

    def get(self, request: ApiRequest, pk: int) -> Response:
        return self.tagged(show(ProductView, product_or_404(self.shop, pk)))

    def patch(self, request: ApiRequest, pk: int) -> Response:
        told = self.read_body()
        with self.changing():
            locked = get_object_or_404(Product.objects.select_for_update(no_key=True), pk=pk)
            self.check_if_match(show(ProductView, product_or_404(self.shop, pk)))
            list_product(shop=self.shop, sku=locked.sku, told=told)
            return self.tagged(show(ProductView, product_or_404(self.shop, pk)))


def list_told(told: Mapping[str, Any], *, shop: Shop, source: str, at: datetime) -> Any:
    """What a ProductRequest asks for; a ProductView of it."""
    product = list_product(shop=shop, sku=told["sku"], told=told)
    return show(ProductView, product_or_404(shop, product.pk))


def offered_in(shop: Shop, products: QuerySet[Product]) -> QuerySet[Product]:
    """With the price and stock of one shop, in the same query."""
    return products.select_related("category").annotate(
        offer=FilteredRelation("offerings", condition=Q(offerings__shop=shop)),
        price=F("offer__price"),
        currency=F("offer__currency"),
        stock=F("offer__stock"),
    )


def product_or_404(shop: Shop, pk: int) -> Product:
    product = offered_in(shop, Product.objects.filter(pk=pk)).first()
    if product is None:
        raise Http404
    return product
