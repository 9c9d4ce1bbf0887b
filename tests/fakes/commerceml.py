"""Files as 1C writes them, made up for the tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

RETAIL, WHOLESALE = "price-retail", "price-wholesale"
MADE_AT = "2026-03-01T10:00:00"


def spelt(text: str, encoding: str = "utf-8", *, mark: bool = True) -> bytes:
    """As a file: UTF-8 begins with a mark, as 1C writes it."""
    declared = f'<?xml version="1.0" encoding="{encoding}"?>\n{text}'
    return (b"\xef\xbb\xbf" if encoding == "utf-8" and mark else b"") + declared.encode(encoding)


def packed(files: Mapping[str, bytes]) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return kept.getvalue()


def _document(inside: str, made_at: str, version: str = "2.08") -> str:
    return (
        f'<КоммерческаяИнформация xmlns="urn:1C.ru:commerceml_2" ВерсияСхемы="{version}" '
        f'ДатаФормирования="{made_at}">{inside}</КоммерческаяИнформация>'
    )


def group(external_id: str, name: str, inner: str = "") -> str:
    inside = f"<Группы>{inner}</Группы>" if inner else ""
    return f"<Группа><Ид>{external_id}</Ид><Наименование>{name}</Наименование>{inside}</Группа>"


def item(
    external_id: str,
    name: str,
    article: str = "",
    group: str = "",
    barcode: str = "",
    unit: str = "шт",
    gone: bool = False,
) -> str:
    return (
        f"<Товар{' Статус=' + chr(34) + 'Удален' + chr(34) if gone else ''}><Ид>{external_id}</Ид>"
        f"<Артикул>{escape(article)}</Артикул><Штрихкод>{barcode}</Штрихкод>"
        f"<Наименование>{escape(name)}</Наименование>"
        f'<БазоваяЕдиница Код="796" НаименованиеПолное="Штука">{unit}</БазоваяЕдиница>'
        + (f"<Группы><Ид>{group}</Ид></Группы>" if group else "")
        + "<СтавкиНалогов><СтавкаНалога><Наименование>НДС</Наименование><Ставка>20</Ставка></СтавкаНалога>"
        "</СтавкиНалогов></Товар>"
    )


def goods(
    items: Iterable[str], groups: str = "", *, made_at: str = MADE_AT, only_changes: bool = False
) -> str:
    """import.xml"""
    classifier = (
        f"<Классификатор><Ид>c1</Ид><Наименование>Каталог</Наименование><Группы>{groups}</Группы></Классификатор>"
        if groups
        else ""
    )
    changes = "true" if only_changes else "false"
    return _document(
        f'{classifier}<Каталог СодержитТолькоИзменения="{changes}"><Ид>k1</Ид>'
        f"<Наименование>Каталог</Наименование><Товары>{''.join(items)}</Товары></Каталог>",
        made_at,
    )


def price(listed: str, amount: str, currency: str = "руб") -> str:
    return (
        f"<Цена><Представление>{amount} {currency}. за шт</Представление><ИдТипаЦены>{listed}</ИдТипаЦены>"
        f"<ЦенаЗаЕдиницу>{amount}</ЦенаЗаЕдиницу><Валюта>{currency}</Валюта><Единица>шт</Единица></Цена>"
    )


def offer(
    external_id: str,
    *,
    name: str = "",
    article: str = "",
    prices: Mapping[str, str] | None = None,
    stock: str | Mapping[str, str] | None = None,
    traits: Sequence[str] = (),
) -> str:
    """`stock`: a sum, or by warehouse as 2.08 writes it."""
    told = "".join(price(listed, amount) for listed, amount in (prices or {}).items())
    if isinstance(stock, str):
        counted = f"<Количество>{stock}</Количество>"
    else:
        rows = "".join(
            f"<Остаток><Склад><Ид>{house}</Ид><Количество>{count}</Количество></Склад></Остаток>"
            for house, count in (stock or {}).items()
        )
        counted = f"<Остатки>{rows}</Остатки>" if rows else ""
    traited = "".join(
        f"<ХарактеристикаТовара><Наименование>Размер</Наименование><Значение>{one}</Значение>"
        "</ХарактеристикаТовара>"
        for one in traits
    )
    return (
        f"<Предложение><Ид>{external_id}</Ид>"
        + (f"<Артикул>{article}</Артикул>" if article else "")
        + (f"<Наименование>{escape(name)}</Наименование>" if name else "")
        + (f"<ХарактеристикиТовара>{traited}</ХарактеристикиТовара>" if traited else "")
        + (f"<Цены>{told}</Цены>" if told else "")
        + f"{counted}</Предложение>"
    )


TYPES = (
    f"<ТипыЦен><ТипЦены><Ид>{RETAIL}</Ид><Наименование>Розничная</Наименование><Валюта>руб</Валюта></ТипЦены>"
    f"<ТипЦены><Ид>{WHOLESALE}</Ид><Наименование>Оптовая</Наименование><Валюта>руб</Валюта></ТипЦены></ТипыЦен>"
)
HOUSES = (
    "<Склады><Склад><Ид>main</Ид><Наименование>Основной</Наименование></Склад>"
    "<Склад><Ид>far</Ид><Наименование>Дальний</Наименование></Склад></Склады>"
)


def offers(rows: Iterable[str], *, types: str = TYPES + HOUSES, made_at: str = MADE_AT) -> str:
    """offers.xml, prices.xml, rests.xml"""
    return _document(
        f'<ПакетПредложений СодержитТолькоИзменения="true"><Ид>p1</Ид>{types}'
        f"<Предложения>{''.join(rows)}</Предложения></ПакетПредложений>",
        made_at,
    )


def orders(documents: Iterable[str], *, made_at: str = MADE_AT, boxed: bool = False) -> str:
    inside = "".join(f"<Контейнер>{one}</Контейнер>" if boxed else one for one in documents)
    return _document(inside, made_at, version="2.10")
