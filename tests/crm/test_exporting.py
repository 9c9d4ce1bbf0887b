import csv
import io
from decimal import Decimal

import openpyxl
import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from crm import exporting
from crm.exporting import Column, inert
from crm.models import Customer, ListTaken, Return, Shop
from crm.purchases import figures
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.orders import line, placed_order
from tests.factories.shops import NOON, ShopFactory, UserFactory

pytestmark = pytest.mark.django_db

PHONE = "+359888123456"
FORMULAS = [
    "=1+1",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM",
    " =1+1",
    "\u200b=1+1",
    "\ufeff=HYPERLINK(1)",
]
HARMLESS = ["Maria", PHONE, "-12.50", "1=1", "", "Иванова-Петрова", "'", "+7"]


def colleague(role: str):
    one = UserFactory(language="en")
    one.groups.add(Group.objects.get(name=role))
    return one


@pytest.fixture
def manager(client):
    one = colleague("manager")
    client.force_login(one)
    return one


def taken(client, name: str, kind: str = "csv", **query):
    return client.get(reverse("crm:export", args=[name, kind], query=query))


def rows_of_csv(answer) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def rows_of_xlsx(answer) -> list[dict[str, object]]:
    head, *rows = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.iter_rows()
    return [{name.value: cell for name, cell in zip(head, row, strict=True)} for row in rows]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_could_be_a_formula_is_inert(text):
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_what_cannot_be_a_formula_stays_as_it_is(text):
    assert inert(text) == text


@given(st.text(max_size=20))
def test_no_cell_of_a_csv_begins_a_formula_unless_it_is_a_number(text):
    cell = inert(text)

    assert cell[:1] not in tuple(exporting.BEGINS_A_FORMULA) or cell.lstrip("+-").replace(".", "").isdigit()
    assert cell.removeprefix("'") in (text, text.removeprefix("'"))


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_somebody_typed_as_a_name_runs_in_no_spreadsheet(client, manager, name):
    CustomerFactory(given_name=name, family_name="Petrova")

    written = rows_of_csv(taken(client, "customer"))[0]["given name"]
    cell = rows_of_xlsx(taken(client, "customer", "xlsx"))[0]["given name"]

    assert written[0] == "'"
    assert cell.data_type == "s"
    assert cell.value.strip() in name.replace("\r", "\n")


def test_phones_and_negative_amounts_survive_the_round_trip(client, manager):
    maria = CustomerFactory()
    IdentityFactory(customer=maria, kind="phone", value=PHONE)
    shop = ShopFactory()
    Return.objects.create(
        shop=shop,
        customer=maria,
        external_id="r",
        number="-5",
        currency="EUR",
        amount=Decimal("12.50"),
        returned_at=NOON,
    )
    figures.recount([maria.pk])

    person, back = rows_of_csv(taken(client, "customer"))[0], rows_of_csv(taken(client, "return"))[0]
    assert (person["phone"], Decimal(person["net revenue"])) == (PHONE, Decimal("-12.50"))
    assert (Decimal(back["refund"]), back["number"]) == (Decimal("-12.50"), "-5")

    person = rows_of_xlsx(taken(client, "customer", "xlsx"))[0]
    back = rows_of_xlsx(taken(client, "return", "xlsx"))[0]
    assert (person["phone"].value, person["phone"].data_type) == (PHONE, "s")
    assert (person["net revenue"].value, person["net revenue"].data_type) == (-12.5, "n")
    assert (back["refund"].value, back["number"].value, back["number"].data_type) == (-12.5, "-5", "s")


def test_the_file_holds_what_the_list_is_narrowed_to(client, manager):
    one, other = ShopFactory(name="One"), ShopFactory(name="Other")
    placed_order("a", shop=one, number="A-1")
    placed_order("b", shop=other, number="B-1")

    found = rows_of_csv(taken(client, "order", shop__id__exact=one.pk))

    assert [(row["number"], row["shop"], row["total"]) for row in found] == [("A-1", "One", "9.80")]


def test_a_long_list_is_read_in_short_questions_and_every_row_once(monkeypatch):
    monkeypatch.setattr(exporting, "AT_A_TIME", 10)
    people = [CustomerFactory().pk for _ in range(35)]

    with CaptureQueriesContext(connection) as queries:
        walked = [row.pk for row in exporting.walked(Customer.objects.all())]

    assert walked == people[::-1]
    assert len(queries) == 4


def test_a_longer_file_asks_no_more_for_each_row(client, manager):
    for _ in range(3):
        IdentityFactory(customer=CustomerFactory())
    with CaptureQueriesContext(connection) as few:
        rows_of_csv(taken(client, "customer"))
    for _ in range(30):
        IdentityFactory(customer=CustomerFactory())
    with CaptureQueriesContext(connection) as many:
        assert len(rows_of_csv(taken(client, "customer"))) == 33

    assert len(few) == len(many)


def test_a_list_too_long_for_excel_is_refused_with_what_to_do(client, manager, monkeypatch):
    monkeypatch.setattr(exporting, "LONGEST_XLSX", 2)
    for _ in range(3):
        CustomerFactory()

    page = client.get(reverse("crm:export", args=["customer", "xlsx"]), follow=True)

    assert "take it as CSV" in page.text


@pytest.mark.parametrize(("role", "status"), [("agent", 403), ("manager", 200), ("administrator", 200)])
def test_taking_a_list_out_has_a_permission_of_its_own(client, role, status):
    client.force_login(colleague(role))
    page = client.get(reverse("admin:crm_customer_changelist")).text

    assert taken(client, "customer").status_code == status
    assert ("export.csv" in page) == (status == 200)


@pytest.mark.parametrize(("name", "status"), [("user", 404), ("nonsense", 404), ("shop", 404)])
def test_only_lists_that_may_leave_do(client, manager, name, status):
    assert taken(client, name).status_code == status


def test_control_letters_do_not_break_a_workbook():
    ShopFactory(name="One\x0b\x01Two")
    columns = [Column("name", lambda shop: shop.name)]

    with exporting.xlsx_of(Shop.objects.all(), columns) as file:
        rows = list(openpyxl.load_workbook(file).active.iter_rows())

    assert [row[0].value for row in rows] == ["name", "OneTwo"]


def test_lines_keep_their_amounts_exactly(client, manager):
    placed_order("a", lines=[line(quantity="3", unit_price="0.333")])

    assert rows_of_csv(taken(client, "order"))[0]["goods"] == "1.00"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_who_took_a_list_out_stands_on_the_pages_of_those_in_it(client, manager, kind):
    anna, order = CustomerFactory(), placed_order("o-1", customer=CustomerFactory())
    b"".join(taken(client, "customer", kind, q=anna.family_name).streaming_content)
    b"".join(taken(client, "order", kind).streaming_content)

    pages = [client.get(reverse("crm:looks", args=[pk])).text for pk in (anna.pk, order.customer_id)]

    assert all(f"<td>{manager}</td>" in page for page in pages)
    assert "<td>Customers</td>" in pages[0]
    assert "<td>Orders</td>" not in pages[0]
    assert "<td>Orders</td>" in pages[1]


def test_a_list_of_products_tells_of_nobody(client, manager):
    b"".join(taken(client, "product").streaming_content)

    assert not ListTaken.objects.exists()
