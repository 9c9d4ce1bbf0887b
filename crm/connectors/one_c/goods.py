"""What a record of CommerceML says of groups, goods, prices and stock. Pure.

What is not said stays out. A number that cannot be true is passed over: one mistyped price must not stop all
others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from crm.connectors.one_c.xml import Node, Record
from crm.connectors.values import decimal_of, text_of
from crm.purchases.shelf import (
    GroupTold,
    ItemTold,
    OfferTold,
    PriceListTold,
    PriceTold,
    StockTold,
    Told,
    WarehouseTold,
)

LONGEST_ID = 80
LARGEST_PRICE = Decimal(10) ** 9
LARGEST_QUANTITY = Decimal(10) ** 10
PRICE_STEP, QUANTITY_STEP = Decimal("0.0001"), Decimal("0.001")
BLANKS = re.compile(r"[\s\u00a0\u202f']")
YES = ("true", "да", "1", "истина")
GONE = ("удален", "удалён", "deleted")
# As people write it in 1C, where the code of ISO 4217 should stand.
CURRENCIES = {
    **dict.fromkeys(("руб", "рубль", "рублей", "р", "rur", "643", "810", "₽"), "RUB"),
    **dict.fromkeys(("лв", "лев", "лева", "975"), "BGN"),
    **dict.fromkeys(("евро", "€", "978"), "EUR"),
    **dict.fromkeys(("дол", "долл", "usd", "$", "840"), "USD"),
    **dict.fromkeys(("тг", "тенге", "₸", "398"), "KZT"),
    **dict.fromkeys(("бел.руб", "белруб", "933"), "BYN"),
}


def told_in(record: Record) -> Iterator[Told]:
    """What one record says, in the order in which it is to be kept."""
    node = record.node
    match node.name:
        case "Группы":
            yield from _groups(node, inside="")
        case "ТипЦены":
            yield from _price_list(node)
        case "Склад":
            yield from _warehouse(node)
        case "Товар":
            yield from _item(node)
        case "Предложение":
            yield from _offer(node)


def moment_in(header: Mapping[str, str], *, zone: ZoneInfo) -> datetime | None:
    """When the file was made, by 1C's own clock, which names no zone."""
    day, time = header.get("ДатаФормирования", ""), header.get("ВремяФормирования", "")
    return moment(f"{day}T{time}" if time and "T" not in day else day, zone=zone)


