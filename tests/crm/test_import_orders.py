"""A shop's past comes in once, with its own dates, and adds up."""

import csv
import io
import threading
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

import psycopg
import pytest
from django.core.management import CommandError, call_command

from crm import relay
from crm.facts import CreditGiven, CustomerJoined, GoodsReturned, OrderPaid, OrderPlaced
from crm.importing import applying, jobs, reading, reporting, running
from crm.importing.refusals import AnotherFile, ImportCannotDoThat
from crm.models import (
    Customer,
    CustomerFigures,
    FeedRow,
    Identity,
    ImportedDocument,
    ImportedRow,
    ImportJob,
    Order,
    OrderLine,
    Product,
    Return,
    ReturnLine,
    TimelineEntry,
)
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.import_files import HEADER, HISTORY, csv_file, typed, xlsx_file
from tests.factories.orders import line, placed_order
from tests.factories.shops import NOON, ShopFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def gifts():
    return ShopFactory(slug="gifts", name="Gifts")


def bring_in(path, **options):
    """Run the command; what it said."""
    said = io.StringIO()
    call_command("import_orders", path, shop="gifts", stdout=said, **options)
    return said.getvalue()


def customer(number):
    return Customer.objects.get(identities__value=number, identities__kind="external")


def everything():
    """All that an import leaves behind, without the ids."""
    return {
        "customers": sorted(
            Identity.objects.values_list("value", "namespace", "evidence", "customer__created_at")
        ),
        "products": sorted(Product.objects.values_list("sku", "name")),
        "orders": sorted(
            Order.objects.values_list(
                "number", "goods_amount", "placed_at", "progress", "customer__identities__value"
            )
        ),
        "lines": sorted(
            OrderLine.objects.values_list(
                "order__number", "external_id", "sku", "quantity", "amount", "returned_quantity"
            )
        ),
        "returns": sorted(Return.objects.values_list("number", "amount", "returned_at")),
        "return lines": sorted(
            ReturnLine.objects.values_list(
                "goods_return__number", "sku", "quantity", "amount", "order_line__order__number"
            ),
            key=str,
        ),
        "entries": sorted(
            TimelineEntry.objects.values_list(
                "source_id", "kind", "occurred_at", "payload", "customer__identities__value"
            ),
            key=str,
        ),
    }


def facts_of(person):
    return [entry.fact for entry in TimelineEntry.objects.filter(customer=person).order_by("id")]


def test_an_invoice_becomes_an_order_that_was_paid_and_handed_over(gifts, tmp_path):
    bring_in(csv_file(tmp_path))

    order = Order.objects.get(external_id="489434")
    started = datetime(2009, 12, 1, 7, 45, tzinfo=UTC)
    assert (order.placed_at, order.paid_at, order.completed_at) == (started, started, started)
    assert (order.progress, order.is_history, order.currency) == ("completed", True, "GBP")
    assert order.goods_amount == Decimal("187.80")
    assert list(
        order.lines.order_by("id").values_list("external_id", "sku", "name", "quantity", "amount")
    ) == [
        ("1", "85048", "GLASS BALL", 12, Decimal("83.40")),
        ("2", "22041", "RECORD FRAME", 10, Decimal("21.00")),
        ("3", "85048", "GLASS BALL", 12, Decimal("83.40")),
    ]


def test_dates_are_read_in_the_time_zone_of_the_file(gifts, tmp_path):
    bring_in(csv_file(tmp_path))

    assert Order.objects.get(external_id="490000").placed_at == datetime(2010, 7, 1, 11, tzinfo=UTC)


def test_currency_and_time_zone_can_be_said(gifts, tmp_path):
    bring_in(csv_file(tmp_path), currency="EUR", time_zone="Europe/Sofia")

    order = Order.objects.get(external_id="489434")
    assert (order.currency, order.placed_at) == ("EUR", datetime(2009, 12, 1, 5, 45, tzinfo=UTC))


def test_amounts_are_rounded_half_up_to_a_penny(gifts, tmp_path):
    bring_in(csv_file(tmp_path))

    assert OrderLine.objects.get(order__external_id="490000", external_id="2").amount == Decimal("0.01")


def test_a_sale_to_nobody_is_an_order_without_a_customer_and_in_the_feed(gifts, tmp_path):
    bring_in(csv_file(tmp_path))

    order = Order.objects.get(external_id="489436")
    assert order.customer is None
    assert (
        TimelineEntry.objects.filter(subject_type="crm.order", subject_id=order.pk, customer=None).count()
        == 2
    )


