"""However days are damaged, the night finds it, says how much it was, and puts it right."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from crm.models import DayFigure, Reconciliation, RollupState, SegmentMember, StaleDay
from crm.rollups import counting, marking, reading, reconciling, segment_days
from crm.rollups.rollup import rollup
from tests.crm.rollup_days import counted, heard
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty import MemberFactory
from tests.factories.loyalty_rules import holds_tier, ladder
from tests.factories.orders import line, placed_order
from tests.factories.segments import filled
from tests.factories.shops import NOON, ShopFactory

pytestmark = pytest.mark.django_db
ON = NOON.date()
DAY = timedelta(days=1)
OF_THE_DAY = """rollup = 'sales' AND "on" = '2026-03-02' AND segment_id IS NULL"""
A_ROW = f"{OF_THE_DAY} AND shop IS NOT NULL AND channel = 'store' AND tier = 'gold' AND category = ''"

DAMAGES = {
    "a row is deleted": f"DELETE FROM crm_dayfigure WHERE {A_ROW}",
    "a row is counted twice": f"UPDATE crm_dayfigure SET count = 2 * count, total = 2 * total WHERE {A_ROW}",
    "a total is changed": f"UPDATE crm_dayfigure SET total = total + 0.01 WHERE {A_ROW}",
    "squares are changed": f"UPDATE crm_dayfigure SET squares = squares + 1 WHERE {A_ROW}",
    "a row stands at another shop": f"UPDATE crm_dayfigure SET shop = shop + 1000 WHERE {A_ROW}",
    "a row stands on another day": f"""UPDATE crm_dayfigure SET "on" = "on" + 1 WHERE {A_ROW}""",
    "a row has another tier": f"UPDATE crm_dayfigure SET tier = 'bronze' WHERE {A_ROW}",
    "a row has another category": f"UPDATE crm_dayfigure SET category = 'star' WHERE {A_ROW}",
    "a row has another channel": f"UPDATE crm_dayfigure SET channel = 'phone' WHERE {A_ROW}",
    "a row is in another currency": f"UPDATE crm_dayfigure SET unit = 'BGN' WHERE {A_ROW}",
    "the sum of everything is deleted": f"DELETE FROM crm_dayfigure WHERE {OF_THE_DAY} AND shop IS NULL",
    "a day is missing": f"DELETE FROM crm_dayfigure WHERE {OF_THE_DAY}",
    "a day without facts has rows": """
        INSERT INTO crm_dayfigure (rollup, "on", unit, measure, count, total, squares)
        VALUES ('sales', '2026-01-07', 'EUR', 'sold', 1, 1, 1)""",
    "everything is gone": "DELETE FROM crm_dayfigure",
    "an order was changed behind the house's back": "UPDATE crm_order SET goods_amount = 99 WHERE number = 'o-1'",
}


@pytest.fixture
def world() -> None:
    member = MemberFactory()
    holds_tier(member, ladder(member.programme)["gold"])
    shop = ShopFactory()
    for n in range(6):
        placed_order(
            f"o-{n}",
            shop=shop,
            customer=[member.customer, CustomerFactory(), None][n % 3],
            channel=["store", "online"][n % 2],
            lines=[line(unit_price=f"{n + 1}.10")],
            placed_at=NOON - (n % 2) * DAY,
        )
    placed_order("o-9", shop=shop, customer=member.customer, channel="store")
    counted()


def rows() -> set[tuple[Any, ...]]:
    return set(DayFigure.objects.values_list(*(field.attname for field in DayFigure._meta.fields[1:])))


def damaged(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        assert cursor.rowcount


def test_the_database_itself_refuses_a_row_that_stands_already(world):
    damage = f"""
        INSERT INTO crm_dayfigure (rollup, "on", shop, channel, tier, category, unit, measure, count, total, squares)
        SELECT rollup, "on", shop, channel, tier, category, unit, measure, count, total, squares
        FROM crm_dayfigure WHERE {OF_THE_DAY} AND shop IS NULL"""

    with pytest.raises(IntegrityError, match="day_counted_once_for_each_place"), transaction.atomic():
        damaged(damage)


@pytest.mark.parametrize("how", DAMAGES)
def test_damage_is_found_and_repaired(world, how):
    before = rows()
    damaged(DAMAGES[how])
    whole = how == "an order was changed behind the house's back"
    assert whole or rows() != before

    run = reconciling.reconcile(at=NOON + DAY)

    assert run.wrong_count > 0
    assert run.repaired_at == NOON + DAY
    assert (rows() == before) is not whole
    assert reconciling.reconcile(at=NOON + DAY).wrong_count == 0


def test_a_mark_that_was_lost_is_made_up_for(world):
    placed_order("o-10")
    heard()
    assert StaleDay.objects.all().delete()[0]

    assert reconciling.reconcile(at=NOON + DAY).wrong.keys() == {"sales"}

    assert reading.day_steps("sales", [ON, ON + DAY])[0, "sold", "EUR"].count == 5


def test_damage_of_a_segment_is_put_right_without_a_word(world):
    segment = filled()
    SegmentMember.objects.create(segment=segment, customer=CustomerFactory(), since=NOON)
    placed_order("o-10", customer=segment.memberships.get().customer)
    counted()
    list(segment_days.count_due(at=NOON))
    before = rows()
    damaged("UPDATE crm_dayfigure SET count = 7 WHERE segment_id IS NOT NULL")

    run = reconciling.reconcile(at=NOON + DAY)

    assert (rows(), run.wrong_count) == (before, 0)
    assert reading.segment_counted_at("sales", segment.pk) == NOON + DAY


def test_the_figures_of_a_segment_that_is_gone_go_too(world):
    segment = filled()
    SegmentMember.objects.create(segment=segment, customer=MemberFactory().customer, since=NOON)
    placed_order("o-10", customer=segment.memberships.get().customer)
    counted()
    list(segment_days.count_due(at=NOON))
    RollupState.objects.filter(segment=segment).delete()

    reconciling.reconcile(at=NOON + DAY)

    assert not DayFigure.objects.filter(segment=segment).exists()


def test_looking_without_repairing_writes_nothing(world):
    damaged(DAMAGES["a total is changed"])
    before = rows()

    run = reconciling.reconcile(at=NOON + DAY, repair=False)

    assert (run.wrong_count, run.repaired_at, rows()) == (1, None, before)


def test_a_day_that_waits_to_be_counted_is_no_drift(world):
    placed_order("o-10")
    heard()

    assert reconciling.reconcile(at=NOON + DAY).wrong_count == 0


def test_what_nobody_has_heard_of_yet_is_no_drift(world, monkeypatch):
    monkeypatch.setattr(reconciling, "LONGEST_WAIT", timedelta(milliseconds=100))
    placed_order("o-10")

    assert reconciling.reconcile(at=NOON + DAY).wrong_count == 0


def test_the_log_says_how_much_and_nothing_else(world, caplog):
    damaged(DAMAGES["a day is missing"])

    with caplog.at_level(logging.ERROR):
        run = reconciling.reconcile(at=NOON + DAY)

    (told,) = [record for record in caplog.records if record.message == "figures drifted"]
    assert (told.rollup, told.day, told.rows) == ("sales", "2026-03-02", run.wrong_count)


def test_whoever_watches_the_house_sees_drift_and_days_that_wait(world, client):
    damaged(DAMAGES["a total is changed"])
    reconciling.reconcile(at=NOON + DAY)
    marking.mark("sales", [ON], at=NOON)

    told = client.get("/metrics").content.decode()

    assert "veren_rollup_drift 1.0" in told
    assert "veren_rollup_stale_seconds 0.0" not in told


def test_a_night_s_work_goes_on_where_it_was_left_and_is_done_once(world):
    first = reconciling.go_on(at=NOON + DAY, until=lambda began: True)
    assert (first.days_count, first.finished_at) == (1, None)

    second = reconciling.go_on(at=NOON + DAY)

    assert (second.pk, second.days_count) == (first.pk, reconciling.reconcile(at=NOON).days_count)
    assert second.finished_at == NOON + DAY
    assert reconciling.go_on(at=NOON + DAY + timedelta(minutes=5)) is None
    assert reconciling.go_on(at=NOON + 2 * DAY).pk != first.pk


def test_a_rollup_that_does_not_stand_yet_cannot_drift():
    placed_order("o-1")
    marking.mark("sales", [ON], at=NOON)

    assert reconciling.reconcile(at=NOON).wrong_count == 0


def test_the_command_fails_where_figures_drifted_and_repairs_when_asked(world, capsys):
    damaged(DAMAGES["a total is changed"])

    with pytest.raises(CommandError, match=r"wrongly: 1 \(sales 1\), not put right"):
        call_command("reconcile_figures")
    with pytest.raises(CommandError, match=r"\(sales 1\), put right"):
        call_command("reconcile_figures", "--repair", "--since", "2026-03-02")
    call_command("reconcile_figures")

    assert "No figure drifted" in capsys.readouterr().out


def test_only_the_days_that_were_asked_for_are_looked_at(world):
    damaged(DAMAGES["a total is changed"])

    assert reconciling.reconcile(at=NOON, since=ON + DAY).wrong_count == 0
    assert Reconciliation.objects.get().days_count == 0
    assert counting.recount(rollup("sales"), ON) == 1
