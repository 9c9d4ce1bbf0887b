from __future__ import annotations

import pytest

from crm import feed
from crm.facts import NoteWritten
from crm.models import Customer, Shop
from crm.timeline import record
from tests.api_client import ShopSystem
from tests.factories.customers import CustomerFactory
from tests.factories.orders import placed_order
from tests.factories.shops import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(db: None) -> ShopSystem:
    return ShopSystem()


def note(text: str, customer: Customer, *, shop: Shop | None = None, visibility: str = "agent") -> None:
    told = {"source": "agent", "source_id": text, "occurred_at": NOON, "visibility": visibility}
    record(customer, NoteWritten(text=text), shop=shop, **told)  # type: ignore[arg-type]


def test_a_timeline_reads_newest_first_in_the_callers_language(api: ShopSystem):
    customer = CustomerFactory()
    placed_order("o-1", shop=api.shop, customer=customer, moments={"paid": NOON})
    answer = api.get(f"customers/{customer.pk}/timeline/", accept_language="en")

    assert [item["kind"] for item in answer.body["items"]] == ["crm.order_paid", "crm.order_placed"]
    assert answer.body["items"][0]["sentence"] == "Order o-1 paid: €9.80"
    assert answer.body["items"][0]["subject"]["type"] == "crm.order"


def test_a_timeline_is_paged_both_ways_and_filtered(api: ShopSystem):
    customer = CustomerFactory()
    for n in range(5):
        placed_order(f"o-{n}", shop=api.shop, customer=customer)
    note("called", customer)
    path = f"customers/{customer.pk}/timeline/"
    first = api.get(f"{path}?limit=2&group=orders").body
    second = api.get(f"{path}?limit=2&group=orders&older_than={first['older']}").body
    back = api.get(f"{path}?limit=2&group=orders&newer_than={second['newer']}").body

    assert [item["payload"]["order_number"] for item in first["items"] + second["items"]] == [
        "o-4",
        "o-3",
        "o-2",
        "o-1",
    ]
    assert back["items"] == first["items"]
    assert [item["kind"] for item in api.get(f"{path}?kind=crm.note_written").body["items"]] == [
        "crm.note_written"
    ]
    assert len(api.get(f"{path}?channel=online").body["items"]) == 5
    assert api.get(f"{path}?at=2020-01-01T00:00:00Z").body["items"] == []
    assert api.get(f"{path}?older_than=x").problem == (400, "invalid-query")


def test_a_shop_sees_its_own_and_nobodys_entries_and_no_others(api: ShopSystem):
    customer = CustomerFactory()
    other = ShopSystem().shop
    note("theirs", customer, shop=other)
    note("mine", customer, shop=api.shop)
    note("nobody's", customer)
    note("for managers", customer, visibility="manager")
    feed.sequence()
    seen = {item["payload"]["text"] for item in api.get(f"customers/{customer.pk}/timeline/").body["items"]}
    fed = [item["payload"]["text"] for item in api.get("feed/").body["items"]]

    assert seen == {"mine", "nobody's"}
    assert fed == ["mine", "nobody's"]


def test_a_page_of_a_timeline_takes_the_same_queries_however_long(
    api: ShopSystem, django_assert_max_num_queries
):
    customer = CustomerFactory()
    for n in range(9):
        placed_order(f"o-{n}", shop=api.shop, customer=customer)
    path = f"customers/{customer.pk}/timeline/"
    api.warm(path)
    with django_assert_max_num_queries(4):  # the customer, their identities, who else they are, the entries
        assert len(api.get(path).body["items"]) == 9


def test_a_feed_read_to_its_end_has_everything_once_and_in_order(api: ShopSystem):
    other = ShopSystem().shop
    for n in range(7):
        placed_order(f"o-{n}", shop=api.shop if n % 2 else other)
    feed.sequence()
    read, after = [], 0
    while True:
        answer = api.get(f"feed/?after={after}&limit=2").body
        read += [item["payload"]["order_number"] for item in answer["items"]]
        after = answer["after"]
        if after >= answer["head"]:
            break

    assert read == ["o-1", "o-3", "o-5"]
    assert after == answer["head"] == 7
    assert api.get(f"feed/?after={after}").body == {"items": [], "after": 7, "head": 7}


def test_a_feed_asked_beyond_its_end_waits_there(api: ShopSystem):
    assert api.get("feed/?after=9223372036854775807").body == {
        "items": [],
        "after": 9223372036854775807,
        "head": 0,
    }
    for wrong in ("after=-1", "after=9223372036854775808", "after=x", "limit=1001"):
        assert api.get(f"feed/?{wrong}").problem == (400, "invalid-query")


def test_a_page_of_the_feed_takes_two_queries(api: ShopSystem, django_assert_num_queries):
    for n in range(4):
        placed_order(f"o-{n}", shop=api.shop)
    feed.sequence()
    api.warm("feed/")
    with django_assert_num_queries(2):
        assert len(api.get("feed/").body["items"]) == 4