def test_customers_are_known_by_their_number_since_their_first_purchase(gifts, tmp_path):
    bring_in(csv_file(tmp_path))

    identity = Identity.objects.get(value="12345")
    assert (identity.kind, identity.namespace, identity.evidence) == ("external", "gifts", "shop")
    assert identity.customer.created_at == datetime(2009, 12, 1, 7, 46, tzinfo=UTC)
    assert Customer.objects.count() == 2


def test_the_past_is_told_with_its_own_dates_and_as_history(gifts, tmp_path):
    bring_in(csv_file(tmp_path))

    entries = TimelineEntry.objects.filter(customer=customer("13085")).order_by("id")
    assert {entry.source for entry in entries} == {"import:gifts"}
    assert all(entry.is_history for entry in entries)
    assert [(entry.source_id, entry.occurred_at.day) for entry in entries] == [
        ("customer:13085:joined", 1),
        ("order:489434:placed", 1),
        ("order:489434:paid", 1),
        ("return:C489500:given", 2),
        ("order:489600:placed", 3),
        ("order:489600:paid", 3),
        ("return:C489700:given", 4),
    ]


def test_the_facts_are_those_that_the_dataclasses_would_write(gifts, tmp_path):
    bring_in(csv_file(tmp_path))

    assert facts_of(customer("13085"))[:4] == [
        CustomerJoined(shop_name="Gifts"),
        OrderPlaced(
            order_number="489434",
            amount=Decimal("187.80"),
            currency="GBP",
            lines_count=3,
            goods="GLASS BALL, RECORD FRAME, GLASS BALL",
        ),
        OrderPaid(order_number="489434", amount=Decimal("187.80"), currency="GBP"),
        GoodsReturned(
            return_number="C489500",
            order_numbers="489434",
            amount=Decimal("139.00"),
            currency="GBP",
            lines_count=1,
            goods="GLASS BALL",
        ),
    ]
    entry = TimelineEntry.objects.get(source_id="order:489434:placed")
    assert entry.payload == entry.fact.payload()
    assert entry.preview == entry.fact.aloud("en")


def test_a_credit_takes_back_what_was_sold_newest_first(gifts, tmp_path):
    bring_in(csv_file(tmp_path))

    def pieces(number):
        found = ReturnLine.objects.filter(goods_return__number=number).order_by("id")
        return list(
            found.values_list("order_line__order__number", "order_line__external_id", "quantity", "amount")
        )

    assert pieces("C489500") == [
        ("489434", "3", 12, Decimal("83.40")),
        ("489434", "1", 8, Decimal("55.60")),
    ]
    assert pieces("C489700") == [
        ("489600", "1", 5, Decimal("34.75")),
        ("489434", "1", 4, Decimal("27.80")),
        (None, None, 3, Decimal("20.85")),
    ]
    returned = OrderLine.objects.filter(sku="85048").order_by("order__number", "external_id")
    assert [line.returned_quantity for line in returned] == [12, 12, 5]


def test_a_credit_for_which_nothing_was_sold_stands_alone(gifts, tmp_path):
    bring_in(csv_file(tmp_path))

    assert facts_of(customer("12345"))[-3] == CreditGiven(
        return_number="C489701",
        amount=Decimal("3.00"),
        currency="GBP",
        lines_count=1,
        goods="NEVER SOLD",
    )
    anonymous = Return.objects.get(external_id="C489702")
    assert (anonymous.customer, anonymous.amount) == (None, Decimal("9.99"))


def test_products_are_called_what_they_are_called_most_often(gifts, tmp_path):
    bring_in(csv_file(tmp_path))

    assert dict(Product.objects.values_list("sku", "name")) == {
        "85048": "GLASS BALL",
        "22041": "RECORD FRAME",
        "22350": "CAT BOWL",
        "21232": "TRINKET BOX",
    }
    postage = OrderLine.objects.get(sku="POST")
    assert (postage.product, postage.amount) == (None, 18)


