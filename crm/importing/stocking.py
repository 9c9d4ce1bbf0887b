"""Products on file enter the catalogue, with their price and stock in a shop; of those known, what differs is changed.

The file is the newest word on what it says; what it does not say stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from crm.importing.goods import Goods
from crm.importing.refusals import RowRefusal
from crm.models import Category, ImportedRow, ImportJob, Offering, Product, Shop

Outcome = ImportedRow.Outcome
DETAILS = ("name", "names", "brand", "barcode", "category", "unit_cost", "unit_cost_currency", "updated_at")
OFFER = ("price", "currency", "stock", "updated_at")


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """What stands in the catalogue of everything the rows are about."""

    products: Mapping[str, Product]
    offerings: Mapping[tuple[str, int], Offering]
    shops: Mapping[str, int]

    def offering(self, goods: Goods) -> Offering | None:
        return self.offerings.get((goods.sku, self.shops[goods.shop]))


def look(job: ImportJob, goods: Mapping[int, Goods]) -> Mapping[int, Outcome | RowRefusal]:
    """What will become of each row. Three queries; nothing is locked or written."""
    shelf = _shelf(job, goods)
    return {number: _verdict(one, shelf) for number, one in goods.items()}


def keep(job: ImportJob, goods: Mapping[int, Goods], *, at: datetime) -> Mapping[int, Outcome | RowRefusal]:
    """Write what the rows say and the catalogue does not, no two of them about one product; say what became of each.

    In the caller's transaction. Locks the products and offerings that stand there already, by their ids.
    """
    shelf = _shelf(job, goods, is_locking=True)
    verdicts = {number: _verdict(one, shelf) for number, one in goods.items()}
    news = [goods[number] for number, verdict in verdicts.items() if verdict in (Outcome.NEW, Outcome.ADDED)]
    products = _keep_products(news, shelf, at=at)
    _keep_offerings(news, products, shelf, at=at)
    return verdicts


def _shelf(job: ImportJob, goods: Mapping[int, Goods], *, is_locking: bool = False) -> Shelf:
    skus = {one.sku for one in goods.values()}
    shops = {"": job.shop_id}
    if named := {one.shop for one in goods.values()} - {""}:
        shops |= dict(Shop.objects.filter(slug__in=named).values_list("slug", "pk"))
    products = Product.objects.filter(sku__in=skus).select_related("category").order_by("pk")
    offerings = Offering.objects.filter(product__sku__in=skus, shop__in=shops.values()).order_by("pk")
    if is_locking:
        products = products.select_for_update(no_key=True, of=("self",))
        offerings = offerings.select_for_update(no_key=True, of=("self",))
    known = {product.sku: product for product in products}
    sku_of = {product.pk: sku for sku, product in known.items()}
    return Shelf(
        products=known,
        offerings={
            (sku_of[one.product_id], one.shop_id): one for one in offerings if one.product_id in sku_of
        },
        shops=shops,
    )


def _verdict(goods: Goods, shelf: Shelf) -> Outcome | RowRefusal:
    offering = shelf.offering(goods)
    if goods.offer and offering is None and "price" not in goods.offer:
        return RowRefusal.NO_PRICE
    product = shelf.products.get(goods.sku)
    if product is None:
        return Outcome.NEW
    is_offer_news = bool(goods.offer) and (offering is None or _differs(offering, goods.offer))
    return Outcome.ADDED if is_offer_news or _is_product_news(product, goods) else Outcome.KNOWN


def _is_product_news(product: Product, goods: Goods) -> bool:
    category = product.category.name if product.category else ""
    return (
        _differs(product, goods.details)
        or any(product.names.get(code) != name for code, name in goods.names.items())
        or bool(goods.category and goods.category != category)
    )


def _differs(row: Product | Offering, said: Mapping[str, object]) -> bool:
    return any(getattr(row, name) != value for name, value in said.items())


def _keep_products(news: list[Goods], shelf: Shelf, *, at: datetime) -> dict[str, Product]:
    categories = _categories({one.category for one in news} - {""})
    fresh, changed = [], []
    for goods in news:
        product = shelf.products.get(goods.sku)
        if product is None:
            product = Product(sku=goods.sku, name=goods.sku)
            fresh.append(product)
        elif _is_product_news(product, goods):
            changed.append(product)
        for name, value in goods.details.items():
            setattr(product, name, value)
        product.names = {**product.names, **goods.names}
        if goods.category and goods.category != (product.category.name if product.category else ""):
            product.category = categories[goods.category]
        product.updated_at = at
    Product.objects.bulk_create(fresh)
    Product.objects.bulk_update(changed, DETAILS)
    return {**shelf.products, **{product.sku: product for product in fresh}}


def _categories(names: set[str]) -> dict[str, Category]:
    """By their names, wherever they stand in the tree; an unknown one is made at its root."""
    found = {one.name: one for one in Category.objects.filter(name__in=names).order_by("-parent", "-pk")}
    if missing := sorted(names - found.keys()):
        made = Category.objects.bulk_create(Category(name=name) for name in missing)
        found |= {one.name: one for one in made}
    return found


def _keep_offerings(
    news: list[Goods], products: Mapping[str, Product], shelf: Shelf, *, at: datetime
) -> None:
    fresh, changed = [], []
    for goods in news:
        if not goods.offer:
            continue
        offering = shelf.offering(goods)
        if offering is None:
            offering = Offering(product=products[goods.sku], shop_id=shelf.shops[goods.shop])
            fresh.append(offering)
        elif _differs(offering, goods.offer):
            changed.append(offering)
        for name, value in goods.offer.items():
            setattr(offering, name, value)
        offering.updated_at = at
    Offering.objects.bulk_create(fresh)
    Offering.objects.bulk_update(changed, OFFER)
