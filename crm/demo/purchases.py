"""What the lives bought: orders with all that belongs to them, and what is told of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC

from crm.demo.company import CURRENCY, Stage, warehouse_of
from crm.demo.copying import copy
from crm.demo.lives import Life
from crm.demo.order_numbers import OrderNumbers
from crm.demo.orders import Comeback, Parcel, Story
from crm.facts import GoodsReturned, ParcelPromised
from crm.models import Customer, Order, OrderLine, Return, ReturnLine, Shipment, Shop
from crm.purchases import ordering
from crm.purchases.order_progress import MOMENTS, progress_of
from crm.timeline import Told


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """An order as it stands in the tables, and the story that it was made from."""

    story: Story
    order: Order
    lines: Sequence[OrderLine]
    parcel: Shipment | None
    goods_return: Return | None


def write_purchases(
    lives: Sequence[Life], customers: Sequence[Customer], stage: Stage, numbers: OrderNumbers
) -> list[Purchase]:
    """Orders with their lines, parcels and returns; they are numbered in the order in which they were placed."""
    pairs = [
        (_order(stage.shops[slug], story, customer), story)
        for life, customer in zip(lives, customers, strict=True)
        for slug, story in life.orders
    ]
    pairs.sort(key=lambda pair: pair[1].placed_at)
    for order, story in pairs:
        order.number = order.external_id = numbers.next(order.shop.slug, story.placed_at)
    copy([order for order, _ in pairs])
    purchases = [_purchase(order, story, stage) for order, story in pairs]
    copy([line for purchase in purchases for line in purchase.lines])
    copy([purchase.parcel for purchase in purchases if purchase.parcel])
    copy([purchase.goods_return for purchase in purchases if purchase.goods_return])
    copy([line for purchase in purchases for line in _return_lines(purchase)])
    return purchases


def _purchase(order: Order, story: Story, stage: Stage) -> Purchase:
    return Purchase(
        story=story,
        order=order,
        lines=_lines(order, story, stage),
        parcel=_parcel(order, story.parcel) if story.parcel else None,
        goods_return=_return(order, story.comeback) if story.comeback else None,
    )


def _order(shop: Shop, story: Story, customer: Customer) -> Order:
    moments = {moment: getattr(story, f"{moment}_at") for moment in MOMENTS}
    return Order(
        shop=shop,
        customer=customer,
        channel=story.channel,
        warehouse=warehouse_of(story.placed_at) if story.channel == Order.Channel.ONLINE else "",
        currency=CURRENCY,
        goods_amount=story.goods_amount,
        delivery_amount=story.delivery_amount,
        progress=progress_of(moments),
        created_at=story.placed_at,
        **{f"{moment}_at": occurred_at for moment, occurred_at in moments.items()},
    )


def _lines(order: Order, story: Story, stage: Stage) -> list[OrderLine]:
    return [
        OrderLine(
            order=order,
            external_id=str(position),
            product=stage.products[line.article.sku],
            sku=line.article.sku,
            name=line.article.name,
            quantity=line.quantity,
            unit_price=line.article.price,
            discount_amount=line.discount_amount,
            amount=line.amount,
            unit_cost=line.article.unit_cost,
            returned_quantity=line.returned,
        )
        for position, line in enumerate(story.lines, start=1)
    ]


def _parcel(order: Order, parcel: Parcel) -> Shipment:
    return Shipment(order=order, external_id="1", **vars(parcel))


def _return(order: Order, comeback: Comeback) -> Return:
    return Return(
        shop=order.shop,
        customer=order.customer,
        order=order,
        external_id=f"R-{order.number}",
        number=f"R-{order.number}",
        currency=order.currency,
        amount=comeback.amount,
        reason=comeback.reason,
        returned_at=comeback.returned_at,
        created_at=comeback.returned_at,
    )


def _return_lines(purchase: Purchase) -> Iterator[ReturnLine]:
    """Made once the lines and the return have their ids."""
    comeback = purchase.story.comeback
    if comeback:
        sold = purchase.lines[comeback.position]
        yield ReturnLine(
            goods_return=purchase.goods_return,
            order_line=sold,
            sku=sold.sku,
            name=sold.name,
            quantity=comeback.quantity,
            amount=comeback.amount,
        )


def tell_purchases(purchases: Sequence[Purchase]) -> Iterator[Told]:
    for purchase in purchases:
        order, story = purchase.order, purchase.story
        source = f"api:{order.shop.slug}"
        for moment in MOMENTS:
            if occurred_at := getattr(order, f"{moment}_at"):
                fact = ordering.fact_of(order, moment, lines=purchase.lines, reason=story.cancelled_because)
                yield ordering.tell(order, fact, moment=moment, source=source, at=occurred_at)
        if purchase.parcel and story.parcel:
            yield _promise(order, story.parcel, purchase.parcel, source)
        if purchase.goods_return and story.comeback:
            yield _comeback(order, purchase.goods_return, purchase.lines[story.comeback.position], source)


def _promise(order: Order, parcel: Parcel, shipment: Shipment, source: str) -> Told:
    """As crm.purchases.shipping tells it."""
    return Told(
        fact=ParcelPromised(
            order_number=order.number,
            carrier=parcel.carrier,
            tracking_number=parcel.tracking_number,
            promised_on=parcel.promised_on,
        ),
        customer_id=order.customer_id,
        occurred_at=parcel.shipped_at,
        recorded_at=parcel.shipped_at,
        source=source,
        source_id=f"shipment:{shipment.pk}:promised:{parcel.shipped_at.astimezone(UTC).isoformat()}",
        shop_id=order.shop_id,
        channel=order.channel,
        subject=shipment,
        language=order.customer.language if order.customer else "",
    )


def _comeback(order: Order, goods_return: Return, line: OrderLine, source: str) -> Told:
    """As crm.purchases.returning tells it."""
    return Told(
        fact=GoodsReturned(
            return_number=goods_return.number,
            order_numbers=order.number,
            amount=goods_return.amount,
            currency=goods_return.currency,
            lines_count=1,
            goods=ordering.goods_of([line]),
        ),
        customer_id=order.customer_id,
        occurred_at=goods_return.returned_at,
        recorded_at=goods_return.returned_at,
        source=source,
        source_id=f"return:{goods_return.pk}",
        shop_id=order.shop_id,
        channel=order.channel,
        subject=goods_return,
        language=order.customer.language if order.customer else "",
    )