def test_every_row_is_imported_or_refused_with_its_reason(gifts, tmp_path):
    refused = tmp_path / "refused.csv"

    said = bring_in(csv_file(tmp_path), refused=refused)

    job = ImportJob.objects.get()
    report = reporting.report(job)
    assert (report.rows, report.rows_imported, report.rows_refused) == (23, 13, 10)
    assert report.adds_up
    assert {line.reason: line.rows for line in report.refused} == {
        "adjustment": 1,
        "bad-date": 1,
        "bad-price": 1,
        "bad-quantity": 1,
        "broken": 1,
        "credit-adds": 1,
        "no-product": 1,
        "no-reference": 1,
        "nothing-sold": 1,
        "stock-correction": 1,
    }
    assert "Invoices without a customer" in said
    rows = list(csv.reader(io.StringIO(refused.read_text(encoding="utf-8-sig"))))
    assert rows[0][:4] == ["Row", "Reason", "Invoice", "StockCode"]
    assert rows[1][0] == "12"
    assert rows[1][1] == "A credit whose quantity is not negative."
    assert rows[1][2:] == HISTORY[10]
    assert len(rows) == 11


def test_refused_cells_cannot_run_in_a_spreadsheet():
    assert [reporting.harmless(cell) for cell in ("=1+1", "@x", "-5", "-cmd", "+7 921", "tea")] == [
        "'=1+1",
        "'@x",
        "-5",
        "'-cmd",
        "'+7 921",
        "tea",
    ]


def test_staged_rows_are_forgotten_but_the_refused_ones(gifts, tmp_path):
    bring_in(csv_file(tmp_path))

    assert ImportedDocument.objects.count() == 0
    assert ImportedRow.objects.count() == ImportedRow.objects.exclude(refusal="").count() == 10


@pytest.mark.parametrize(
    "build",
    [
        lambda folder: csv_file(folder, name="history.csv.gz"),
        lambda folder: csv_file(folder, delimiter=";", encoding="utf-8-sig"),
        lambda folder: xlsx_file(folder, list(_as_workbook())),
    ],
    ids=["gzipped", "semicolons", "workbook"],
)
def test_the_same_past_comes_in_from_any_kind_of_file(gifts, tmp_path, build):
    bring_in(build(tmp_path))

    assert Order.objects.count() == 5
    assert sum(Order.objects.values_list("goods_amount", flat=True)) == Decimal("272.26")
    assert sum(Return.objects.values_list("amount", flat=True)) == Decimal("235.39")


def _as_workbook():
    readable = [
        row for row in HISTORY if row[0] and len(row) == 8 and row[3] != "ten" and row[4] != "yesterday"
    ]
    yield HEADER
    for row in readable:
        if row[5] != "cheap":
            yield typed([*row[:6], row[6].removesuffix(".0"), row[7]])


def test_run_twice_it_changes_nothing(gifts, tmp_path):
    bring_in(csv_file(tmp_path))
    before = everything()

    said = bring_in(csv_file(tmp_path))

    assert everything() == before
    assert "Already there" in said
    report = reporting.report(ImportJob.objects.latest("id"))
    assert (report.rows_known, report.rows_imported, report.rows_refused) == (13, 0, 10)


def test_a_dry_run_shows_what_would_happen_and_changes_nothing(gifts, tmp_path):
    said = bring_in(csv_file(tmp_path), dry_run=True)

    assert "Nothing was changed" in said
    assert "Invoices" in said
    assert not any(everything().values())
    assert ImportJob.objects.count() == ImportedRow.objects.count() == 0


class Interrupted(Exception):
    pass


def begun(path, shop, *, confirmed=True):
    job = jobs.open_job(path, file_name=path.name, shop=shop, at=NOON)
    if confirmed:
        jobs.confirm(job, at=NOON)
    return jobs.begin(
        job,
        columns=jobs.ColumnMap.from_json(job.mapping),
        layout=job.layout,
        currency=job.currency,
        time_zone=job.time_zone,
        at=NOON,
    )


