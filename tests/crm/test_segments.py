"""Who is in a segment: written, filled, kept up from the feed, and told of as facts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from crm import relay, timeline
from crm.demo import segments as demo_segments
from crm.facts import NoteWritten
from crm.models import (
    Customer,
    CustomerFigures,
    CustomerToLookAt,
    Segment,
    SegmentMember,
    SegmentSize,
    SnapshotMember,
    TimelineEntry,
)
from crm.people.customers import change_customer
from crm.segments import asking, counting, explaining, membership, snapshots, sweeping, waiting, writing
from crm.segments.errors import (
    NamelessSegment,
    SegmentChangedMeanwhile,
    SegmentNameTaken,
    SegmentsInALoop,
    SegmentStillAskedAbout,
    SnapshotNameTaken,
    TooLongToCount,
)
from tests.factories.customers import CustomerFactory
from tests.factories.orders import line, placed_order
from tests.factories.segments import SPENT_A_LOT, colleague, filled, written
from tests.factories.shops import NOON, ShopFactory

pytestmark = pytest.mark.django_db
SPEAKS_BULGARIAN = {"field": "customer.language", "op": "eq", "value": "bg"}


def people_of(segment: Segment) -> set[int]:
    return set(SegmentMember.objects.filter(segment=segment).values_list("customer_id", flat=True))


def inside(segment: Segment) -> dict[str, Any]:
    return {"some": "customer.segments", "where": {"field": "segment.is", "op": "eq", "value": segment.pk}}


def happens(customer: Customer, source_id: str = "n-1", **more: Any) -> TimelineEntry:
    with transaction.atomic():
        return timeline.record(
            customer, NoteWritten(text="…"), source="test", source_id=source_id, occurred_at=NOON, **more
        )


def heard() -> None:
    while relay.pump():
        pass
    while membership.settle_due(at=NOON):
        pass


def moves(kind: str = "") -> list[tuple[int | None, str]]:
    found = TimelineEntry.objects.filter(kind__startswith="crm.segment_" + kind).order_by("pk")
    return [(entry.customer_id, entry.kind.rpartition("_")[2]) for entry in found]


@pytest.fixture
def shop():
    return ShopFactory()


@pytest.fixture
def anna() -> Customer:
    return CustomerFactory(language="bg")


@pytest.fixture
def boris() -> Customer:
    return CustomerFactory(language="ru")


def test_a_new_segment_takes_in_whoever_fits_and_tells_nobody_of_it(anna, boris):
    segment = filled(SPEAKS_BULGARIAN)

    assert people_of(segment) == {anna.pk}
    assert (segment.size, segment.is_filled) == (1, True)
    assert list(SegmentSize.objects.values_list("size", flat=True)) == [1]
    assert moves() == []


def test_whoever_an_order_makes_fit_enters_and_the_fact_names_the_order_as_its_cause(shop, anna):
    segment = filled(SPENT_A_LOT)

    placed_order(shop=shop, customer=anna, lines=[line(unit_price="75.00")])
    heard()

    assert people_of(segment) == {anna.pk}
    assert moves() == [(anna.pk, "entered")]
    entry = TimelineEntry.objects.get(kind="crm.segment_entered")
    assert TimelineEntry.objects.get(pk=entry.caused_by).kind == "crm.order_placed"
    assert entry.depth == 1


def test_whoever_stops_fitting_leaves(anna):
    segment = filled(SPEAKS_BULGARIAN)
    Customer.objects.filter(pk=anna.pk).update(language="ru")

    happens(anna)
    heard()

    assert people_of(segment) == set()
    assert moves() == [(anna.pk, "left")]
    segment.refresh_from_db()
    assert segment.size == 0


def test_coming_again_is_told_again(anna):
    filled(SPEAKS_BULGARIAN)
    for number, language in enumerate(["ru", "bg", "ru"]):
        Customer.objects.filter(pk=anna.pk).update(language=language)
        happens(anna, f"n-{number}")
        heard()

    assert moves() == [(anna.pk, "left"), (anna.pk, "entered"), (anna.pk, "left")]


def test_an_imported_past_is_told_as_past(anna):
    filled(SPEAKS_BULGARIAN)
    Customer.objects.filter(pk=anna.pk).update(language="ru")

    happens(anna, is_history=True)
    heard()

    assert TimelineEntry.objects.get(kind="crm.segment_left").is_history is True


def test_a_chain_of_causes_ends_in_the_segment_and_not_in_a_fact(anna):
    segment = filled(SPEAKS_BULGARIAN)
    Customer.objects.filter(pk=anna.pk).update(language="ru")

    with transaction.atomic():
        waiting.queue({anna.pk: waiting.Cause(entry=1, depth=8)}, at=NOON)
    heard()

    assert people_of(segment) == set()
    assert moves() == []


def test_what_happens_while_somebody_is_looked_at_is_looked_at_once_more(anna):
    filled(SPEAKS_BULGARIAN)
    with transaction.atomic():
        waiting.queue({anna.pk: waiting.NO_CAUSE}, at=NOON)
        turn = CustomerToLookAt.objects.get().turn
        waiting.queue({anna.pk: waiting.NO_CAUSE}, at=NOON)

    assert CustomerToLookAt.objects.get().turn == turn + 1


def test_nobody_is_queued_where_there_is_no_segment(anna):
    happens(anna)
    heard()

    assert not CustomerToLookAt.objects.exists()


def test_changed_conditions_ask_everybody_anew_without_a_word(anna, boris):
    segment = filled(SPEAKS_BULGARIAN)
    changed = writing.write(
        segment=segment,
        owner=colleague(),
        name=segment.name,
        conditions={"not": SPEAKS_BULGARIAN},
        is_shared=True,
        at=NOON,
    )
    assert (changed.version, changed.is_filled) == (2, False)

    sweeping.sweep(changed, at=NOON)

    assert people_of(segment) == {boris.pk}
    assert moves() == []


def test_a_segment_inside_another_is_looked_at_first(shop, anna):
    inner = filled(SPENT_A_LOT, name="внутри")
    outer = filled({"all": [inside(inner), SPEAKS_BULGARIAN]}, name="снаружи")

    placed_order(shop=shop, customer=anna, lines=[line(unit_price="75.00")])
    heard()

    assert people_of(inner) == people_of(outer) == {anna.pk}


def test_segments_never_ask_in_a_circle(anna):
    first = written(name="первый")
    second = written(inside(first), name="второй")

    for tree in (inside(second), {"not": {"any": [inside(first)]}}):
        with pytest.raises(SegmentsInALoop):
            writing.write(
                segment=first, owner=colleague(), name="первый", conditions=tree, is_shared=True, at=NOON
            )


def test_what_another_segment_asks_about_is_not_put_away():
    first = written(name="первый")
    second = written(inside(first), name="второй")

    with pytest.raises(SegmentStillAskedAbout):
        writing.archive(first, at=NOON)

    writing.archive(second, at=NOON)
    writing.archive(first, at=NOON)
    assert not Segment.objects.kept().exists()


def test_a_name_is_given_once_by_each_colleague_and_is_free_after_its_segment():
    segment = written(name="гости")
    with pytest.raises(SegmentNameTaken):
        written(name="гости")
    with pytest.raises(NamelessSegment):
        written(name=" \0 ")

    writing.archive(segment, at=NOON)
    written(name="гости")


def test_a_change_made_on_an_older_version_is_refused():
    segment = written()
    with pytest.raises(SegmentChangedMeanwhile):
        writing.write(
            segment=segment,
            owner=colleague(),
            name="x",
            conditions=SPENT_A_LOT,
            is_shared=False,
            at=NOON,
            version=7,
        )


def test_only_the_clock_brings_in_and_takes_out_and_a_sweep_with_the_new_day_notices(shop, anna):
    recent = {
        "some": "customer.orders",
        "where": {"field": "order.placed_at", "op": "within_last_days", "value": 7},
    }
    segment = filled(recent)
    placed_order(shop=shop, customer=anna)
    heard()
    assert people_of(segment) == {anna.pk}
    assert not sweeping.due(at=NOON + timedelta(minutes=5))

    later = NOON + timedelta(days=9)
    assert [one.pk for one in sweeping.due(at=later)] == [segment.pk]
    assert [one.pk for one in sweeping.sweep_due(at=later)] == [segment.pk]

    assert people_of(segment) == set()
    assert moves() == [(anna.pk, "entered"), (anna.pk, "left")]


def test_a_merged_record_leaves_and_its_person_stays(shop, anna, boris):
    segment = filled(SPENT_A_LOT)
    placed_order(shop=shop, customer=boris, lines=[line(unit_price="75.00")])
    heard()
    Customer.objects.filter(pk=boris.pk).update(merged_into=anna)

    happens(boris)
    CustomerFigures.objects.filter(customer=boris).update(customer=anna)
    heard()

    assert people_of(segment) == {anna.pk}


def test_what_somebody_did_and_did_not_do_is_asked_of_the_timeline(anna, boris):
    happens(anna, "n-1")
    placed_order(shop=ShopFactory(), customer=anna)
    ordered = {
        "count": "customer.events",
        "where": {
            "all": [
                {"field": "event.kind", "op": "eq", "value": "crm.order_placed"},
                {"field": "event.at", "op": "within_last_days", "value": 30},
            ]
        },
        "op": "gte",
        "value": 1,
    }

    assert [one.pk for one in counting.count(ordered, at=NOON).sample] == [anna.pk]
    assert [one.pk for one in counting.count({"not": ordered}, at=NOON).sample] == [boris.pk]
    never = {**ordered, "op": "eq", "value": 0}
    assert [one.pk for one in counting.count(never, at=NOON).sample] == [boris.pk]


def test_a_count_that_takes_too_long_is_given_up_and_leaves_the_transaction_usable(anna, monkeypatch):
    monkeypatch.setattr(counting, "LONGEST_MILLISECONDS", 1)
    CustomerFactory.create_batch(300)
    events = {"count": "customer.events", "op": "lte", "value": 5}

    with pytest.raises(TooLongToCount):
        counting.count({"all": [{"not": events}] * 60}, at=NOON)

    assert Customer.objects.filter(pk=anna.pk).exists()


def test_why_somebody_is_in_and_somebody_is_not(anna, boris):
    segment = filled(SPEAKS_BULGARIAN)

    hers = explaining.explain(segment, anna.pk, at=NOON)
    his = explaining.explain(segment, boris.pk, at=NOON)

    assert (hers.since, hers.trace.holds, hers.will_move) == (NOON, True, False)
    assert (his.since, his.trace.holds) == (None, False)
    assert his.trace.reasons
    assert explaining.explain(segment, 0, at=NOON) is None


def test_a_snapshot_keeps_who_was_in_it(anna):
    segment = filled(SPEAKS_BULGARIAN)
    snapshot = snapshots.take(segment, name="до рассылки", by=colleague(), at=NOON)
    Customer.objects.filter(pk=anna.pk).update(language="ru")
    happens(anna)
    heard()

    kept = SnapshotMember.objects.filter(snapshot=snapshot).values_list("customer_id", flat=True)
    assert (list(kept), snapshot.size, people_of(segment)) == ([anna.pk], 1, set())
    with pytest.raises(SnapshotNameTaken):
        snapshots.take(segment, name="до рассылки", by=colleague(), at=NOON)


def test_the_demo_has_segments_of_which_one_asks_about_another(anna):
    placed_order(shop=ShopFactory(), customer=anna)
    for _twice in range(2):
        demo_segments.write(colleague(), now=NOON)

    assert [one.is_filled for one in Segment.objects.all()] == [True] * 4
    silent = Segment.objects.get(name=demo_segments.SILENT)
    assert asking.asked_about(silent.conditions) == {Segment.objects.get(name=demo_segments.GOOD).pk}


def settled() -> None:
    """Without the feed: what a colleague changed stands in the queue already."""
    while membership.settle_due(at=NOON):
        pass


def test_a_language_put_right_by_hand_is_seen_at_once(shop, anna):
    segment = filled(SPEAKS_BULGARIAN)

    change_customer(anna, details={"language": "ru"}, shop=shop, source="test", at=NOON)
    settled()

    assert people_of(segment) == set()
    assert moves() == [(anna.pk, "left")]
    assert TimelineEntry.objects.get(kind="crm.segment_left").caused_by is None


def test_a_change_that_changes_nothing_asks_nobody(shop, anna):
    filled(SPEAKS_BULGARIAN)

    change_customer(anna, details={"language": "bg"}, shop=shop, source="test", at=NOON)

    assert not CustomerToLookAt.objects.exists()


def test_of_somebody_known_twice_it_is_the_person_who_is_looked_at(shop, anna, boris):
    segment = filled(SPEAKS_BULGARIAN)
    Customer.objects.filter(pk=boris.pk).update(merged_into=anna)
    Customer.objects.filter(pk=anna.pk).update(language="ru")

    waiting.look_at([boris.pk], at=NOON)
    settled()

    assert people_of(segment) == set()


def test_whoever_is_being_queued_elsewhere_is_not_waited_for_and_stays(anna):
    with transaction.atomic():
        waiting.queue({anna.pk: waiting.NO_CAUSE}, at=NOON)
        turn = CustomerToLookAt.objects.get().turn
        waiting.queue({anna.pk: waiting.NO_CAUSE}, at=NOON)
        waiting.served([(anna.pk, turn)])

    assert CustomerToLookAt.objects.get().turn == turn + 1
