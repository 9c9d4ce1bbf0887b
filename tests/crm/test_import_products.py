"""The catalogue moves in: products, and their price and stock in each shop."""

import io
from decimal import Decimal

import pytest
from django.core.management import call_command

from crm.importing import reporting
from crm.importing.kinds.products import Products
from crm.models import Category, ImportJob, Offering, Product
from tests.factories.catalogue import OfferingFactory, ProductFactory
from tests.factories.import_files import csv_file
from tests.factories.shops import ShopFactory

pytestmark = pytest.mark.django_db

HEADER = [
    "SKU",
    "Name",
    "Name RU",
    "Category",
    "Brand",
    "Price",
    "Currency",
    "Cost",
    "Barcode",
    "Stock",
    "Shop",
]
TEA = ["TEA-1", "Липов чай", "Липовый чай", "Чай", "Липа", "4,90", "EUR", "2.1", "380 0123456789", "120", ""]


@pytest.fixture(autouse=True)
def linden():
    return ShopFactory(slug="linden", name="Linden", currency="EUR")


def bring_in(tmp_path, *rows, header=HEADER, **options):
    said = io.StringIO()
    path = csv_file(tmp_path, rows, header=header, name="products.csv")
    call_command("import_products", path, shop="linden", stdout=said, **options)
    return said.getvalue()


def row(sku="TEA-1", **said):
    cells = dict.fromkeys(HEADER, "")
    cells["SKU"] = sku
    for title, value in said.items():
        cells[next(known for known in HEADER if known.replace(" ", "_").lower() == title)] = value
    return list(cells.values())


def report():
    return reporting.report(ImportJob.objects.latest("id"))


def counts():
    return {line.what: line.rows for line in report().lines}


def refusals():
    return {line.reason: line.rows for line in report().refused}


def everything():
    return {
        model.__name__: sorted(
            model.objects.values_list(*(f.attname for f in model._meta.concrete_fields)), key=str
        )
        for model in (Product, Offering, Category)
    }


def test_a_row_becomes_a_product_that_the_shop_offers(linden, tmp_path):
    bring_in(tmp_path, TEA)

    tea = Product.objects.get(sku="TEA-1")
    assert (tea.name, tea.names, tea.brand, tea.barcode) == (
        "Липов чай",
        {"ru": "Липовый чай"},
        "Липа",
        "3800123456789",
    )
    assert (tea.category.name, tea.unit_cost, tea.unit_cost_currency) == ("Чай", Decimal("2.1"), "EUR")
    offering = tea.offerings.get()
    assert (offering.shop, offering.price, offering.currency, offering.stock) == (
        linden,
        Decimal("4.90"),
        "EUR",
        120,
    )


def test_run_twice_it_changes_nothing(tmp_path):
    bring_in(tmp_path, TEA, row("TEA-2", name="Мята"))
    before = everything()

    bring_in(tmp_path, TEA, row("TEA-2", name="Мята"))

    assert everything() == before
    assert counts() == {"known": 2}


def test_a_second_file_changes_only_what_it_says_otherwise(linden, tmp_path):
    bring_in(tmp_path, TEA, row("TEA-2", price="3.00", stock="1"))
    mint = everything()["Offering"][1]

    bring_in(tmp_path, row("TEA-1", price="5.20", stock="80", name_ru="Липа"), row("TEA-2", price="3"))

    tea = Product.objects.get(sku="TEA-1")
    assert (tea.name, tea.names, tea.brand) == ("Липов чай", {"ru": "Липа"}, "Липа")
    assert tea.offerings.values_list("price", "stock").get() == (Decimal("5.20"), 80)
    assert mint in everything()["Offering"]
    assert counts() == {"added": 1, "known": 1}


def test_each_shop_has_its_own_price_and_stock(linden, tmp_path):
    ShopFactory(slug="second", currency="EUR")

    bring_in(tmp_path, row(price="4.90", stock="3"), row(price="5.10", stock="-2", shop="second"))

    assert dict(Offering.objects.values_list("shop__slug", "stock")) == {"linden": 3, "second": -2}
    assert counts() == {"new": 1, "added": 1}


def test_stock_alone_changes_what_is_offered_already(linden, tmp_path):
    OfferingFactory(shop=linden, product=ProductFactory(sku="TEA-1"), price=Decimal("4.90"), stock=10)

    bring_in(tmp_path, row(stock="7"), row("TEA-9", stock="7"))

    assert Offering.objects.values_list("price", "stock").get() == (Decimal("4.90"), 7)
    assert refusals() == {"no-price": 1}
    assert not Product.objects.filter(sku="TEA-9").exists()


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"sku": ""}, "no-product"),
        ({"sku": "x" * 65}, "too-long"),
        ({"price": "cheap"}, "bad-offer-price"),
        ({"price": "-1"}, "bad-offer-price"),
        ({"price": "1.999"}, "bad-offer-price"),
        ({"price": "NaN"}, "bad-offer-price"),
        ({"price": "1e30"}, "bad-offer-price"),
        ({"price": "1", "currency": "euros"}, "bad-currency"),
        ({"cost": "-2"}, "bad-cost"),
        ({"price": "1", "stock": "2.5"}, "bad-stock"),
        ({"price": "1", "stock": "1e12"}, "bad-stock"),
        ({"barcode": "9" * 33}, "bad-barcode"),
        ({"price": "1", "shop": "nowhere"}, "unknown-shop"),
    ],
)
def test_a_row_that_cannot_be_believed_is_refused_with_its_reason(tmp_path, said, reason):
    bring_in(tmp_path, row(**{"sku": "TEA-1", **said}))

    assert refusals() == {reason: 1}
    assert Product.objects.count() == 0


def test_a_category_is_found_wherever_it_stands_and_made_where_it_is_unknown(tmp_path):
    drinks = Category.objects.create(name="Drinks")
    teas = Category.objects.create(name="Чай", parent=drinks)

    bring_in(tmp_path, TEA, row("CUP-1", category="Cups"))

    assert Product.objects.get(sku="TEA-1").category == teas
    assert Product.objects.get(sku="CUP-1").category.parent is None


def test_a_dry_run_shows_what_would_happen_and_changes_nothing(tmp_path):
    said = bring_in(tmp_path, TEA, row("TEA-2", price="cheap"), dry_run=True)

    assert "New" in said
    assert "Nothing was changed" in said
    assert Product.objects.count() == ImportJob.objects.count() == 0


def test_no_header_stands_for_two_columns():
    titles = [title for column in Products.columns for title in column.synonyms]

    assert len(titles) == len(set(titles))
