"""Reviews move in from a file: each once, to the department that can change something, and to whoever wrote them."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from django.core.management import call_command

from crm.importing import jobs, reporting, running
from crm.importing.columns import ColumnMap
from crm.models import ImportJob, TimelineEntry
from crm.models.identity import Identity
from surveys.feedback.importing import Reviews
from surveys.models import Feedback
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.import_files import csv_file, xlsx_file
from tests.factories.shops import NOON, ShopFactory

pytestmark = pytest.mark.django_db

HEADER = [
    "Id",
    "Date",
    "Rating",
    "Author",
    "Email",
    "Customer ID",
    "Source",
    "Review",
    "Плюсы",
    "Минусы",
    "URL",
]


@pytest.fixture(autouse=True)
def linden():
    return ShopFactory(slug="linden", name="Linden", currency="EUR", region="BG")


def row(number: str, text: str = "The courier was late", **said: str) -> list[str]:
    told = {"rating": "2", "author": "Vera", "site": "Market", "date": "2026-01-05 10:00", **said}
    return [
        number,
        told["date"],
        told["rating"],
        told["author"],
        told.get("email", ""),
        told.get("customer", ""),
        told["site"],
        text,
        told.get("pros", ""),
        told.get("cons", ""),
        told.get("url", ""),
    ]


def bring_in(tmp_path, *rows, **options):
    path = csv_file(tmp_path, rows, header=HEADER, name="reviews.csv")
    call_command("import_reviews", path, shop="linden", stdout=io.StringIO(), **options)
    return {line.what: line.rows for line in report().lines}


def begun(path, shop):
    job = jobs.open_job(path, file_name=path.name, shop=shop, kind="reviews", at=NOON)
    columns = ColumnMap.from_json(job.mapping)
    return jobs.begin(job, columns=columns, layout="", currency="", time_zone="UTC", at=NOON)


def report():
    return reporting.report(ImportJob.objects.latest("id"))


def refused():
    return {line.reason: line.rows for line in report().refused}


def test_a_review_becomes_feedback_with_a_department(tmp_path, linden):
    url = "https://market.example/1"
    told = row("1", "", pros="Вкусный чай", cons="Курьер опоздал, посылка мятая", rating="2,4", url=url)

    assert bring_in(tmp_path, told) == {"new": 1}

    its = Feedback.objects.get()
    assert its.text == "Вкусный чай\nКурьер опоздал, посылка мятая"
    assert (its.source, its.source_name, its.source_id) == ("review", "Market", f"{linden.pk}:1")
    assert (its.rating, its.author_name, its.language, its.url) == (2, "Vera", "ru", url)
    assert (its.theme.slug, its.department.slug, its.shop) == ("delivery", "logistics", linden)
    assert its.occurred_at < NOON < its.due_at or its.due_at > its.recorded_at


def test_a_second_run_adds_nothing(tmp_path):
    rows = [row("1"), row("2", "A queue"), row("", "Nobody numbered me"), row("", "Nobody numbered me")]

    assert bring_in(tmp_path, *rows) == {"new": 3, "known": 1}
    assert bring_in(tmp_path, *rows) == {"known": 4}
    assert Feedback.objects.count() == 3


def test_the_same_number_on_another_site_is_another_review(tmp_path):
    assert bring_in(tmp_path, row("1"), row("1", site="Map")) == {"new": 2}


def test_the_shops_own_number_says_whose_it_is_and_it_stands_on_their_timeline(tmp_path, linden):
    vera = CustomerFactory()
    IdentityFactory(
        customer=vera,
        kind="external",
        namespace="linden",
        value="c-7",
        verified_at=NOON,
        evidence=Identity.Evidence.SHOP,
    )

    bring_in(tmp_path, row("1", customer="c-7"))

    its = Feedback.objects.get()
    entry = TimelineEntry.objects.get(kind="surveys.feedback_given")
    assert (its.customer, entry.customer_id, entry.is_history) == (vera, vera.pk, True)
    assert entry.occurred_at == its.occurred_at == datetime(2026, 1, 5, 8, tzinfo=UTC)


def test_an_address_says_whose_it_is_where_it_is_one_persons_alone(tmp_path):
    vera, boris, ana = (CustomerFactory() for _person in range(3))
    IdentityFactory(customer=vera, kind="email", value="vera@example.com")
    for one in (boris, ana):
        IdentityFactory(customer=one, kind="email", value="house@example.com")

    bring_in(tmp_path, row("1", email="Vera@Example.com"), row("2", email="house@example.com"))

    assert list(Feedback.objects.order_by("source_id").values_list("customer", flat=True)) == [vera.pk, None]


def test_a_row_that_cannot_be_believed_stays_outside_with_its_reason(tmp_path):
    assert bring_in(
        tmp_path,
        row("1", ""),
        row("2", rating="7"),
        row("3", rating="good"),
        row("4", date="someday"),
        row("5", date="2099-01-01"),
        row("6", rating=""),
        row("7", rating="5/5"),
        row("8", rating="★★★☆☆"),
    ) == {"new": 3}

    assert refused() == {"no-words": 1, "bad-rating": 2, "bad-date": 2}
    assert list(Feedback.objects.order_by("source_id").values_list("rating", flat=True)) == [None, 5, 3]


def test_a_workbook_is_read_as_well(tmp_path, linden):
    path = xlsx_file(
        tmp_path,
        [("Дата", "Оценка", "Отзыв"), ("05.01.2026 10:00", 1, "Очередь в кассу")],
        name="r.xlsx",
    )

    call_command("import_reviews", path, shop="linden", stdout=io.StringIO())

    assert Feedback.objects.get().theme.slug == "shop"


def test_what_would_happen_can_be_seen_before(tmp_path, linden):
    path = csv_file(tmp_path, [row("1"), row("1"), row("2")], header=HEADER, name="reviews.csv")

    job = running.run(begun(path, linden), path, clock=lambda: NOON)

    assert {line.what: line.rows for line in reporting.report(job).lines} == {"new": 2, "known": 1}
    assert not Feedback.objects.exists()


def test_stopped_anywhere_it_goes_on_where_it_stood(tmp_path, linden, monkeypatch):
    monkeypatch.setattr(Reviews, "rows_at_once", 3)
    path = csv_file(tmp_path, [row(str(n)) for n in range(10)], header=HEADER, name="reviews.csv")
    job = jobs.confirm(running.run(begun(path, linden), path, clock=lambda: NOON), at=NOON)
    shares = []

    def stop_after_each(now: ImportJob) -> None:
        shares.append(now.rows_done)
        if now.state == jobs.State.RUNNING:
            jobs.cancel(now, at=NOON)

    for _leg in range(9):
        job = running.run(job, path, clock=lambda: NOON, heard=stop_after_each)
        if job.state == jobs.State.DONE:
            break
        job = jobs.go_on(job, at=NOON)

    assert job.state == jobs.State.DONE and Feedback.objects.count() == 10
    assert [share for share in dict.fromkeys(shares) if share] == [3, 6, 9, 10]
