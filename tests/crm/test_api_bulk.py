"""Many writes at once: each as if it had been sent alone, none the worse for another."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from crm.api import bulk_tasks
from crm.api.bulk_items import acting_on
from crm.audit import changes_of
from crm.integrations import bulk
from crm.integrations.api_keys import revoke_keys
from crm.models import ApiKey, BulkJob, BulkResult, Customer, Order, Product, TimelineEntry
from crm.people import erasure
from tests.api_client import ShopSystem
from tests.crm.test_api_orders import an_order
from tests.factories.shops import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(db: None) -> ShopSystem:
    return ShopSystem()


def sent(api: ShopSystem, kind: str, items: list[Any], **headers: str) -> BulkJob:
    answer = api.post(f"{kind}/bulk/", {"items": items}, **headers)
    assert answer.status == 202, answer.body
    return BulkJob.objects.get(pk=answer.body["id"])


def results_of(api: ShopSystem, job: BulkJob, query: str = "") -> list[dict[str, Any]]:
    return api.get(f"jobs/{job.pk}/results/{query}").body["items"]  # type: ignore[no-any-return]


def test_what_is_sent_is_taken_in_at_once_and_nothing_is_done_yet(api: ShopSystem):
    answer = api.post("customers/bulk/", {"items": [{"given_name": "Vera"}]})

    assert (answer.status, answer.body["state"], answer.body["items_total"]) == (202, "waiting", 1)
    assert api.get(answer.headers["Location"]).body == answer.body
    assert not Customer.objects.exists()


def test_each_item_is_done_and_has_the_id_of_what_it_made(api: ShopSystem):
    job = sent(api, "orders", [an_order(f"o-{number}") for number in range(3)])
    bulk_tasks.work_off(job.pk)

    told = api.get(f"jobs/{job.pk}/").body
    assert (told["state"], told["items_done"], told["items_failed"]) == ("done", 3, 0)
    made = {order.external_id: order.pk for order in Order.objects.all()}
    assert results_of(api, job) == [
        {"number": number, "status": 201, "id": made[f"o-{number}"], "problem": None} for number in range(3)
    ]


def test_customers_products_and_events_come_in_bulk_too(api: ShopSystem):
    api.post("event-types/", {"name": "tasting", "label_en": "Tasting", "data_schema": {}})
    for kind, item in (
        ("customers", {"external_id": "c-1", "given_name": "Vera"}),
        ("products", {"sku": "TEA", "name": "Tea", "price": "4.90"}),
        (
            "events",
            {
                "type": "tasting",
                "external_id": "t-1",
                "customer": {"external_id": "c-1"},
                "occurred_at": "2026-03-02T12:00:00Z",
                "data": {"seats": 2.5, "note": "чай"},
            },
        ),
    ):
        job = sent(api, kind, [item])
        bulk_tasks.work_off(job.pk)
        assert results_of(api, job)[0]["status"] == 201, results_of(api, job)

    assert Product.objects.get().name == "Tea"
    entry = TimelineEntry.objects.filter(customer=Customer.objects.get()).latest("id")
    assert entry.payload["data"] == {"seats": 2.5, "note": "чай"}


def test_one_that_fails_fails_alone_and_says_why_in_the_sender_s_language(api: ShopSystem):
    items = [an_order("o-1"), {"nonsense": 1}, an_order("o-1", goods_amount="1.00"), an_order("o-2")]
    job = sent(api, "orders", items, accept_language="ru")
    bulk_tasks.work_off(job.pk)

    assert [one["status"] for one in results_of(api, job)] == [201, 422, 422, 201]
    invalid, disagrees = results_of(api, job, "?is_failed=true")
    assert invalid["problem"]["type"].endswith("/invalid-body")
    assert [fault["pointer"] for fault in invalid["problem"]["errors"]] == ["/nonsense"]
    assert disagrees["problem"]["title"] == "Суммы не сходятся."
    assert len(results_of(api, job, "?is_failed=false")) == 2
    assert api.get(f"jobs/{job.pk}/").body["items_failed"] == 2


def test_a_failure_of_ours_is_that_item_s_too(api: ShopSystem, monkeypatch: Any):
    from crm.api import orders

    place = orders.place_order

    def sometimes(**told: Any) -> Any:
        return 1 / 0 if told["external_id"] == "o-1" else place(**told)

    monkeypatch.setattr(orders, "place_order", sometimes)
    job = sent(api, "orders", [an_order("o-0"), an_order("o-1"), an_order("o-2")])
    bulk_tasks.work_off(job.pk)

    assert [one["status"] for one in results_of(api, job)] == [201, 500, 201]
    assert results_of(api, job)[1]["problem"]["type"].endswith("/internal-error")


def test_what_a_failed_item_had_begun_is_undone(api: ShopSystem):
    api.post("orders/", an_order("o-1"))
    customers = Customer.objects.count()
    other = an_order("o-1", customer={"external_id": "c-2"}, placed_at="2026-03-01T12:00:00Z", currency="USD")
    job = sent(api, "orders", [other])
    bulk_tasks.work_off(job.pk)

    assert results_of(api, job)[0]["problem"] is not None
    assert Customer.objects.count() == customers


def test_a_repeated_request_makes_one_job(api: ShopSystem):
    first = api.post("customers/bulk/", {"items": [{"given_name": "V"}]}, idempotency_key="k")
    again = api.post("customers/bulk/", {"items": [{"given_name": "V"}]}, idempotency_key="k")

    assert again.body == first.body
    assert again.headers["Location"] == first.headers["Location"]
    assert BulkJob.objects.count() == 1


def test_a_job_that_is_run_again_does_nothing_twice(api: ShopSystem):
    job = sent(api, "customers", [{"given_name": "Vera"}, {"given_name": "Vesna"}])
    for _ in range(3):
        bulk_tasks.work_off(job.pk)

    assert Customer.objects.count() == 2


def test_a_job_that_was_left_goes_on_where_it_stood(api: ShopSystem):
    job = sent(api, "customers", [{"given_name": str(number)} for number in range(5)])
    act = acting_on(job.body)
    for _ in range(2):
        job = bulk.do_next(job, act, at=NOON)
    assert api.get(f"jobs/{job.pk}/").body["state"] == "running"

    bulk_tasks.work_off(job.pk)

    assert sorted(Customer.objects.values_list("given_name", flat=True)) == list("01234")


def test_whoever_read_the_job_before_it_moved_does_nothing(api: ShopSystem):
    stale = sent(api, "customers", [{"given_name": "0"}, {"given_name": "1"}])
    act = acting_on(stale.body)
    bulk.do_next(BulkJob.objects.get(), act, at=NOON)

    bulk.do_next(stale, act, at=NOON)

    assert Customer.objects.count() == BulkResult.objects.count() == 1


def test_a_lock_that_was_not_had_is_tried_for_again(api: ShopSystem, monkeypatch: Any):
    from crm.api import customers

    tries: list[int] = []

    def busy_twice(**told: Any) -> Any:
        tries.append(1)
        if len(tries) < 3:
            with connection.cursor() as cursor:
                cursor.execute("DO $$ BEGIN RAISE lock_not_available; END $$")
        return enrol(**told)

    enrol = customers.enrol
    monkeypatch.setattr(customers, "enrol", busy_twice)
    job = sent(api, "customers", [{"given_name": "Vera"}])
    bulk_tasks.work_off(job.pk)

    assert [one["status"] for one in results_of(api, job)] == [201]


# ── Stopping and forgetting ──────────────────────────────────────────────────
def test_a_stopped_job_keeps_what_is_done_and_begins_nothing_more(api: ShopSystem):
    job = sent(api, "customers", [{"given_name": str(number)} for number in range(5)])
    bulk.do_next(job, acting_on(job.body), at=NOON)

    stopped = api.ask("DELETE", f"jobs/{job.pk}/")
    bulk_tasks.work_off(job.pk)

    assert (stopped.status, stopped.body["state"], stopped.body["items_done"]) == (200, "cancelled", 1)
    assert api.ask("DELETE", f"jobs/{job.pk}/").body == stopped.body
    assert Customer.objects.count() == 1


def test_a_job_that_is_done_cannot_be_stopped(api: ShopSystem):
    job = sent(api, "customers", [{"given_name": "Vera"}])
    bulk_tasks.work_off(job.pk)

    assert api.ask("DELETE", f"jobs/{job.pk}/").body["state"] == "done"


@pytest.mark.parametrize("ends", ["done", "cancelled"])
def test_what_was_sent_is_not_kept_longer_than_it_takes(api: ShopSystem, ends: str):
    job = sent(api, "customers", [{"given_name": "Vera"}])
    bulk_tasks.work_off(job.pk) if ends == "done" else api.ask("DELETE", f"jobs/{job.pk}/")

    job.refresh_from_db()
    assert (job.state, job.body) == (ends, "")


def test_a_revoked_key_s_jobs_are_not_gone_on_with(api: ShopSystem):
    job = sent(api, "customers", [{"given_name": "Vera"}])
    revoke_keys([ApiKey.objects.get()], at=NOON)
    bulk_tasks.work_off(job.pk)

    assert BulkJob.objects.get().state == "cancelled"
    assert not Customer.objects.exists()


def test_a_job_nobody_works_at_is_found_again(
    api: ShopSystem, monkeypatch: Any, django_capture_on_commit_callbacks: Any
):
    job = sent(api, "customers", [{"given_name": "Vera"}])
    done = sent(api, "customers", [{"given_name": "Vera"}])
    bulk_tasks.work_off(done.pk)
    heard: list[int] = []
    monkeypatch.setattr(bulk_tasks.work_off, "apply_async", lambda args, **_: heard.extend(args))

    with django_capture_on_commit_callbacks(execute=True):
        bulk_tasks.continue_bulk_jobs()
    assert heard == []

    BulkJob.objects.update(moved_at=NOON - timedelta(days=9999))
    with django_capture_on_commit_callbacks(execute=True):
        bulk_tasks.continue_bulk_jobs()
    assert heard == [job.pk]


def test_jobs_are_forgotten_after_a_week_but_not_while_they_are_at_work(api: ShopSystem):
    done = sent(api, "customers", [{"given_name": "Vera"}])
    bulk_tasks.work_off(done.pk)
    waiting = sent(api, "customers", [{"given_name": "Vera"}])
    BulkJob.objects.update(created_at=NOON)

    bulk.forget(at=NOON + timedelta(days=7))
    assert BulkJob.objects.count() == 2
    bulk.forget(at=NOON + timedelta(days=7, seconds=1))

    assert list(BulkJob.objects.all()) == [waiting]
    assert not BulkResult.objects.exists()


# ── The door ─────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"items": []}, "/items"),
        ({"items": [{}] * 1001}, "/items"),
        ({"items": [{}, 7]}, "/items/1"),
        ({"items": {}}, "/items"),
        ({}, "/items"),
        ({"items": [{}], "more": 1}, "/more"),
    ],
)
def test_what_is_no_list_of_up_to_a_thousand_objects_is_refused(api: ShopSystem, body: Any, pointer: str):
    answer = api.post("orders/bulk/", body)

    assert answer.problem == (422, "invalid-body")
    assert answer.pointers == [pointer]
    assert not BulkJob.objects.exists()


def test_more_than_five_megabytes_are_refused(api: ShopSystem):
    answer = api.post("customers/bulk/", {"items": [{"given_name": "x" * 1000_000} for _ in range(6)]})

    assert answer.problem == (413, "body-too-large")


def test_numbers_nobody_can_hold_are_one_item_s_trouble(api: ShopSystem):
    raw = b'{"items": [{"given_name": 1e999}, {"given_name": "Vera"}]}'
    job = BulkJob.objects.get(pk=api.ask("POST", "customers/bulk/", raw=raw).body["id"])
    bulk_tasks.work_off(job.pk)

    assert [one["status"] for one in results_of(api, job)] == [422, 201]


def test_another_shop_s_job_is_not_there(api: ShopSystem):
    job, other = sent(api, "customers", [{"given_name": "Vera"}]), ShopSystem()

    assert other.get(f"jobs/{job.pk}/").problem == (404, "not-found")
    assert other.get(f"jobs/{job.pk}/results/").problem == (404, "not-found")
    assert other.ask("DELETE", f"jobs/{job.pk}/").problem == (404, "not-found")


def test_results_are_read_page_by_page_and_ask_no_more_for_many(api: ShopSystem):
    job = sent(api, "customers", [{"given_name": str(number)} for number in range(25)])
    bulk_tasks.work_off(job.pk)
    numbers, cursor = [], ""
    while cursor is not None:
        page = api.get(f"jobs/{job.pk}/results/?limit=10" + (f"&cursor={cursor}" if cursor else "")).body
        numbers += [one["number"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert numbers == list(range(25))

    with CaptureQueriesContext(connection) as queries:
        api.get(f"jobs/{job.pk}/results/?limit=25")
    assert len(queries) == 2


def test_what_an_item_changed_is_on_record_as_the_key_s(api: ShopSystem):
    api.post("customers/", {"external_id": "c-1", "given_name": "Vera"})
    job = sent(api, "customers", [{"external_id": "c-1", "given_name": "Vesna"}])
    bulk_tasks.work_off(job.pk)

    [change] = changes_of(Customer.objects.get())
    assert change.key == ApiKey.objects.get().prefix


# ── With others at the same moment ───────────────────────────────────────────
def test_two_workers_at_one_job_do_each_item_once(api: ShopSystem, transactional_db: None):
    job = sent(api, "customers", [{"given_name": str(number)} for number in range(30)])

    def work(_: int) -> None:
        try:
            bulk_tasks.work_off(job.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as workers:
        list(workers.map(work, range(3)))

    assert BulkJob.objects.get().state == "done"
    assert Customer.objects.count() == 30


def test_a_worker_that_is_killed_loses_nothing_and_doubles_nothing(
    api: ShopSystem, transactional_db: None, child_environment: dict[str, str]
):
    job = sent(api, "orders", [an_order(f"o-{number}") for number in range(150)])
    code = f"import django; django.setup()\nfrom crm.api import bulk_tasks\nbulk_tasks.work_off({job.pk})"
    for beyond in (20, 60):
        worker = subprocess.Popen([sys.executable, "-c", code], env=child_environment, cwd=settings.BASE_DIR)
        deadline = time.monotonic() + 60
        while BulkJob.objects.get().items_done < beyond and time.monotonic() < deadline:
            time.sleep(0.01)
        worker.kill()
        worker.wait()
    assert BulkJob.objects.get().state == "running"

    bulk_tasks.work_off(job.pk)

    assert BulkJob.objects.get().items_failed == 0
    assert Order.objects.count() == BulkResult.objects.count() == 150


def test_who_stops_a_job_waits_for_the_item_in_hand_only(api: ShopSystem, transactional_db: None):
    job = sent(api, "customers", [{"given_name": "0"}, {"given_name": "1"}])
    with transaction.atomic():
        bulk.do_next(job, acting_on(job.body), at=NOON)

        def stop() -> str:
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SET lock_timeout = '50ms'")
                bulk.cancel(job, at=NOON)
            except OperationalError:
                return "waited"
            finally:
                connection.close()
            return "stopped"

        with ThreadPoolExecutor(1) as others:
            assert others.submit(stop).result() == "waited"

    assert bulk.cancel(job, at=NOON).state == "cancelled"


# ── Who is forgotten ─────────────────────────────────────────────────────────
def test_what_is_sent_about_a_person_does_not_outlive_them(api: ShopSystem):
    address = "vera.sokolova@mail.example"
    email = {"kind": "email", "value": address, "is_verified": True}
    known = api.post("customers/", {"given_name": "Vera", "identities": [email]}).body
    told = sent(api, "customers", [{"preferred_channel": address}])
    bulk_tasks.work_off(told.pk)
    waiting = sent(api, "customers", [{"given_name": "Vesna"}, {"identities": [email]}])
    other = sent(api, "customers", [{"given_name": "Vesna"}])

    erasure.erase(Customer.objects.get(pk=known["id"]), reason="asked", by=None, at=NOON)

    states = {job.pk: (job.state, address in job.body) for job in BulkJob.objects.all()}
    assert states == {
        told.pk: ("done", False),
        waiting.pk: ("cancelled", False),
        other.pk: ("waiting", False),
    }
    [failed] = results_of(api, told)
    assert failed["problem"]["type"].endswith("/invalid-body")
    assert address not in str(failed)
