"""Orders, payments, shipments and returns as 1C writes them: told apart, and kept in the inbox.

What is kept is what a document says, without the moment of the export: the same document in the next exchange is the
same parcel. Orders that were placed in the shop are only moved by 1C; those that were born there are told whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from crm.connectors import inbox, tasks
from crm.connectors.base import Parcel
from crm.connectors.one_c.goods import currency, is_yes, moment, number, requisites
from crm.connectors.one_c.payloads import MOVED, ORDER, RETURN, UNKNOWN, line_id
from crm.connectors.one_c.xml import Node, Record
from crm.connectors.values import text_of
from crm.models import Connection, ConnectorDelivery, Order, OrderLine, ShelfItem
from crm.purchases.shelf import code_of

PAID_ON = ("Дата оплаты по 1С", "Дата оплаты")
SHIPPED_ON = ("Дата отгрузки по 1С", "Дата отгрузки")
# Yes or no; when, is not said.
FLAGS = {
    "paid": ("Оплачен", "Заказ оплачен"),
    "shipped": ("Отгружен",),
    "cancelled": ("Отменен", "Отменён", "ПометкаУдаления"),
}
COMPLETED = ("выполнен", "завершен", "завершён", "закрыт")
CANCELLED = ("отменен", "отменён")
PAYMENTS = ("выплата", "эквайринг", "оплата", "приход денег", "поступление денеж")
SHIPMENTS = ("отпуск товара", "реализация", "отгрузка")
# Of whoever bought without a name: they are not one person.
NOBODY = (
    "розничный покупатель",
    "частное лицо",
    "физ. лицо",
    "физическое лицо",
    "покупатель",
    "гость",
    "клиент",
)

Document = dict[str, Any]


def keep(connection: Connection, records: Sequence[Record], *, as_of: datetime, at: datetime) -> None:
    """Keep what the documents among these records say; a worker lands it once this is committed. Idempotent."""
    zone = ZoneInfo(connection.shop.time_zone)
    for record in records:
        for document in documents_in(record.node, zone=zone):
            parcel = _parcel(_resolved(connection, document), as_of=as_of)
            if kept := inbox.keep(connection, parcel, at=at):
                tasks.start_landing(kept)


def documents_in(node: Node, *, zone: ZoneInfo) -> Iterator[Document]:
    """What a document says; of a box of documents, its payments and shipments are told with its order."""
    if node.name not in ("Документ", "Контейнер"):
        return
    found = [
        _document(one, zone=zone) for one in ([node] if node.name == "Документ" else node.all("Документ"))
    ]
    orders = {one["id"]: one for one in found if one["topic"] == ORDER}
    for one in found:
        owner = orders.get(one["order"]) or (next(iter(orders.values())) if len(orders) == 1 else None)
        if one["topic"] == MOVED and owner:
            owner["moments"] = {**one["moments"], **owner["moments"]}
        else:
            yield one


def _document(node: Node, *, zone: ZoneInfo) -> Document:
    operation = node.said("ХозОперация").lower()
    told = requisites(node)
    made_at = _moment_of(node, zone=zone)
    found: Document = {
        "topic": _topic(operation),
        "id": text_of(node.said("Ид"), 64),
        "number": text_of(node.said("Номер"), 64),
        "version": text_of(node.said("НомерВерсии"), 64),
        "placed_at": made_at.isoformat() if made_at else "",
        "currency": currency(node.said("Валюта")),
        "total": node.said("Сумма"),
        "order": text_of(node.said("Основание"), 64),
        "moments": _moments(told, operation, made_at, zone=zone),
        "lines": [],
    }
    if found["topic"] == RETURN:
        found["order"] = found["order"] or text_of(told.get("Номер заказа", ""), 64)
        found["reason"] = text_of(node.said("Комментарий"), 200)
    if found["topic"] in (ORDER, RETURN):
        found["lines"] = list(_lines(node))
        found["buyer"] = _buyer(node)
    return found


def _topic(operation: str) -> str:
    if "возврат" in operation:
        # Money that goes back says nothing of goods: people look at it.
        return UNKNOWN if "дене" in operation or "оплат" in operation else RETURN
    if "заказ" in operation:
        return ORDER
    return MOVED if any(word in operation for word in (*PAYMENTS, *SHIPMENTS)) else UNKNOWN


def _moment_of(node: Node, *, zone: ZoneInfo) -> datetime | None:
    day, time = node.said("Дата"), node.said("Время")
    return moment(f"{day[:10]}T{time}" if time else day, zone=zone)


def _moments(
    told: Mapping[str, str], operation: str, made_at: datetime | None, *, zone: ZoneInfo
) -> dict[str, str]:
    """Which moments of an order have come, and when; "": nobody said when."""
    found: dict[str, str] = {}
    for name, words in FLAGS.items():
        if any(is_yes(told.get(word, "")) for word in words):
            found[name] = ""
    for name, words in (("paid", PAID_ON), ("shipped", SHIPPED_ON)):
        for word in words:
            if day := moment(told.get(word, ""), zone=zone):
                # A day begins before the order that was paid on it.
                found[name] = max(day, made_at or day).isoformat()
    status = next((told[name] for name in ("Статус заказа", "Статус") if told.get(name)), "").lower()
    if any(word in status for word in COMPLETED):
        found.setdefault("completed", "")
    if any(word in status for word in CANCELLED):
        found.setdefault("cancelled", "")
    if _topic(operation) == MOVED:
        happened = "shipped" if any(word in operation for word in SHIPMENTS) else "paid"
        found[happened] = made_at.isoformat() if made_at else ""
    return found


def _lines(node: Node) -> Iterator[dict[str, str]]:
    for one in node.all("Товары", "Товар"):
        off = sum(
            (
                number(discount.said("Сумма")) or Decimal(0)
                for discount in one.all("Скидки", "Скидка")
                if not is_yes(discount.said("УчтеноВСумме") or "true")
            ),
            Decimal(0),
        )
        yield {
            "id": text_of(one.said("Ид"), 80),
            "article": text_of(one.said("Артикул"), 64),
            "name": text_of(one.said("Наименование"), 200),
            "quantity": one.said("Количество"),
            "price": one.said("ЦенаЗаЕдиницу"),
            "amount": one.said("Сумма"),
            "off": str(off),
        }


def _buyer(node: Node) -> dict[str, str]:
    """Whoever buys; nothing of whom nothing is known by which they could be told apart."""
    buyers = list(node.all("Контрагенты", "Контрагент"))
    buyer = next((one for one in buyers if one.said("Роль").lower() in ("покупатель", "")), None)
    if buyer is None:
        return {}
    contacts = [*buyer.all("Контакты", "Контакт")]
    contacts += buyer.all("Представители", "Представитель", "Контрагент", "Контакты", "Контакт")
    name = buyer.said("Наименование", "ПолноеНаименование")
    is_nobody = not name or name.lower() in NOBODY
    found = {
        "id": "" if is_nobody else text_of(buyer.said("Ид"), 64),
        "given_name": text_of(buyer.said("Имя"), 100),
        "family_name": text_of(buyer.said("Фамилия"), 100),
        "patronymic": text_of(buyer.said("Отчество"), 100),
        "email": _contact(contacts, ("почта", "mail")),
        "phone": _contact(contacts, ("телефон", "phone")),
    }
    return {key: value for key, value in found.items() if value}


def _contact(contacts: Sequence[Node], kinds: Sequence[str]) -> str:
    for one in contacts:
        kind = one.said("Тип", "КонтактВид").lower()
        if any(word in kind for word in kinds) and (value := text_of(one.said("Значение"), 254)):
            return value
    return ""


def _resolved(connection: Connection, document: Document) -> Document:
    """With the house's own ids of what stands here."""
    if document["topic"] == ORDER:
        standing = _standing(connection, document["id"], document["number"])
        if standing and not _was_born_there(connection, standing.external_id):
            return {**document, "topic": MOVED, "order": standing.external_id, "lines": [], "buyer": {}}
        return {**document, "id": document["id"] or document["number"]}
    if document["topic"] == MOVED:
        standing = _standing(connection, document["order"], document["order"])
        return {**document, "order": standing.external_id if standing else document["order"]}
    if document["topic"] == RETURN:
        standing = _standing(connection, document["order"], document["order"])
        if standing:
            lines = [told for line in document["lines"] for told in _sold_as(connection, standing, line)]
            return {**document, "order": standing.external_id, "lines": lines}
    return document


