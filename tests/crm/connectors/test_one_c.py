"""A scripted 1C exchanges with the house over real HTTP: goods, prices, stock and orders, in both encodings."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest
from django.urls import reverse
from django.utils import timezone

from crm import feed
from crm.connectors import connecting
from crm.connectors.one_c import exchange, importing
from crm.connectors.one_c.exchange import COOKIE
from crm.models import (
    Connection,
    ConnectorDelivery,
    Customer,
    Exchange,
    ExchangeFile,
    FilePiece,
    ItemStock,
    ListedPrice,
    Offering,
    Order,
    PriceFeed,
    Product,
    Return,
    ShelfItem,
)
from crm.purchases import price_lists
from crm.purchases.ordering import LineGiven, advance_order, place_order
from tests.crm.connectors.arriving import settle
from tests.factories.customers import CustomerFactory
from tests.factories.shops import NOON, ShopFactory
from tests.fakes import commerceml as cml
from tests.fakes.one_c import InProcess, OneC, Refused

pytestmark = pytest.mark.django_db
ENCODINGS = ("utf-8", "windows-1251")
TEA, COFFEE, SHIRT = "9f1c-tea", "9f1c-coffee", "9f1c-shirt"
SMALL = "9f1c-shirt#77aa-s"
LATER = "2026-03-01T11:00:00"


@pytest.fixture
def connection() -> Connection:
    shop = ShopFactory(currency="RUB", time_zone="Europe/Moscow")
    secrets = connecting.fresh_secrets("one_c")
    return connecting.connect(shop=shop, vendor="one_c", secrets=secrets, at=timezone.now())


@pytest.fixture
def one_c(connection: Connection) -> OneC:
    """Without sockets; `test_a_full_exchange…` has them."""
    address = f"http://testserver{reverse('hooks:one-c', args=[connection.key])}"
    return OneC(
        address,
        connection.secrets["password"],
        transport=InProcess(),
    )


def catalogue(encoding: str = "utf-8", *, made_at: str = cml.MADE_AT) -> dict[str, bytes]:
    groups = cml.group("g1", "Напитки", cml.group("g2", "Чай"))
    items = [
        cml.item(TEA, "Чай «Липа», 50 г", "TEA-50", group="g2", barcode="3800123456789"),
        cml.item(COFFEE, "Кофе ёмкий", "COF-1", group="g1", unit="кг"),
        cml.item(SHIRT, "Рубашка", "SHIRT"),
        cml.item("9f1c-nameless", ""),
    ]
    prices = [
        cml.offer(TEA, prices={cml.RETAIL: "1 234,5650", cml.WHOLESALE: "1000.1234"}),
        cml.offer(COFFEE, prices={cml.RETAIL: "99.9900"}),
        cml.offer(SMALL, prices={cml.RETAIL: "700"}),
    ]
    stock = [
        cml.offer(TEA, stock={"main": "3.000", "far": "2"}),
        cml.offer(COFFEE, stock="1.250"),
        cml.offer(SMALL, stock={"main": "0"}),
    ]
    variants = [cml.offer(SMALL, name="Рубашка", article="SHIRT", traits=["S"])]
    return {
        "import0_1.xml": cml.spelt(cml.goods(items[:2], groups, made_at=made_at), encoding),
        "import0_2.xml": cml.spelt(cml.goods(items[2:], made_at=made_at), encoding),
        "offers0_1.xml": cml.spelt(cml.offers(variants, made_at=made_at), encoding),
        "prices0_1.xml": cml.spelt(cml.offers(prices, made_at=made_at), encoding),
        "rests0_1.xml": cml.spelt(cml.offers(stock, made_at=made_at), encoding),
    }


def standing() -> dict[str, Any]:
    """Everything that an exchange may make, without ids of our own."""
    return {
        "products": sorted(
            Product.objects.values_list(
                *("sku", "name", "barcode", "is_active", "category__name", "category__parent__name")
            ),
            key=str,
        ),
        "offers": sorted(Offering.objects.values_list("product__sku", "price", "currency", "stock"), key=str),
        "prices": sorted(ListedPrice.objects.values_list("item__external_id", "price_list__name", "price")),
        "stock": sorted(ItemStock.objects.values_list("item__external_id", "warehouse__name", "quantity")),
        "orders": sorted(
            Order.objects.values_list("external_id", "goods_amount", "progress", "customer__given_name"),
            key=str,
        ),
        "lines": sorted(
            Order.objects.values_list("lines__sku", "lines__amount", "lines__returned_quantity"), key=str
        ),
        "returns": sorted(Return.objects.values_list("external_id", "amount")),
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("encoding", "is_packing"), [("utf-8", True), ("windows-1251", False)])
def test_a_full_exchange_brings_goods_prices_and_stock(
    one_c: OneC, connection: Connection, live_server: Any, encoding: str, is_packing: bool
) -> None:
    one_c.address, one_c.transport = one_c.address.replace("http://testserver", live_server.url), None
    one_c.is_packing, one_c.piece = is_packing, 700
    one_c.send_catalogue(catalogue(encoding), is_full=True)

    tea = Product.objects.get(sku="TEA-50")
    assert (tea.name, tea.barcode) == ("Чай «Липа», 50 г", "3800123456789")
    assert tea.category and tea.category.parent and tea.category.parent.name == "Напитки"
    offered = {one.product.sku: one for one in Offering.objects.select_related("product")}
    assert (offered["TEA-50"].price, offered["TEA-50"].currency) == (Decimal("1234.57"), "RUB")
    assert (offered["TEA-50"].stock, offered["COF-1"].stock) == (5, 1)
    assert ListedPrice.objects.get(item__external_id=TEA, price_list__name="Оптовая").price == Decimal(
        "1000.1234"
    )
    shirt = ShelfItem.objects.get(external_id=SMALL).product
    assert shirt and (shirt.name, shirt.sku[:6]) == ("Рубашка (S)", "SHIRT#")
    assert Product.objects.get(sku="9f1c-nameless").name == "9f1c-nameless"
    assert not FilePiece.objects.exists() and not ExchangeFile.objects.exists()


def test_a_change_of_stock_is_there_as_soon_as_it_is_told(one_c: OneC) -> None:
    one_c.send_catalogue(catalogue())
    rests = cml.offers([cml.offer(TEA, stock={"main": "1"})], made_at=LATER)
    one_c.send_catalogue({"rests0_1.xml": cml.spelt(rests)})

    assert Offering.objects.get(product__sku="TEA-50").stock == 1


def test_what_a_full_list_does_not_name_is_no_longer_sold_and_what_is_marked_is_neither(one_c: OneC) -> None:
    one_c.send_catalogue(catalogue(), is_full=True)
    left = cml.goods(
        [cml.item(TEA, "Чай", "TEA-50"), cml.item(COFFEE, "Кофе", "COF-1", gone=True)], made_at=LATER
    )
    one_c.send_catalogue({"import0_1.xml": cml.spelt(left)}, is_full=True)

    sold = set(Product.objects.filter(is_active=True).values_list("sku", flat=True))
    assert sold == {"TEA-50"}


def test_a_list_of_changes_takes_nothing_away(one_c: OneC) -> None:
    one_c.send_catalogue(catalogue(), is_full=True)
    one_c.send_catalogue(
        {"import0_1.xml": cml.spelt(cml.goods([], made_at=LATER, only_changes=True))}, is_full=True
    )

    assert not Product.objects.filter(is_active=False).exists()


@pytest.mark.parametrize("seed", range(8))
def test_doubled_reversed_and_split_files_end_the_same(
    one_c: OneC, connection: Connection, seed: int
) -> None:
    dice = random.Random(seed)
    rests = cml.offers([cml.offer(TEA, stock={"far": "7"}), cml.offer(COFFEE, stock="9")], made_at=LATER)
    renamed = cml.goods(
        [cml.item(TEA, "Чай липовый", "TEA-50", group="g1")], made_at=LATER, only_changes=True
    )
    files = [
        *catalogue().items(),
        ("rests1_1.xml", cml.spelt(rests)),
        ("import1_1.xml", cml.spelt(renamed)),
    ]
    for name, content in files:
        one_c.send_catalogue({name: content})
    in_order = standing()

    for model in (ListedPrice, ItemStock, Offering, ShelfItem, Product):
        model.objects.all().delete()
    muddled = [*files, *dice.sample(files, 3)]
    dice.shuffle(muddled)
    one_c.piece = dice.choice([313, 1024, 100_000])
    one_c.encoding = "utf-8"
    for name, content in muddled:
        one_c.is_packing = dice.random() < 0.5
        one_c.send_catalogue({name: content})

    assert standing() == in_order


def test_an_import_says_how_far_it_is_and_goes_on_there(one_c: OneC, connection: Connection) -> None:
    items = [cml.item(f"id-{number}", f"Товар {number}", f"A-{number}") for number in range(1_100)]
    one_c.begin("catalog")
    one_c.bring("catalog", "import.xml", cml.spelt(cml.goods(items), "windows-1251"))
    going_on = Exchange.objects.select_related("connection__shop").get(ended_at=None)
    first = importing.go_on(going_on, name="import.xml", clock=timezone.now, until=timezone.now())
    second = importing.go_on(going_on, name="import.xml", clock=timezone.now, until=timezone.now())

    assert (first.done, second.done, second.is_over) == (500, 1000, False)
    assert Product.objects.count() == 1000
    one_c.work_off("catalog", "import.xml")
    assert Product.objects.count() == 1_100


def test_goods_that_were_told_of_and_not_listed_yet_are_listed_after_a_kill(
    one_c: OneC, connection: Connection
) -> None:
    one_c.send_catalogue(catalogue())
    Product.objects.all().delete()
    ShelfItem.objects.update(unsettled_since=timezone.now())
    one_c.send_catalogue({"import0_1.xml": cml.spelt(cml.goods([], made_at=LATER, only_changes=True))})
    one_c.send_catalogue({"rests0_1.xml": catalogue()["rests0_1.xml"]})

    assert Product.objects.count() == 5


@pytest.mark.parametrize(
    "bad",
    [
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>',
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>',
        b"<html></html>",
        b"",
        b"\x00\xff\xfe",
        b'<?xml version="1.0" encoding="utf-7"?><a/>',
        cml.spelt(cml.goods([cml.item(TEA, "Чай")]))[:-30],
        cml.spelt(cml.goods(["<a>" * 100 + "</a>" * 100])),
    ],
)
def test_bombs_foreign_entities_and_damaged_files_are_refused_with_a_reason(one_c: OneC, bad: bytes) -> None:
    one_c.begin("catalog")
    one_c.bring("catalog", "import.xml", bad)
    with pytest.raises(Refused, match=r"\w"):
        one_c.work_off("catalog", "import.xml")

    assert not PriceFeed.objects.exists()


def test_an_archive_that_unpacks_too_far_or_is_damaged_is_refused(one_c: OneC) -> None:
    one_c.begin("catalog")
    one_c.bring("catalog", "v8.zip", cml.packed({"import.xml": b" " * 20_000_000}))
    one_c.bring("catalog", "v9.zip", cml.packed({"offers.xml": b"<a/>"})[:-40])
    for name in ("import.xml", "v9.zip", "offers.xml", "../../etc/passwd", "никогда.xml"):
        with pytest.raises(Refused, match=r"\w"):
            one_c.work_off("catalog", name)


def test_pictures_are_taken_and_not_kept(one_c: OneC) -> None:
    one_c.begin("catalog")
    one_c.bring("catalog", "import_files/9f/tea.jpg", b"\xff\xd8" * 100)

    assert not FilePiece.objects.exists()


# Who may speak


def test_none_of_500_forged_altered_replayed_and_default_requests_is_accepted(
    one_c: OneC, connection: Connection
) -> None:
    dice = random.Random(7)
    one_c.begin("catalog")
    old = dict(one_c.cookies)
    one_c.begin("catalog")
    good, password = one_c.cookies[COOKIE], one_c.password
    before = Exchange.objects.count()
    accepted = 0
    for number in range(500):
        one_c.password, one_c.cookies = _forged(number, password, good, old, dice)
        mode = "checkauth" if number % 2 else dice.choice(["init", "file", "import", "success", "complete"])
        kind = "catalog" if number % 2 or number % 3 else "sale"
        if kind == "sale":
            one_c.cookies = {COOKIE: good}
        accepted += one_c.ask(kind, mode, body=b"<a/>", filename="import.xml").status_code != 401

    assert accepted == 0
    assert Exchange.objects.count() == before and not FilePiece.objects.exists()


def _forged(
    number: int, password: str, good: str, old: dict[str, str], dice: random.Random
) -> tuple[str, dict[str, str]]:
    """Of odd ones the password is wrong, of even ones the cookie."""
    place = dice.randrange(len(password))
    altered = password[:place] + ("A" if password[place] != "A" else "B") + password[place + 1 :]
    wrong = dice.choice(
        ["", "1c", "admin", "password", "12345678", altered, password[:-1], password + " ", good]
    )
    place = dice.randrange(len(good))
    other = good[:place] + ("A" if good[place] != "A" else "B") + good[place + 1 :]
    cookie = dice.choice([{}, old, {COOKIE: other}, {COOKIE: ""}, {COOKIE: password}, {"other": good}])
    return (wrong, {COOKIE: good}) if number % 2 else (password, cookie)


def test_a_weak_password_opens_nothing_however_it_came_there(one_c: OneC, connection: Connection) -> None:
    connection.keep_secrets({"password": "password12345678"})
    connection.save()
    one_c.password = "password12345678"
    with pytest.raises(Refused):
        one_c.begin("catalog")


def test_a_cookie_is_of_one_exchange_and_of_no_other_connection(one_c: OneC, connection: Connection) -> None:
    one_c.begin("catalog")
    assert one_c.lines("catalog", "complete") == ["success"]
    with pytest.raises(Refused):
        one_c.lines("catalog", "init")
    one_c.begin("catalog")
    Exchange.objects.update(heard_at=timezone.now() - exchange.SILENCE - timedelta(seconds=1))
    with pytest.raises(Refused):
        one_c.lines("catalog", "init")


def test_an_address_of_nobody_and_of_another_vendor_is_404(one_c: OneC, connection: Connection) -> None:
    Connection.objects.update(vendor="woocommerce")
    assert one_c.ask("catalog", "checkauth").status_code == 404
    Connection.objects.update(vendor="one_c", closed_at=timezone.now())
    assert one_c.ask("catalog", "checkauth").status_code == 404


def test_what_is_not_of_the_protocol_is_answered_in_its_words(one_c: OneC) -> None:
    one_c.begin("catalog")
    for kind, mode in (("catalog", "dance"), ("dance", "checkauth"), ("", "")):
        with pytest.raises(Refused, match=r"\w"):
            one_c.lines(kind, mode)


# Orders


def document(
    external_id: str,
    lines: str,
    *,
    number: str = "",
    operation: str = "Заказ товара",
    total: str = "",
    buyer: str = "",
    told: dict[str, str] | None = None,
    base: str = "",
) -> str:
    requisites = "".join(
        f"<ЗначениеРеквизита><Наименование>{name}</Наименование><Значение>{value}</Значение></ЗначениеРеквизита>"
        for name, value in (told or {}).items()
    )
    return (
        f"<Документ><Ид>{external_id}</Ид><Номер>{number or external_id}</Номер><Дата>2026-02-28</Дата>"
        f"<ХозОперация>{operation}</ХозОперация><Роль>Продавец</Роль><Валюта>руб</Валюта><Курс>1.0000</Курс>"
        f"<Сумма>{total}</Сумма><Основание>{base}</Основание><Время>12:00:00</Время>"
        f"<Контрагенты>{buyer}</Контрагенты><Товары>{lines}</Товары>"
        f"<ЗначенияРеквизитов>{requisites}</ЗначенияРеквизитов></Документ>"
    )


def line(external_id: str, quantity: str, price: str, amount: str, article: str = "") -> str:
    return (
        f"<Товар><Ид>{external_id}</Ид><Артикул>{article}</Артикул><Наименование>Чай</Наименование>"
        f"<ЦенаЗаЕдиницу>{price}</ЦенаЗаЕдиницу><Количество>{quantity}</Количество><Сумма>{amount}</Сумма></Товар>"
    )


MARIA = (
    "<Контрагент><Ид>77-maria</Ид><Наименование>Иванова Мария</Наименование><Роль>Покупатель</Роль>"
    "<Имя>Мария</Имя><Фамилия>Иванова</Фамилия><Контакты><Контакт><Тип>Почта</Тип>"
    "<Значение>maria@example.com</Значение></Контакт></Контакты></Контрагент>"
)
SOMEBODY = "<Контрагент><Ид>77-retail</Ид><Наименование>Розничный покупатель</Наименование></Контрагент>"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_order_born_in_1c_lands_with_its_buyer_lines_and_moments(one_c: OneC, encoding: str) -> None:
    lines = line(TEA, "3", "8.0000", "21.6000", "TEA-50") + line("ORDER_DELIVERY", "1", "6", "6")
    told = {"Дата оплаты по 1С": "2026-02-28", "Проведен": "true"}
    order = document("doc-1", lines, number="НФ-000017", total="27.60", buyer=MARIA, told=told)
    one_c.send_orders([cml.spelt(cml.orders([order]), encoding)])
    settle()

    kept = Order.objects.get()
    sold = kept.lines.get()
    assert (kept.external_id, kept.number, kept.currency) == ("doc-1", "НФ-000017", "RUB")
    assert (kept.goods_amount, kept.delivery_amount, kept.progress) == (
        Decimal("21.60"),
        Decimal("6.00"),
        "paid",
    )
    assert (sold.sku, sold.quantity, sold.discount_amount) == ("TEA-50", 3, Decimal("2.40"))
    assert kept.customer and kept.customer.given_name == "Мария"


@pytest.mark.parametrize("piece", [1, 7, 64])
def test_orders_in_the_smallest_pieces_are_done_at_the_last_of_them(one_c: OneC, piece: int) -> None:
    one_c.piece = 100 * piece
    order = document("doc-1", line(TEA, "1", "5", "5"), total="5")
    one_c.send_orders([cml.spelt(cml.orders([order]), "windows-1251")], asks=False)
    settle()

    assert Order.objects.count() == 1


def test_buyers_without_a_name_are_nobody_and_never_one_person(one_c: OneC) -> None:
    orders = [document(f"doc-{n}", line(TEA, "1", "5", "5"), total="5", buyer=SOMEBODY) for n in range(3)]
    one_c.send_orders([cml.spelt(cml.orders([*orders, document("doc-9", line(TEA, "1", "5", "5"))]))])
    settle()

    assert Order.objects.count() == 4 and not Customer.objects.exists()


def test_doubled_and_reversed_documents_end_the_same(one_c: OneC) -> None:
    lines = line(TEA, "3", "8", "24", "TEA-50") + line(COFFEE, "1", "5", "5")
    order = document("doc-1", lines, total="29", buyer=MARIA)
    paid = document("pay-1", "", operation="Выплата безналичных денег", base="doc-1")
    back = document("ret-1", line(TEA, "1", "8", "8"), operation="Возврат товара", base="doc-1")
    files = [cml.spelt(cml.orders([one])) for one in (order, paid, back)]
    one_c.send_orders(files)
    settle()
    in_order = standing()
    assert in_order["returns"] == [("ret-1", Decimal("8.00"))] and in_order["orders"][0][2] == "paid"

    for permuted in ([2, 1, 0], [1, 1, 2, 0, 0], [2, 0, 1, 2]):
        again = [
            files[position].replace(b"doc-1", f"doc-{len(permuted)}{permuted[0]}".encode())
            for position in permuted
        ]
        again = [one.replace(b"-1<", f"-{len(permuted)}{permuted[0]}<".encode()) for one in again]
        one_c.send_orders(again, asks=False)
        ConnectorDelivery.objects.filter(landed_at=None).update(next_try_at=timezone.now())
        settle()
    assert {row[1:] for row in standing()["orders"]} == {row[1:] for row in in_order["orders"]}
    assert {row[1:] for row in standing()["returns"]} == {row[1:] for row in in_order["returns"]}
    assert len(standing()["orders"]) == len(standing()["returns"]) == 4


def our_order(connection: Connection, number: str = "W-1", **more: Any) -> Order:
    now = timezone.now()
    return place_order(
        shop=connection.shop,
        external_id=number,
        lines=[
            LineGiven(
                external_id="1",
                sku="TEA-50",
                name="Чай «Липа» ☕",
                quantity=Decimal(2),
                unit_price=Decimal("10.5"),
                discount_amount=Decimal("1.00"),
            )
        ],
        placed_at=now - timedelta(minutes=5),
        source="api:shop",
        delivery_amount=Decimal("3.00"),
        at=now,
        **more,
    )


def told_to(one_c: OneC, **more: Any) -> dict[str, ElementTree.Element]:
    while feed.sequence():
        pass
    root = ElementTree.fromstring(one_c.fetch_orders(**more))  # noqa: S314 - our own
    return {found.findtext("Номер", ""): found for found in root.iter("Документ")}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_our_orders_are_told_until_1c_says_that_it_has_them(
    one_c: OneC, connection: Connection, encoding: str
) -> None:
    if encoding != "utf-8":
        one_c.address, one_c.encoding = f"{one_c.address}windows-1251/", encoding
    buyer = CustomerFactory(given_name="Мария", family_name="Иванова")
    order = our_order(connection, customer=buyer)
    first = told_to(one_c, takes=False)
    told = first["W-1"]
    assert told.findtext("Сумма") == "23.00"
    assert told.findtext("Контрагенты/Контрагент/Наименование") == "Иванова Мария"
    assert told.findtext("Товары/Товар/Наименование") == "Чай «Липа» ☕"
    assert [one.text for one in told.iterfind("Товары/Товар/Ид")] == ["TEA-50", "ORDER_DELIVERY"]
    assert set(told_to(one_c)) == {"W-1"}
    assert told_to(one_c) == {}

    advance_order(order, moment="paid", occurred_at=timezone.now(), source="api:shop", at=timezone.now())
    paid = told_to(one_c)["W-1"]
    states = {
        one.findtext("Наименование"): one.findtext("Значение") for one in paid.iter("ЗначениеРеквизита")
    }
    assert states["Заказ оплачен"] == "true"


def test_1c_moves_and_returns_our_orders_and_is_not_told_of_it(one_c: OneC, connection: Connection) -> None:
    one_c.send_catalogue(catalogue())
    order = our_order(connection)
    assert set(told_to(one_c)) == {"W-1"}
    told = {"Дата оплаты по 1С": "01.03.2026 0:00:00", "Дата отгрузки по 1С": "2026-03-01T00:00:00"}
    moved = document("1c-guid", line(TEA, "2", "10.5", "20"), number="W-1", total="23", told=told)
    back = document("ret-7", line(TEA, "1", "10", "10"), operation="Возврат товара", base="W-1")
    one_c.send_orders([cml.spelt(cml.orders([moved, back], boxed=True))])
    settle()

    order.refresh_from_db()
    assert order.paid_at and order.shipped_at and Order.objects.count() == 1
    assert order.lines.get().returned_quantity == 1
    assert told_to(one_c) == {}


def test_a_document_nobody_knows_stays_for_people(one_c: OneC) -> None:
    one_c.send_orders([cml.spelt(cml.orders([document("d", "", operation="Инвентаризация")]))])
    settle()

    assert ConnectorDelivery.objects.get().failure_code == "not-its-payload"


# How far it can be relied on


def test_stock_is_stale_when_1c_is_silent_for_three_times_its_usual_pause(connection: Connection) -> None:
    shop, at = connection.shop, NOON
    assert price_lists.freshness(shop, at=at).as_of is None
    for _exchange in range(6):
        price_lists.note_heard(shop, is_first=True, at=at)
        at += timedelta(minutes=10)
    at -= timedelta(minutes=10)

    assert not price_lists.freshness(shop, at=at + timedelta(minutes=30)).is_stale
    assert price_lists.freshness(shop, at=at + timedelta(minutes=31)).is_stale


def test_a_failed_exchange_is_no_news_of_stock(one_c: OneC, connection: Connection) -> None:
    one_c.send_catalogue(catalogue())
    heard = PriceFeed.objects.get().heard_at
    one_c.begin("catalog")
    one_c.bring("catalog", "rests.xml", b"<broken")
    with pytest.raises(Refused):
        one_c.work_off("catalog", "rests.xml")
    one_c.begin("catalog")

    assert PriceFeed.objects.get().heard_at == heard


def test_files_of_an_exchange_that_broke_off_are_forgotten(one_c: OneC) -> None:
    one_c.begin("sale")
    one_c.bring("sale", "orders.xml", b"<half")
    Exchange.objects.update(heard_at=timezone.now() - exchange.SILENCE * 2)

    assert exchange.forget_silent(at=timezone.now()) == 1
    assert not FilePiece.objects.exists()
