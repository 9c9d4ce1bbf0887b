"""Comparing, merging, separating, telling and erasing, as colleagues do it on pages."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.roles import permissions_of
from crm.consents import consenting
from crm.models import Customer, Merge, MergeProposal, TimelineEntry, User
from crm.people import likeness, merging
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.orders import placed_order
from tests.factories.shops import NOON, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client: Client) -> Client:
    client.force_login(UserFactory(is_superuser=True))
    return client


@pytest.fixture
def pair() -> tuple[Customer, Customer]:
    """Two records with one phone."""
    people = (
        CustomerFactory(given_name="Аня", birthday=None),
        CustomerFactory(given_name="Анна", birthday=NOON.date()),
    )
    for person in people:
        IdentityFactory(customer=person, kind="phone", value="+359888123456")
    return people


def page(person: Customer, *parts: object) -> str:
    return "/admin/crm/customer/" + "".join(f"{part}/" for part in (person.pk, *parts))


# ── proposals ────────────────────────────────────────────────────────────────
def test_a_shared_phone_is_proposed_with_its_evidence(pair: tuple[Customer, Customer]) -> None:
    likeness.propose([pair[0].pk, pair[1].pk], at=NOON)
    likeness.propose([pair[1].pk], at=NOON)

    proposal = MergeProposal.objects.get()
    assert (proposal.first, proposal.second) == pair
    assert proposal.evidence == ["identity"]


def test_the_same_name_and_birthday_are_evidence_and_one_of_them_is_not() -> None:
    anna, same = CustomerFactory.create_batch(
        2, given_name="Анна", family_name="Петрова", birthday=NOON.date()
    )
    CustomerFactory(given_name="Анна", family_name="Петрова")
    CustomerFactory(given_name="Анна", family_name="Иванова", birthday=NOON.date())

    assert likeness.alike(anna.pk) == {same.pk: ["name_and_birthday"]}


def test_merged_erased_and_dismissed_pairs_wait_no_more(pair: tuple[Customer, Customer]) -> None:
    likeness.propose([pair[0].pk], at=NOON)
    merge = merging.merge(pair[0], other=pair[1], by=None, at=NOON)
    assert not MergeProposal.objects.waiting().exists()
    merging.unmerge(merge, by=None, at=NOON)
    assert MergeProposal.objects.waiting().exists()

    likeness.dismiss(MergeProposal.objects.get(), by=UserFactory(), at=NOON)
    likeness.propose([pair[0].pk], at=NOON)

    assert not MergeProposal.objects.waiting().exists()


def test_proposals_are_listed_and_dismissed(client: Client, pair: tuple[Customer, Customer]) -> None:
    likeness.propose([pair[0].pk], at=NOON)
    assert "Аня" in client.get("/admin/crm/merge-proposals/").content.decode()

    client.post(f"/admin/crm/merge-proposals/{MergeProposal.objects.get().pk}/dismissal/")

    assert "Аня" not in client.get("/admin/crm/merge-proposals/").content.decode()


def test_the_list_of_proposals_costs_the_same_however_long(client: Client) -> None:
    def queries(count: int) -> int:
        people = CustomerFactory.create_batch(count)
        MergeProposal.objects.bulk_create(
            MergeProposal(first=one, second=two, evidence=["identity"], found_at=NOON)
            for one, two in pairwise(people)
        )
        with CaptureQueriesContext(connection) as captured:
            client.get("/admin/crm/merge-proposals/")
        return len(captured)

    client.get("/admin/crm/merge-proposals/")
    assert queries(3) == queries(30)


# ── merging ──────────────────────────────────────────────────────────────────
def test_the_page_of_a_person_leads_to_the_one_who_may_be_the_same(
    client: Client, pair: tuple[Customer, Customer]
) -> None:
    likeness.propose([pair[0].pk], at=NOON)

    assert page(pair[0], "same-person") in client.get(page(pair[0])).content.decode()
    assert (
        page(pair[0], "same-person", pair[1].pk) in client.get(page(pair[0], "same-person")).content.decode()
    )


def test_two_people_are_compared_and_merged_and_separated(
    client: Client, pair: tuple[Customer, Customer]
) -> None:
    anna, other = pair
    address = page(anna, "same-person", other.pk)
    shown = client.get(address).content.decode()
    assert "Аня" in shown and "Анна" in shown
    assert "+359888123456" not in shown, "phones are masked"

    answer = client.post(address, {"given_name": "other", "birthday": "other", "language": "own"})

    assert answer["Location"] == page(anna)
    anna.refresh_from_db()
    assert (anna.given_name, anna.birthday) == ("Анна", NOON.date())
    assert client.get(page(other))["Location"] == page(anna)
    merge = Merge.objects.get()
    assert merge.evidence == ["identity"]

    assert (
        f"/admin/crm/merge/{merge.pk}/separation/" in client.get(page(anna, "same-person")).content.decode()
    )
    client.post(f"/admin/crm/merge/{merge.pk}/separation/")
    assert Customer.objects.get(pk=other.pk).merged_into_id is None


def test_somebody_is_found_by_number_to_compare_with(client: Client, pair: tuple[Customer, Customer]) -> None:
    answer = client.get(page(pair[0], "same-person"), {"number": pair[1].pk})

    assert answer["Location"] == page(pair[0], "same-person", pair[1].pk)
    assert client.get(page(pair[0], "same-person"), {"number": 999_999}).status_code == 200


def test_the_page_of_the_survivor_shows_orders_and_consents_of_both(
    client: Client, pair: tuple[Customer, Customer]
) -> None:
    anna, other = pair
    placed_order("theirs", number="T-77", customer=other)
    told = {"purpose": "advertising", "channel": "sms", "source": "agent", "occurred_at": NOON, "at": NOON}
    consenting.withdraw(other, **told)
    merging.merge(anna, other=other, by=None, at=NOON)

    shown = client.get(page(anna)).content.decode()

    assert "T-77" in shown
    assert "advertising by SMS" in shown
    assert f"№ {other.pk}" in shown


# ── telling and erasing ──────────────────────────────────────────────────────
def test_a_copy_of_all_data_is_a_file_and_is_noted(client: Client, pair: tuple[Customer, Customer]) -> None:
    anna, other = pair
    placed_order("1", number="T-77", customer=other)
    merging.merge(anna, other=other, by=None, at=NOON)

    answer = client.post(page(anna, "personal-data"), {"form": "json"})

    told = json.loads(answer.content)
    assert answer["Content-Disposition"].startswith("attachment")
    assert {row["given_name"] for row in told["person"]} == {"Аня", "Анна"}
    assert [row["number"] for row in told["orders"]] == ["T-77"]
    assert "+359888123456" in {row["value"] for row in told["identities"]}
    assert TimelineEntry.objects.filter(kind="crm.personal_data_given", customer=anna).exists()


def test_the_copy_reads_in_the_persons_language(client: Client) -> None:
    anna = CustomerFactory(given_name="Анна <script>", language="en")
    placed_order("1", number="T-77", customer=anna)

    words = client.post(page(anna, "personal-data"), {"form": "html"}).content.decode()

    assert "<h1>Your personal data</h1>" in words
    assert "Анна &lt;script&gt;" in words
    assert "Order T-77 placed for" in words


def test_looking_at_the_page_makes_no_copy(client: Client) -> None:
    anna = CustomerFactory()

    assert client.get(page(anna, "personal-data")).status_code == 200
    assert not TimelineEntry.objects.filter(kind="crm.personal_data_given").exists()


def test_a_person_is_erased_with_a_reason_and_their_number(client: Client) -> None:
    anna = CustomerFactory(given_name="Анна", family_name="Петрова")

    answer = client.post(
        page(anna, "erasure"), {"reason": "asked", "reference": "7", "number": f"№ {anna.pk}"}
    )

    assert answer["Location"] == page(anna)
    shown = client.get(page(anna)).content.decode()
    assert "Петрова" not in shown
    assert "This person was erased." in shown
    assert "note-text" not in shown, "nobody writes notes about somebody forgotten"


@pytest.mark.parametrize("given", [{"reason": "", "number": "1"}, {"reason": "asked", "number": "2"}, {}])
def test_nobody_is_erased_by_a_slip(client: Client, given: dict[str, str]) -> None:
    anna = CustomerFactory()

    assert client.post(page(anna, "erasure"), given).status_code == 200

    anna.refresh_from_db()
    assert anna.erased_at is None


# ── who may ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("agent", set()),
        ("team lead", {"merge"}),
        ("manager", {"merge", "tell"}),
        ("administrator", {"merge", "tell", "erase"}),
        ("auditor", set()),
    ],
)
def test_each_role_may_do_what_its_line_says(role: str, may: set[str]) -> None:
    held = {codename for _app, codename in permissions_of(role)}

    assert {deed for deed in ("merge", "tell", "erase") if f"{deed}_customer" in held} == may


@pytest.mark.parametrize("rest", [("same-person",), ("same-person", 1), ("erasure",), ("personal-data",)])
def test_who_may_only_look_may_do_none_of_it(client: Client, rest: tuple[object, ...]) -> None:
    agent: User = UserFactory()
    agent.groups.add(Group.objects.get(name="agent"))
    client.force_login(agent)
    anna = CustomerFactory()

    assert client.get(page(anna, *rest)).status_code == 403
    assert client.post(page(anna, *rest)).status_code in (403, 405)
    assert page(anna, "erasure") not in client.get(page(anna)).content.decode()
