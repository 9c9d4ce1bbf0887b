from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from crm.integrations.idempotency import forget
from crm.models import Customer, IdempotentAnswer, Order
from crm.tasks import forget_idempotency_keys
from tests.api_client import ShopSystem
from tests.crm.test_api_orders import an_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(db: None) -> ShopSystem:
    return ShopSystem()


def test_a_repeat_gets_the_same_answer_to_the_letter_and_says_so(api: ShopSystem):
    first = api.post("customers/", {"given_name": "Елена"}, idempotency_key="k1")
    again = api.post("customers/", {"given_name": "Елена"}, idempotency_key="k1")

    assert (first.status, again.status) == (201, 201)
    assert again.response.content == first.response.content
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Customer.objects.count() == 1


def test_a_key_may_come_in_quotes(api: ShopSystem):
    api.post("customers/", {"given_name": "Елена"}, idempotency_key='"k1"')
    api.post("customers/", {"given_name": "Елена"}, idempotency_key="k1")

    assert Customer.objects.count() == 1


def test_a_key_with_another_body_is_refused(api: ShopSystem):
    api.post("customers/", {"given_name": "Елена"}, idempotency_key="k1")

    assert api.post("customers/", {"given_name": "Eva"}, idempotency_key="k1").problem == (
        422,
        "idempotency-key-reused",
    )


@pytest.mark.parametrize("key", ["", '""', "x" * 256, "ключ"])
def test_a_write_without_a_usable_key_is_refused(api: ShopSystem, key: str):
    answer = api.post("customers/", {"given_name": "Eva"}, idempotency_key=key)

    assert answer.problem == (400, "idempotency-key-missing")
    assert not Customer.objects.exists()


def test_one_key_counts_for_one_shop_and_one_address(api: ShopSystem):
    other = ShopSystem()
    for asker in (api, other):
        asker.post("customers/", {"given_name": "Eva"}, idempotency_key="k1")
        asker.post("products/", {"sku": "T", "name": "Tea"}, idempotency_key="k1")

    assert IdempotentAnswer.objects.count() == 4


def test_a_refused_request_does_not_burn_its_key(api: ShopSystem):
    wrong = an_order(goods_amount="1.00")
    assert api.post("orders/", wrong, idempotency_key="k1").status == 422

    assert api.post("orders/", an_order(), idempotency_key="k1").status == 201
    assert Customer.objects.count() == 1


def test_answers_are_forgotten_after_three_days_and_not_before(api: ShopSystem):
    api.post("customers/", {"given_name": "Eva"}, idempotency_key="k1")
    forget_idempotency_keys()
    assert IdempotentAnswer.objects.exists()

    assert forget(at=timezone.now() + timedelta(hours=72, seconds=1)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_second_asker_is_told_at_once_that_the_first_is_still_served():
    api = ShopSystem()
    key = f"{api.shop.pk}:POST /api/v1/customers/:k1"
    with ThreadPoolExecutor(1) as elsewhere, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7211))", [key])

        def ask() -> tuple[tuple[int, str], str]:
            try:
                answer = api.post("customers/", {"given_name": "Eva"}, idempotency_key="k1")
                return answer.problem, answer.headers["Retry-After"]
            finally:
                connection.close()

        assert elsewhere.submit(ask).result(10) == ((409, "still-running"), "1")


@pytest.mark.django_db(transaction=True)
def test_fifty_clients_with_one_key_make_one_order():
    api = ShopSystem()

    def tell(_: int) -> tuple[int, bytes]:
        try:
            answer = api.post("orders/", an_order(), idempotency_key="same")
            return answer.status, answer.response.content
        finally:
            connection.close()

    with ThreadPoolExecutor(50) as clients:
        answers = list(clients.map(tell, range(50)))

    assert Order.objects.count() == 1
    assert {status for status, _ in answers} <= {201, 409}
    assert len({body for status, body in answers if status == 201}) == 1
