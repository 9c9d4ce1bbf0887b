"""What the company sells, and at what price each shop offers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from crm.models import Category, Offering, Product, Shop

DETAILS = ("name", "brand", "category", "unit_cost", "unit_cost_currency", "is_active")
DETAILS_AT_ONCE = ("name", "brand", "barcode", "category", "is_active")
OFFER = ("price", "currency", "stock")


@transaction.atomic
def list_product(*, shop: Shop, sku: str, told: Mapping[str, object]) -> Product:
    """Put a product into the catalogue, or change what stands there under its code; offer it in the shop.

    `told` names DETAILS (`category` by its name: an unknown one is made) and, for this shop, OFFER. What is not named
    stays as it was. Idempotent. Locks the product's row.
    """
    Product.objects.bulk_create([Product(sku=sku, name=sku)], ignore_conflicts=True)
    product = Product.objects.select_for_update(no_key=True).get(sku=sku)
    for name in DETAILS:
        if name in told:
            setattr(product, name, _category(told[name]) if name == "category" else told[name])
    if product.unit_cost is not None and not product.unit_cost_currency:
        product.unit_cost_currency = shop.currency
    product.save()
    offer = {name: told[name] for name in OFFER if name in told}
    if offer:
        _offer(shop, product, offer)
    return product


@transaction.atomic
def list_products(
    *, shop: Shop, told: Mapping[str, Mapping[str, object]], at: datetime
) -> dict[str, Product]:
    """As `list_product`, for many at once, by their codes; `category` is a Category here, and `barcode` may be told.

    Only what differs is written. Idempotent. Locks the products, then the offerings, in order of their ids.
    """
    known = set(Product.objects.filter(sku__in=told).values_list("sku", flat=True))
    fresh = [Product(sku=sku, name=sku) for sku in sorted(told.keys() - known)]
    for product in fresh:
        _take_over(product, told[product.sku], DETAILS_AT_ONCE)
    Product.objects.bulk_create(fresh, ignore_conflicts=True)
    locked = Product.objects.select_for_update(no_key=True, of=("self",)).filter(sku__in=told).order_by("pk")
    locked = locked.select_related("category")
    products = {product.sku: product for product in locked}
    changed = [
        product for sku, product in products.items() if _take_over(product, told[sku], DETAILS_AT_ONCE)
    ]
    for product in changed:
        product.updated_at = at
    Product.objects.bulk_update(changed, [*DETAILS_AT_ONCE, "updated_at"])
    _offer_many(shop, products, told, at=at)
    return products


def _offer_many(
    shop: Shop, products: Mapping[str, Product], told: Mapping[str, Mapping[str, object]], *, at: datetime
) -> None:
    standing = Offering.objects.select_for_update(no_key=True).filter(
        shop=shop, product__in=products.values()
    )
    offerings = {one.product_id: one for one in standing.order_by("pk")}
    fresh, changed = [], []
    for sku, product in products.items():
        offering = offerings.get(product.pk)
        if offering is None and "price" in told[sku]:
            offering = Offering(shop=shop, product=product, currency=shop.currency)
            fresh.append(offering)
            _take_over(offering, told[sku], OFFER)
        elif offering and _take_over(offering, told[sku], OFFER):
            offering.updated_at = at
            changed.append(offering)
    Offering.objects.bulk_create(fresh)
    Offering.objects.bulk_update(changed, [*OFFER, "updated_at"])


def _take_over(row: Product | Offering, told: Mapping[str, object], names: Sequence[str]) -> bool:
    """Set what is told; is any of it news?"""
    news = {name: told[name] for name in names if name in told and getattr(row, name) != told[name]}
    for name, value in news.items():
        setattr(row, name, value)
    return bool(news)


def _category(name: object) -> Category | None:
    if not name:
        return None
    category, _ = Category.objects.get_or_create(parent=None, name=name)
    return category


def _offer(shop: Shop, product: Product, offer: Mapping[str, object]) -> None:
    """A product that is offered for the first time needs a price; its stock alone says nothing yet."""
    standing = Offering.objects.filter(shop=shop, product=product).first()
    if standing is None and "price" not in offer:
        return
    standing = standing or Offering(shop=shop, product=product, currency=shop.currency)
    for name, value in offer.items():
        setattr(standing, name, value)
    standing.save()
