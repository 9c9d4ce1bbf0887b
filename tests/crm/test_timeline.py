from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.utils import IntegrityError

from crm import timeline
from crm.facts import CustomerJoined, OrderPlaced
from crm.models import Customer, OutboxRow, TimelineEntry
from crm.timeline import Told

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def maria() -> Customer:
    return Customer.objects.create(given_name="Мария", family_name="Ковалёва", language="ru", created_at=NOON)


def placed(number: str = "L-1", lines_count: int = 2) -> OrderPlaced:
    return OrderPlaced(
        order_number=number,
        amount=Decimal("12.84"),
        currency="EUR",
        lines_count=lines_count,
        goods="Чай",
    )


def tell(customer: Customer | None, source_id: str = "order:1:placed", **more: object) -> TimelineEntry:
    return timeline.record(
        customer,
        placed(),
        source="api:lipa",
        source_id=source_id,
        occurred_at=NOON,
        **more,
    )  # type: ignore[arg-type]


def test_a_fact_is_told_back_as_it_was_recorded(maria: Customer) -> None:
    entry = TimelineEntry.objects.get(pk=tell(maria).pk)

    assert entry.fact == placed()
    assert entry.customer == maria
    assert entry.occurred_at == NOON
    assert "12,84" in entry.preview, "the preview is in the customer's language"


def test_the_same_event_told_again_stands_once(maria: Customer) -> None:
    assert tell(maria).pk == tell(maria).pk
    assert TimelineEntry.objects.count() == OutboxRow.objects.count() == 1


def test_two_tellings_in_one_call_stand_once(maria: Customer) -> None:
    told = Told(
        fact=placed(),
        customer_id=maria.pk,
        occurred_at=NOON,
        source="api:lipa",
        source_id="order:1:placed",
    )

    first, second = timeline.record_all([told, told])

    assert first.pk == second.pk
    assert OutboxRow.objects.count() == 1


def test_the_same_event_of_another_kind_is_another_fact(maria: Customer) -> None:
    joined = timeline.record(
        maria,
        CustomerJoined(shop_name="Липа"),
        source="api:lipa",
        source_id="order:1:placed",
        occurred_at=NOON,
    )

    assert joined.pk != tell(maria).pk


def test_an_order_of_nobody_is_told_too() -> None:
    assert tell(None).customer is None


@pytest.mark.django_db(transaction=True)
def test_a_fact_cannot_be_recorded_outside_a_transaction(maria: Customer) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        tell(maria)


def test_a_fact_that_is_rolled_back_never_happened(maria: Customer) -> None:
    class ChangeOfMind(Exception):
        pass

    with pytest.raises(ChangeOfMind), transaction.atomic():
        tell(maria)
        raise ChangeOfMind

    assert not TimelineEntry.objects.exists()
    assert not OutboxRow.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE crm_timelineentry SET preview = 'x'",
        "DELETE FROM crm_timelineentry",
        "TRUNCATE crm_timelineentry CASCADE",
    ],
)
def test_history_refuses_to_be_rewritten(maria: Customer, statement: str) -> None:
    tell(maria)

    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert TimelineEntry.objects.get().preview


def test_even_the_owner_of_the_tables_is_refused(maria: Customer, owner_connection: object) -> None:
    """The trigger, not only the grants: a migration cannot rewrite history by mistake."""
    with (
        owner_connection.cursor() as cursor,
        pytest.raises(Exception, match="append-only"),
    ):  # type: ignore[attr-defined]
        cursor.execute("TRUNCATE crm_timelineentry CASCADE")


def test_a_payload_over_four_kilobytes_is_refused(maria: Customer) -> None:
    endless = OrderPlaced(
        order_number="1",
        amount=Decimal(1),
        currency="EUR",
        lines_count=1,
        goods="ч" * 3000,
    )

    with (
        pytest.raises(IntegrityError, match="entry_payload_within_4_kb"),
        transaction.atomic(),
    ):
        timeline.record(maria, endless, source="api:lipa", source_id="1", occurred_at=NOON)


def test_causes_go_eight_steps_deep_and_no_further(maria: Customer) -> None:
    entry = tell(maria, "step:0")
    for step in range(1, 9):
        entry = tell(maria, f"step:{step}", caused_by=entry)

    with (
        pytest.raises(IntegrityError, match="entry_caused_within_eight_steps"),
        transaction.atomic(),
    ):
        tell(maria, "step:9", caused_by=entry)


def test_recording_takes_one_statement_however_many_facts(
    maria: Customer, django_assert_num_queries: object
) -> None:
    told = [
        Told(
            fact=placed(f"L-{n}"),
            customer_id=maria.pk,
            occurred_at=NOON,
            source="api:lipa",
            source_id=f"order:{n}:placed",
        )
        for n in range(20)
    ]

    with django_assert_num_queries(1):  # type: ignore[operator]
        timeline.record_all(told)


def test_late_news_keeps_its_own_time(maria: Customer) -> None:
    entry = timeline.record(
        maria,
        placed(),
        source="api:lipa",
        source_id="1",
        occurred_at=NOON - timedelta(days=3),
        recorded_at=NOON,
    )

    assert (entry.occurred_at, entry.recorded_at) == (NOON - timedelta(days=3), NOON)


def test_moments_are_kept_to_the_microsecond(maria: Customer) -> None:
    moment = NOON + timedelta(microseconds=123_457)

    entry = timeline.record(maria, placed(), source="api:lipa", source_id="1", occurred_at=moment)

    assert TimelineEntry.objects.get(pk=entry.pk).occurred_at == moment
