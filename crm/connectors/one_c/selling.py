"""Our orders, told to 1C: those that something happened to since it last said that it has them.

The feed tells which, in the order of commits, so that none is left out; what 1C told us itself is not told back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

from django.db.models import Max, Prefetch

from crm import feed
from crm.connectors.one_c.payloads import DELIVERY
from crm.facts import (
    OrderAmended,
    OrderCancelled,
    OrderCompleted,
    OrderDelivered,
    OrderPaid,
    OrderPlaced,
    OrderShipped,
)
from crm.models import Exchange, Identity, Order, OrderLine, ShelfItem
from crm.people.identity_kinds import IdentityKind
from crm.words.plain_text import plain

NEWS = tuple(
    fact.kind
    for fact in (
        OrderPlaced,
        OrderAmended,
        OrderPaid,
        OrderShipped,
        OrderDelivered,
        OrderCompleted,
        OrderCancelled,
    )
)
WINDOW = 5_000
WINDOWS = 20
MOST_ORDERS = 1_000
# A shop's clock may be behind ours.
PLACED_BEFORE = timedelta(days=1)
NOBODY = "Розничный покупатель"
STATES = {
    "placed": "Новый",
    "paid": "Оплачен",
    "shipped": "Отгружен",
    "delivered": "Доставлен",
    "completed": "Выполнен",
    "cancelled": "Отменен",
    "returned": "Возврат",
}


def offer_orders(exchange: Exchange, *, encoding: str) -> bytes:
    """The orders that 1C does not have yet, as a file; it has them when it says so (`take_orders`)."""
    orders, position = _news(exchange)
    Exchange.objects.filter(pk=exchange.pk).update(offered_position=position)
    found = Order.objects.filter(pk__in=orders).select_related("shop", "customer").order_by("pk")
    lines = OrderLine.objects.select_related("product").order_by("pk")
    identities = Identity.objects.filter(kind__in=(IdentityKind.EMAIL, IdentityKind.PHONE)).order_by("pk")
    rows = found.prefetch_related(Prefetch("lines", lines), Prefetch("customer__identities", identities))
    return spelt(list(rows), exchange, encoding=encoding)


def take_orders(exchange: Exchange) -> None:
    """1C has everything that was offered. Idempotent."""
    exchange.refresh_from_db(fields=["offered_position"])
    if exchange.offered_position is not None:
        Exchange.objects.filter(pk=exchange.pk).update(taken_position=exchange.offered_position)


def _news(exchange: Exchange) -> tuple[Sequence[int], int]:
    """Which orders, and how far in the feed that is."""
    connection = exchange.connection
    taken = Exchange.objects.filter(connection=connection).aggregate(far=Max("taken_position"))["far"]
    if taken is None:
        return _first(exchange)
    position, found = taken, dict[int, None]()
    for _window in range(WINDOWS):
        rows = feed.after(position, window=WINDOW)
        last = rows.aggregate(last=Max("position"))["last"]
        if last is None:
            break
        news = rows.filter(entry__shop=connection.shop_id, entry__kind__in=NEWS, entry__is_history=False)
        subjects = news.exclude(entry__source=connection.source).values_list("entry__subject_id", flat=True)
        found |= dict.fromkeys(pk for pk in subjects if pk)
        position = last
        if len(found) >= MOST_ORDERS:
            break
    return list(found), position


def _first(exchange: Exchange) -> tuple[Sequence[int], int]:
    """Those that were placed since the shop was connected. (Where the feed was then, nobody remembers.)"""
    position, begun = feed.head(), exchange.connection.created_at
    orders = Order.objects.filter(
        shop=exchange.connection.shop,
        placed_at__gte=begun - PLACED_BEFORE,
        created_at__gte=begun,
        is_history=False,
    )
    born_there = exchange.connection.deliveries.filter(topic="order", landed_at__isnull=False)
    return list(
        orders.exclude(number__in=born_there.values("landed_as")).values_list("pk", flat=True)
    ), position


def spelt(orders: Sequence[Order], exchange: Exchange, *, encoding: str) -> bytes:
    """CommerceML 2.08. Letters that an encoding lacks are written by their numbers."""
    zone = ZoneInfo(exchange.connection.shop.time_zone)
    root = ElementTree.Element(
        "КоммерческаяИнформация",
        {
            "ВерсияСхемы": "2.08",
            "ДатаФормирования": f"{exchange.heard_at.astimezone(zone):%Y-%m-%dT%H:%M:%S}",
        },
    )
    ids = _ids_there(orders)
    for order in orders:
        _document(root, order, zone=zone, ids=ids)
    spelt_out: bytes = ElementTree.tostring(root, encoding=encoding, xml_declaration=True)
    return spelt_out


def _ids_there(orders: Iterable[Order]) -> Mapping[int, str]:
    """What 1C calls our products."""
    wanted = {(line.product_id, order.shop_id) for order in orders for line in order.lines.all()}
    items = ShelfItem.objects.filter(
        product__in={product for product, _shop in wanted if product}, shop__in={shop for _p, shop in wanted}
    )
    return dict(items.order_by("-external_id").values_list("product", "external_id"))


def _document(root: ElementTree.Element, order: Order, *, zone: ZoneInfo, ids: Mapping[int, str]) -> None:
    placed = order.placed_at.astimezone(zone)
    document = _put(
        root,
        "Документ",
        {
            "Ид": order.external_id,
            "Номер": order.number,
            "Дата": f"{placed:%Y-%m-%d}",
            "ХозОперация": "Заказ товара",
            "Роль": "Продавец",
            "Валюта": order.currency,
            "Курс": "1",
            "Сумма": _money(order.goods_amount + order.delivery_amount),
            "Время": f"{placed:%H:%M:%S}",
        },
    )
    _buyer(_put(document, "Контрагенты"), order)
    goods = _put(document, "Товары")
    for line in order.lines.all():
        _line(goods, line, ids)
    if order.delivery_amount:
        amount = _money(order.delivery_amount)
        told = {"Ид": DELIVERY, "Наименование": "Доставка заказа", "ЦенаЗаЕдиницу": amount}
        service = _put(goods, "Товар", {**told, "Количество": "1", "Сумма": amount})
        _requisites(service, {"ВидНоменклатуры": "Услуга", "ТипНоменклатуры": "Услуга"})
    _requisites(document, dict(_states(order, zone=zone)))


def _buyer(around: ElementTree.Element, order: Order) -> None:
    customer = order.customer
    if customer is None or customer.erased_at:
        _put(
            around,
            "Контрагент",
            {"Ид": "0", "Наименование": NOBODY, "Роль": "Покупатель", "ПолноеНаименование": NOBODY},
        )
        return
    names = (customer.family_name, customer.given_name, customer.patronymic)
    whole = " ".join(name for name in names if name) or NOBODY
    told = {"Ид": f"veren-{customer.pk}", "Наименование": whole, "Роль": "Покупатель"}
    told |= {"ПолноеНаименование": whole, "Фамилия": names[0], "Имя": names[1], "Отчество": names[2]}
    buyer = _put(around, "Контрагент", {name: text for name, text in told.items() if text})
    contacts = _put(buyer, "Контакты")
    for identity in customer.identities.all():
        kind = "Почта" if identity.kind == IdentityKind.EMAIL else "ТелефонРабочий"
        _put(contacts, "Контакт", {"Тип": kind, "Значение": identity.value})


def _line(around: ElementTree.Element, line: OrderLine, ids: Mapping[int, str]) -> None:
    known = ids.get(line.product_id or 0) or line.sku or line.external_id
    told = {
        "Ид": known,
        "Артикул": line.sku,
        "Наименование": line.name or line.sku,
        "ЦенаЗаЕдиницу": format(line.unit_price, "f"),
        "Количество": format(line.quantity.normalize(), "f"),
        "Сумма": _money(line.amount),
    }
    good = _put(around, "Товар", {name: text for name, text in told.items() if text})
    unit = _put(good, "БазоваяЕдиница")
    unit.attrib.update({"Код": "796", "НаименованиеПолное": "Штука"})
    unit.text = "шт"
    if line.discount_amount:
        told = {"Наименование": "Скидка", "Сумма": _money(line.discount_amount), "УчтеноВСумме": "true"}
        _put(_put(good, "Скидки"), "Скидка", told)
    _requisites(good, {"ВидНоменклатуры": "Товар", "ТипНоменклатуры": "Товар"})


def _states(order: Order, *, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    yield "Статус заказа", STATES.get(order.progress, "")
    yield "Заказ оплачен", _yes(order.paid_at)
    if order.paid_at:
        yield "Дата оплаты", f"{order.paid_at.astimezone(zone):%Y-%m-%dT%H:%M:%S}"
    yield "Отгружен", _yes(order.shipped_at)
    yield "Отменен", _yes(order.cancelled_at)
    yield "Финальный статус", _yes(order.completed_at or order.cancelled_at)


def _yes(moment: object) -> str:
    return "true" if moment else "false"


def _money(amount: Decimal) -> str:
    return format(amount, ".2f")


def _requisites(around: ElementTree.Element, told: Mapping[str, str]) -> None:
    inside = _put(around, "ЗначенияРеквизитов")
    for name, value in told.items():
        _put(inside, "ЗначениеРеквизита", {"Наименование": name, "Значение": value})


def _put(
    around: ElementTree.Element, name: str, told: Mapping[str, Any] | None = None
) -> ElementTree.Element:
    """An element with others inside, each of which holds a text that XML can hold."""
    element = ElementTree.SubElement(around, name)
    for inner, text in (told or {}).items():
        ElementTree.SubElement(element, inner).text = plain(str(text)).translate({0xFFFE: None, 0xFFFF: None})
    return element