def test_interrupted_after_any_chunk_and_taken_up_again_it_ends_the_same(gifts, tmp_path, monkeypatch):
    path = csv_file(tmp_path)
    bring_in(path)
    whole = everything()
    other = ShopFactory(slug="other", name="Gifts")
    monkeypatch.setattr(applying, "DOCUMENTS_AT_ONCE", 1)
    monkeypatch.setattr(reading, "BATCH", 4)
    job, interruptions, chunks = begun(path, other), 0, Counter()

    def heard(job):
        chunks[job.state, job.rows_read, job.documents_done] += 1
        if chunks[job.state, job.rows_read, job.documents_done] == 1:
            raise Interrupted

    while job.state != jobs.State.DONE:
        try:
            job = running.run(job, path, clock=lambda: NOON, heard=heard)
        except Interrupted:
            interruptions += 1
            job.refresh_from_db()
            if job.state != jobs.State.DONE:
                job = jobs.go_on(job, at=NOON)

    assert interruptions > 12
    assert reporting.report(job).adds_up
    assert Order.objects.filter(shop=other).count() == Order.objects.filter(shop=gifts).count()
    for model, amount in ((Order, "goods_amount"), (Return, "amount")):
        mine, theirs = (
            sorted(model.objects.filter(shop=shop).values_list("number", amount)) for shop in (other, gifts)
        )
        assert mine == theirs
    assert _told("other") == _told("gifts")
    assert whole["products"] == everything()["products"]


def _told(slug):
    entries = TimelineEntry.objects.filter(source=f"import:{slug}").order_by(
        "occurred_at", "source_id", "kind"
    )
    return [(entry.source_id, entry.kind, entry.occurred_at, entry.payload) for entry in entries]


def test_a_stopped_import_keeps_what_it_did_and_goes_on(gifts, tmp_path, monkeypatch):
    monkeypatch.setattr(applying, "DOCUMENTS_AT_ONCE", 2)
    path = csv_file(tmp_path)
    job = begun(path, gifts)

    def stop(job):
        if job.is_at_work and job.documents_done == 2:
            jobs.cancel(job, at=NOON)

    job = running.run(job, path, clock=lambda: NOON, heard=stop)

    assert (job.state, Order.objects.count()) == ("cancelled", 2)
    said = bring_in(path, job=job.pk)
    assert Order.objects.count() == 5
    assert "What became of the file" in said
    with pytest.raises(ImportCannotDoThat):
        jobs.go_on(job, at=NOON)


def test_it_cannot_go_on_with_another_file(gifts, tmp_path):
    job = begun(csv_file(tmp_path), gifts)
    other = csv_file(tmp_path, HISTORY[:3], name="other.csv")

    with pytest.raises(AnotherFile):
        running.run(job, other, clock=lambda: NOON)

    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "another-file")


def test_an_error_is_kept_without_its_words(gifts, tmp_path):
    job = begun(csv_file(tmp_path), gifts)

    def fail(job):
        raise ValueError("13085 is a person's number")

    with pytest.raises(ValueError, match="13085"):
        running.run(job, csv_file(tmp_path), clock=lambda: NOON, heard=fail)

    job.refresh_from_db()
    assert job.error.startswith("ValueError ← ")
    assert "13085" not in job.error


@pytest.mark.django_db(transaction=True)
def test_a_chunk_that_loses_a_race_is_tried_again(tmp_path, dsn):
    gifts = ShopFactory(slug="gifts", name="Gifts")
    path = csv_file(tmp_path)
    job = begun(path, gifts)
    with psycopg.connect(dsn) as shop_system:
        shop_system.execute(
            "INSERT INTO crm_return (shop_id, external_id, number, currency, amount, reason, returned_at, is_history,"
            " created_at) VALUES (%s, 'C489500', 'C489500', 'GBP', 1, '', now(), false, now())",
            [gifts.pk],
        )
        commit = threading.Timer(0.5, shop_system.commit)
        commit.start()
        job = running.run(job, path, clock=lambda: NOON)
        commit.join()

    assert job.state == "done"
    assert Return.objects.get(external_id="C489500").amount == 1
    assert reporting.report(job).line("known").documents == 1


def test_customers_that_the_shop_told_of_already_are_the_same_people(gifts, tmp_path):
    known = CustomerFactory(given_name="Emma")
    IdentityFactory(customer=known, external=True, namespace="gifts", value="12345")

    bring_in(csv_file(tmp_path))

    assert Order.objects.get(external_id="489435").customer == known
    assert not TimelineEntry.objects.filter(source_id="customer:12345:joined").exists()


def test_orders_of_a_merged_customer_go_to_whom_they_are_the_same_as(gifts, tmp_path):
    emma = CustomerFactory()
    merged = CustomerFactory(merged_into=emma)
    IdentityFactory(customer=merged, external=True, namespace="gifts", value="12345")

    bring_in(csv_file(tmp_path))

    assert Order.objects.get(external_id="489435").customer == emma


