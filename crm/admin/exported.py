"""What each list gives when it leaves as a file: typed, unmasked, and so behind a permission of its own."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.exporting import Cell, Column
from crm.models import Customer, Product


def _figure(name: str) -> Any:
    def read(customer: Customer) -> Cell:
        figures = getattr(customer, "figures", None)
        value: Cell = getattr(figures, name) if figures else None
        return value

    return read


def _identities(kind: str) -> Any:
    """All of them: who has two phones keeps two."""

    def read(customer: Customer) -> str:
        return "; ".join(one.value for one in customer.identities.all() if one.kind == kind)

    return read


def _prices(product: Product) -> str:
    found = sorted({(offering.price, offering.currency) for offering in product.offerings.all()})
    return "; ".join(f"{price} {currency}" for price, currency in found)


def _total(order: Any) -> Decimal:
    total: Decimal = order.goods_amount + order.delivery_amount
    return total


CUSTOMERS: Sequence[Column] = (
    Column(_("number"), lambda customer: customer.pk),
    Column(_("family name"), lambda customer: customer.family_name),
    Column(_("given name"), lambda customer: customer.given_name),
    Column(_("patronymic"), lambda customer: customer.patronymic),
    Column(_("phone"), _identities("phone")),
    Column(_("e-mail"), _identities("email")),
    Column(_("birthday"), lambda customer: customer.birthday),
    Column(_("language"), lambda customer: customer.language),
    Column(_("known since"), lambda customer: customer.created_at),
    Column(_("orders"), _figure("orders")),
    Column(_("net revenue"), _figure("net_revenue")),
    Column(_("currency"), _figure("currency")),
    Column(_("last order"), _figure("last_order_at")),
)

ORDERS: Sequence[Column] = (
    Column(_("number"), lambda order: order.number),
    Column(_("id in the shop's system"), lambda order: order.external_id),
    Column(_("shop"), lambda order: str(order.shop)),
    Column(_("customer"), lambda order: str(order.customer or "")),
    Column(_("state"), lambda order: str(order.get_progress_display())),
    Column(_("goods"), lambda order: order.goods_amount),
    Column(_("delivery"), lambda order: order.delivery_amount),
    Column(_("total"), _total),
    Column(_("currency"), lambda order: order.currency),
    Column(_("placed"), lambda order: order.placed_at),
    Column(_("paid"), lambda order: order.paid_at),
    Column(_("cancelled"), lambda order: order.cancelled_at),
)

RETURNS: Sequence[Column] = (
    Column(_("number"), lambda goods_return: goods_return.number),
    Column(_("shop"), lambda goods_return: str(goods_return.shop)),
    Column(_("customer"), lambda goods_return: str(goods_return.customer or "")),
    Column(_("refund"), lambda goods_return: -goods_return.amount),
    Column(_("currency"), lambda goods_return: goods_return.currency),
    Column(_("returned"), lambda goods_return: goods_return.returned_at),
    Column(_("reason"), lambda goods_return: goods_return.reason),
)

PRODUCTS: Sequence[Column] = (
    Column(_("code"), lambda product: product.sku),
    Column(_("name"), lambda product: product.name),
    Column(_("category"), lambda product: str(product.category or "")),
    Column(_("brand"), lambda product: product.brand),
    Column(_("price"), _prices),
)