def _standing(connection: Connection, external_id: str, number: str) -> Order | None:
    """1C may have put its own id where ours stood, and leaves the number as it was."""
    orders = Order.objects.filter(shop=connection.shop)
    found = orders.filter(external_id=external_id).first() if external_id else None
    return found or (orders.filter(number=number).order_by("pk").last() if number else None)


def _was_born_there(connection: Connection, external_id: str) -> bool:
    told = ConnectorDelivery.objects.filter(connection=connection, thing=f"order:{external_id}", topic=ORDER)
    return told.exists()


def _sold_as(connection: Connection, order: Order, line: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The lines of an order that a returned line speaks of: as much of each as was bought, in their order."""
    left = number(line["quantity"]) or Decimal(0)
    money = number(line["amount"])
    matching = _matching(connection, order, line)
    if not matching:
        yield dict(line)
    for sold in matching:
        taken = min(left, sold.quantity)
        if taken > 0:
            left -= taken
            # Money can be told of a line only where the line is one.
            amount = "" if money is None or len(matching) > 1 else str(money)
            yield {**line, "line": sold.external_id, "quantity": str(taken), "amount": amount}


def _matching(connection: Connection, order: Order, line: Mapping[str, str]) -> list[OrderLine]:
    lines = list(order.lines.select_related("product"))
    named = [one for one in lines if one.external_id == line_id(line["id"])]
    if named or not line["id"]:
        return named or [one for one in lines if line["article"] and one.sku == line["article"]]
    items = ShelfItem.objects.filter(shop=connection.shop, external_id=line["id"], product__isnull=False)
    codes = {code_of(line["id"], line["article"]), line["id"], *items.values_list("product__sku", flat=True)}
    return [one for one in lines if one.sku in codes or (one.product and one.product.sku in codes)]


def _parcel(document: Document, *, as_of: datetime) -> Parcel:
    spelt = json.dumps(document, ensure_ascii=False, sort_keys=True)
    whole = json.dumps({**document, "as_of": as_of.isoformat()}, ensure_ascii=False, sort_keys=True)
    return Parcel(
        delivery_id=hashlib.sha256(spelt.encode()).hexdigest(), topic=document["topic"], body=whole.encode()
    )
