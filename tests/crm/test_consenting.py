"""Nobody gets advertising who has not said yes; and whoever says no is believed at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from crm import history
from crm.consents import consenting
from crm.consents.consent_state import Statement, Union, deciding
from crm.errors import NotPlausible, PersonErased
from crm.models import Consent, Customer
from tests.factories.customers import CustomerFactory
from tests.factories.shops import NOON, ShopFactory, UserFactory

DAY = timedelta(days=1)


def give(customer: Customer, **more: Any) -> Consent:
    return consenting.give(customer, **told(**more))


def withdraw(customer: Customer, **more: Any) -> Consent:
    return consenting.withdraw(customer, **told(**more))


def told(**more: Any) -> dict[str, Any]:
    return {
        "purpose": "advertising",
        "channel": "email",
        "source": "agent",
        "occurred_at": NOON,
        "at": NOON,
        **more,
    }


def may(customer: Customer, channel: str = "email", purpose: str = "advertising") -> bool:
    return consenting.may(customer, purpose=purpose, channel=channel)


@pytest.mark.django_db
def test_no_record_is_no_consent() -> None:
    assert not may(CustomerFactory())


@pytest.mark.django_db
def test_consent_is_for_the_channel_it_was_given_for() -> None:
    anna = CustomerFactory()
    give(anna)

    assert may(anna)
    assert not may(anna, "sms")
    assert not may(anna, "", "processing")


@pytest.mark.django_db
def test_consent_for_every_channel_leaves_room_for_an_exception() -> None:
    anna = CustomerFactory()
    give(anna, channel="")
    withdraw(anna, channel="sms", occurred_at=NOON + DAY, at=NOON + DAY)

    assert may(anna, "email")
    assert not may(anna, "sms")


@pytest.mark.django_db
def test_withdrawing_for_every_channel_ends_each_of_them() -> None:
    anna = CustomerFactory()
    give(anna)
    give(anna, channel="sms")
    withdraw(anna, channel="", occurred_at=NOON + DAY, at=NOON + DAY)

    assert not may(anna, "email")
    assert not may(anna, "sms")


@pytest.mark.django_db
def test_old_news_of_a_consent_does_not_undo_a_later_withdrawal() -> None:
    anna = CustomerFactory()
    withdraw(anna, occurred_at=NOON - DAY)
    give(anna, occurred_at=NOON - 9 * DAY)

    assert not may(anna)


@pytest.mark.django_db
def test_of_one_moment_the_withdrawal_counts() -> None:
    anna = CustomerFactory()
    withdraw(anna)
    give(anna)

    assert not may(anna)


@pytest.mark.django_db
def test_who_takes_back_the_consent_to_processing_gets_no_advertising() -> None:
    anna = CustomerFactory()
    give(anna)
    withdraw(anna, purpose="processing", channel="")

    assert not may(anna)


@pytest.mark.django_db
def test_a_consent_told_again_stands_once_and_is_one_fact() -> None:
    anna = CustomerFactory()

    assert give(anna).pk == give(anna).pk
    assert [entry.kind for entry in history.of(anna)] == ["crm.consent_given"]


@pytest.mark.django_db
def test_what_was_said_reads_aloud_on_the_timeline() -> None:
    anna = CustomerFactory()
    give(anna)
    withdraw(anna, channel="", occurred_at=NOON + DAY, at=NOON + DAY)

    said = [entry.fact.aloud("en") for entry in history.of(anna).order_by("pk")]
    assert said == [
        "Consent given: advertising by e-mail",
        "Consent withdrawn: advertising by every channel",
    ]


@pytest.mark.django_db
def test_what_holds_is_told_with_its_version_source_and_moment() -> None:
    anna, shop = CustomerFactory(), ShopFactory()
    give(anna, purpose="processing", channel="", text_version="2026-01", shop=shop, source="api:lipa")
    give(anna, actor=UserFactory())

    first, second = consenting.standings(anna)

    assert (first.purpose, first.is_given, first.consent.text_version) == ("processing", True, "2026-01")
    assert (second.purpose, second.channel, second.consent.source) == ("advertising", "email", "agent")


@pytest.mark.django_db
def test_processing_has_no_channel() -> None:
    with pytest.raises(consenting.ProcessingHasNoChannel):
        give(CustomerFactory(), purpose="processing", channel="email")


@pytest.mark.django_db
def test_a_consent_of_tomorrow_is_refused() -> None:
    with pytest.raises(NotPlausible):
        give(CustomerFactory(), occurred_at=NOON + 3 * DAY)


@pytest.mark.django_db
def test_somebody_erased_neither_consents_nor_is_written_to() -> None:
    anna = CustomerFactory()
    give(anna)
    Customer.objects.filter(pk=anna.pk).update(erased_at=NOON)
    anna.refresh_from_db()

    assert not may(anna)
    with pytest.raises(PersonErased):
        give(anna, occurred_at=NOON + DAY, at=NOON + DAY)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE crm_consent SET decision = 'given'",
        "DELETE FROM crm_consent",
        "TRUNCATE crm_consent CASCADE",
    ],
)
def test_the_ledger_of_consents_refuses_to_be_rewritten(statement: str) -> None:
    withdraw(CustomerFactory())

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_asking_takes_as_many_queries_however_much_was_said(django_assert_num_queries: Any) -> None:
    anna = CustomerFactory()
    for day in range(20):
        (give if day % 2 else withdraw)(anna, occurred_at=NOON - day * DAY)

    with django_assert_num_queries(2):
        may(anna)


# ── the rule itself ──────────────────────────────────────────────────────────
PEOPLE = st.integers(1, 4)
MOMENTS = st.integers(0, 30).map(lambda day: NOON + day * DAY)
STATEMENTS = st.lists(st.builds(Statement, PEOPLE, st.booleans(), MOMENTS), max_size=12)
UNIONS = st.lists(st.builds(Union, PEOPLE, PEOPLE, MOMENTS), max_size=6)


@given(STATEMENTS)
def test_of_one_person_the_last_word_counts(statements: list[Statement]) -> None:
    own = [one for one in statements if one.person == 1]

    found = deciding(own)

    if own:
        last = max(one.at for one in own)
        assert found and found.at == last
        assert found.is_given == all(one.is_given for one in own if one.at == last)
    else:
        assert found is None


@given(STATEMENTS, UNIONS)
def test_a_withdrawal_after_the_last_union_always_wins(
    statements: list[Statement], unions: list[Union]
) -> None:
    late = Statement(2, is_given=False, at=NOON + 40 * DAY)

    found = deciding([*statements, late], unions)

    assert found and not found.is_given


@given(STATEMENTS, STATEMENTS)
def test_a_union_is_as_strict_as_the_stricter_of_two(one: list[Statement], other: list[Statement]) -> None:
    ours = [Statement(1, said.is_given, said.at) for said in one]
    theirs = [Statement(2, said.is_given, said.at) for said in other]
    before = [found for found in (deciding(ours), deciding(theirs)) if found]

    found = deciding([*ours, *theirs], [Union(1, 2, NOON + 40 * DAY)])

    assert bool(found and found.is_given) == bool(before and all(said.is_given for said in before))