def test_an_order_that_is_there_already_stays_as_it_is(gifts, tmp_path):
    placed_order("489435", shop=gifts, lines=[line(unit_price="99.00")])

    bring_in(csv_file(tmp_path))

    order = Order.objects.get(external_id="489435")
    assert (order.goods_amount, order.is_history) == (Decimal("198.00"), False)
    assert reporting.report(ImportJob.objects.get()).line("known").documents == 1


def test_the_same_number_in_another_shop_is_another_person(gifts, tmp_path):
    IdentityFactory(customer=CustomerFactory(), external=True, namespace="elsewhere", value="12345")

    bring_in(csv_file(tmp_path))

    assert Customer.objects.count() == 3


def test_any_file_with_one_row_per_line_comes_in(gifts, tmp_path):
    header = ["Номер заказа", "Дата", "Артикул", "Название", "Кол-во", "Цена", "Клиент"]
    rows = [
        ["1001", "01.07.2026 12:00", "TEA-1", "Липовый чай", "2,5", "149,90", "77"],
        ["1001", "01.07.2026 12:00", "TEA-2", "Мята", "1", "1 049,00", "77"],
        ["1001", "13.07.2026 09:00", "TEA-1", "Липовый чай", "-1", "149,90", "77"],
        ["1002", "02.07.2026", "TEA-1", "Липовый чай", "1", "1,234", "78"],
    ]
    path = csv_file(tmp_path, rows, header=header, delimiter=";", encoding="windows-1251")

    job = begun(path, gifts)
    ImportJob.objects.update(created_at=datetime(2026, 8, 1, tzinfo=UTC))
    job.refresh_from_db()
    running.run(job, path, clock=lambda: NOON)

    order = Order.objects.get()
    assert (order.goods_amount, order.currency) == (Decimal("1423.75"), "EUR")
    assert order.placed_at == datetime(2026, 7, 1, 9, tzinfo=UTC)
    assert ReturnLine.objects.get().order_line.order == order
    assert ImportedRow.objects.get().refusal == "bad-price"


def test_an_invoice_that_names_two_customers_is_refused(gifts, tmp_path):
    rows = [HISTORY[0], [*HISTORY[1][:6], "12345", HISTORY[1][7]], HISTORY[2]]

    bring_in(csv_file(tmp_path, rows))

    assert [order.number for order in Order.objects.all()] == ["489435"]
    assert {row.refusal for row in ImportedRow.objects.all()} == {"two-customers"}


def test_dates_ahead_of_today_are_refused(gifts, tmp_path):
    rows = [HISTORY[0], ["489999", *HISTORY[0][1:4], "2999-01-01 00:00:00", *HISTORY[0][5:]]]

    bring_in(csv_file(tmp_path, rows))

    assert ImportedRow.objects.get().refusal == "bad-date"


def test_figures_of_customers_follow_through_the_feed(gifts, tmp_path):
    bring_in(csv_file(tmp_path))
    while relay.pump():
        pass

    figures = CustomerFigures.objects.get(customer=customer("13085"))
    assert (figures.orders, figures.returns, figures.net_revenue) == (2, 2, Decimal("-2.10"))
    assert FeedRow.objects.count() == TimelineEntry.objects.count()


@pytest.mark.parametrize(
    ("rows", "header", "complaint"),
    [
        ([["1", "2"]], ["Invoice", "StockCode"], "lacks columns"),
        ([], ["Invoice", "StockCode"], "nothing below it"),
    ],
)
def test_a_file_that_cannot_be_imported_is_refused_in_one_sentence(gifts, tmp_path, rows, header, complaint):
    with pytest.raises(CommandError, match=complaint):
        bring_in(csv_file(tmp_path, rows, header=header))

    assert ImportJob.objects.count() == 0


def test_an_unknown_shop_is_named_with_those_there_are(gifts, tmp_path):
    with pytest.raises(CommandError, match=r"There is no shop nowhere\. There are: gifts"):
        call_command("import_orders", csv_file(tmp_path), shop="nowhere")


def test_a_chunk_costs_the_same_number_of_queries_whatever_it_holds(
    gifts, tmp_path, django_assert_max_num_queries
):
    path = csv_file(tmp_path)
    job = begun(path, gifts, confirmed=False)
    job = running.run(job, path, clock=lambda: NOON)
    job = jobs.confirm(job, at=NOON)

    with django_assert_max_num_queries(40):
        applying.apply_next(job, at=NOON)
