"""Purchases of a customer by day, written as they stand: for figures that are counted over many of them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count

from crm.models import Customer, Order, Return, Shop
from crm.purchases import figures

_numbers = count(1)


def buys(
    customer: Customer, shop: Shop, days: Iterable[date], *, amount: str = "20.00", currency: str = "EUR"
) -> list[Order]:
    """One order at noon of each day, all of the same amount."""
    orders = [
        Order(
            shop=shop,
            customer=customer,
            external_id=f"bought-{(number := next(_numbers))}",
            number=str(number),
            currency=currency,
            goods_amount=Decimal(amount),
            placed_at=datetime.combine(day, time(12), tzinfo=UTC),
        )
        for day in days
    ]
    Order.objects.bulk_create(orders)
    figures.recount({customer.pk})
    return orders


def returns(customer: Customer, shop: Shop, on: date, *, amount: str = "5.00", currency: str = "EUR") -> None:
    number = next(_numbers)
    Return.objects.create(
        shop=shop,
        customer=customer,
        external_id=f"back-{number}",
        number=str(number),
        currency=currency,
        amount=Decimal(amount),
        returned_at=datetime.combine(on, time(12), tzinfo=UTC),
    )
    figures.recount({customer.pk})


def every(days: int, times: int, *, until: date) -> list[date]:
    """So many days of purchases, so far from one another, the last of them `until`."""
    return [until - timedelta(days=days * n) for n in range(times)]