def moment(text: str, *, zone: ZoneInfo) -> datetime | None:
    """2026-03-01, 2026-03-01T10:00:00, 01.03.2026 or 01.03.2026 10:00:00; None for whatever else."""
    text = re.sub(r"^(\d{2})\.(\d{2})\.(\d{4})", r"\3-\2-\1", text.strip())
    text = re.sub(r"(?<=[T ])(?=\d:)", "0", text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def number(text: str) -> Decimal | None:
    """With a comma or a point, and with blanks between the thousands."""
    try:
        return decimal_of(BLANKS.sub("", text).replace(",", "."))
    except ValueError:
        return None


def currency(text: str) -> str:
    """Of ISO 4217; "" for what nobody knows."""
    bare = text.strip().rstrip(".").lower()
    if bare in CURRENCIES:
        return CURRENCIES[bare]
    return bare.upper() if re.fullmatch("[a-z]{3}", bare) else ""


def is_yes(text: str) -> bool:
    return text.strip().lower() in YES


def requisites(node: Node) -> dict[str, str]:
    found = node.all("ЗначенияРеквизитов", "ЗначениеРеквизита")
    return {one.said("Наименование"): one.said("Значение") for one in found}


def _groups(node: Node, *, inside: str) -> Iterator[Told]:
    for one in node.all("Группа"):
        group = text_of(one.said("Ид"), 64)
        name = text_of(one.said("Наименование"), 100)
        if group and name:
            yield GroupTold(external_id=group, name=name, inside=inside)
        for inner in one.all("Группы"):
            yield from _groups(inner, inside=group)


def _price_list(node: Node) -> Iterator[Told]:
    if external_id := text_of(node.said("Ид"), 64):
        yield PriceListTold(
            external_id=external_id,
            name=text_of(node.said("Наименование"), 100),
            currency=currency(node.said("Валюта")),
        )


def _warehouse(node: Node) -> Iterator[Told]:
    if external_id := text_of(node.said("Ид"), 64):
        yield WarehouseTold(external_id=external_id, name=text_of(node.said("Наименование"), 100))


def _item(node: Node) -> Iterator[Told]:
    if not (external_id := _id(node)):
        return
    group = next((one.text.strip() for one in node.all("Группы", "Ид")), "")
    yield ItemTold(
        external_id=external_id,
        article=text_of(node.said("Артикул"), 64),
        name=text_of(node.said("Наименование"), 200),
        barcode=_barcode(node),
        brand=_brand(node),
        unit=_unit(node),
        group=text_of(group, 64),
        is_gone=_is_gone(node),
    )


def _offer(node: Node) -> Iterator[Told]:
    if not (external_id := _id(node)):
        return
    yield OfferTold(
        external_id=external_id,
        article=text_of(node.said("Артикул"), 64),
        name=_offered_as(node),
        barcode=_barcode(node),
        unit=_unit(node),
        prices=tuple(_prices(node)),
        stock=tuple(_stock(node)),
        is_gone=_is_gone(node),
    )


def _id(node: Node) -> str:
    """Longer than ids are: of nothing that could be told apart."""
    found = text_of(node.said("Ид"), LONGEST_ID + 1)
    return found if len(found) <= LONGEST_ID else ""


def _is_gone(node: Node) -> bool:
    status = node.attributes.get("Статус", "") or node.said("Статус")
    return status.strip().lower() in GONE or is_yes(node.said("ПометкаУдаления"))


def _barcode(node: Node) -> str:
    return re.sub(r"\s", "", text_of(node.said("Штрихкод", "ШтрихКод"), 64))[:32]


def _brand(node: Node) -> str:
    maker = node.child("Изготовитель")
    return text_of((maker.said("Наименование") if maker else "") or node.said("ТорговаяМарка"), 100)


def _unit(node: Node) -> str:
    unit = node.child("БазоваяЕдиница") or node.child("Единица")
    if unit is None:
        return ""
    known = unit.text.strip() or unit.said("НаименованиеКраткое") or unit.said("Наименование")
    return text_of(known or unit.attributes.get("НаименованиеПолное", ""), 20)


def _offered_as(node: Node) -> str:
    """With what makes it this variant, unless its name says so already."""
    name = node.said("Наименование")
    traits = [one.said("Значение") for one in node.all("ХарактеристикиТовара", "ХарактеристикаТовара")]
    missing = [trait for trait in traits if trait and trait.lower() not in name.lower()]
    return text_of(f"{name} ({', '.join(missing)})" if name and missing else name, 200)


def _prices(node: Node) -> Iterator[PriceTold]:
    for one in node.all("Цены", "Цена"):
        price = number(one.said("ЦенаЗаЕдиницу"))
        listed = text_of(one.said("ИдТипаЦены"), 64)
        if price is None or not listed or not 0 <= price < LARGEST_PRICE:
            continue
        yield PriceTold(
            price_list=listed, price=price.quantize(PRICE_STEP), currency=currency(one.said("Валюта"))
        )


def _stock(node: Node) -> Iterator[StockTold]:
    """By warehouse where it is told so, in either of the ways in which versions of the format write it."""
    older = (*node.all("Склад"), *node.all("Склады"), *node.all("Склады", "Склад"))
    newer = node.all("Остатки", "Остаток", "Склад")
    told = list(
        _counted(
            [
                *(
                    (one.attributes.get("ИдСклада", ""), one.attributes.get("КоличествоНаСкладе", ""))
                    for one in older
                ),
                *((one.said("Ид"), one.said("Количество")) for one in newer),
            ]
        )
    )
    if not told:
        whole = [node.said("Количество"), *(one.said("Количество") for one in node.all("Остатки", "Остаток"))]
        told = list(_counted([("", text) for text in whole]))
    yield from told


def _counted(pairs: Sequence[tuple[str, str]]) -> Iterator[StockTold]:
    seen: set[str] = set()
    for warehouse, text in pairs:
        quantity = number(text) if text else None
        if quantity is None or abs(quantity) >= LARGEST_QUANTITY or warehouse in seen:
            continue
        seen.add(warehouse)
        yield StockTold(warehouse=text_of(warehouse, 64), quantity=quantity.quantize(QUANTITY_STEP))
