"""What the company sells, and at what price each shop offers it."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from crm.models import Category, Offering, Product, Shop

DETAILS = ("name", "brand", "category", "unit_cost", "unit_cost_currency", "is_active")
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
