"""A past that was imported earns by its own dates: the sums are those of plain SQL over the tables."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from crm.models import Order, ParkedEntry, TimelineEntry
from loyalty.models import Lot, Member, Programme, Transaction
from loyalty.points.earning_history import earn_history
from loyalty.tiering import tier_of
from tests.factories.customers import CustomerFactory
from tests.factories.import_files import csv_file
from tests.factories.loyalty import ProgrammeFactory
from tests.factories.loyalty_rules import ladder, rule
from tests.factories.shops import ShopFactory

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db

ISSUED = """
SELECT coalesce(sum(floor(o.goods_amount)), 0) FROM crm_order o
WHERE o.customer_id IS NOT NULL AND o.paid_at IS NOT NULL AND o.cancelled_at IS NULL
"""
TAKEN_BACK = """
SELECT coalesce(sum(floor(round(back.points, 9))), 0) FROM (
  SELECT sum(share.points * l.returned_quantity / l.quantity) AS points FROM loyalty_transaction t
  CROSS JOIN LATERAL (
    SELECT key::bigint AS line_id, value::numeric AS points FROM jsonb_each_text(t.trace -> 'lines')
  ) AS share
  JOIN crm_orderline l ON l.id = share.line_id WHERE t.kind = 'earn' GROUP BY t.id
) AS back
"""


@pytest.fixture
def programme() -> Programme:
    programme = ProgrammeFactory(
        currency="GBP", joining="automatic", pending_days=30, started_at=datetime(2009, 1, 1, tzinfo=UTC)
    )
    rule(programme)
    ladder(programme)
    return programme


def one(query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])


def total(kind: str) -> int:
    return sum(Transaction.objects.filter(kind=kind).values_list("points", flat=True))


def imported(tmp_path, *more: str) -> str:
    shop = ShopFactory(slug="shop", currency="GBP")
    out = StringIO()
    call_command("import_orders", csv_file(tmp_path), shop=shop.slug, stdout=out, **dict.fromkeys(more, True))
    return out.getvalue()


def test_an_import_earns_when_it_is_asked_to_and_credits_take_back_their_own(tmp_path, programme):
    said = imported(tmp_path, "earn")

    assert total("earn") == one(ISSUED) > 0
    assert total("reverse") == one(TAKEN_BACK) > 0
    assert "orders earned" in said
    told = TimelineEntry.objects.filter(kind="loyalty.points_earned")
    assert told.count() == Transaction.objects.filter(kind="earn").count()
    assert all(entry.is_history for entry in told)
    assert not ParkedEntry.objects.exists()


def test_an_import_that_is_not_asked_to_earns_nothing(tmp_path, programme):
    imported(tmp_path)

    assert (total("earn"), Member.objects.count()) == (0, 0)


def test_who_bought_joins_with_the_first_purchase_and_stands_on_a_tier(tmp_path, programme):
    imported(tmp_path, "earn")

    members = Member.objects.all()
    firsts = [
        Order.objects.filter(customer=member.customer).order_by("paid_at").first().paid_at
        for member in members
    ]
    assert [member.joined_at for member in members] == firsts
    assert {tier_of(member, datetime.now(UTC)).slug for member in members} == {"bronze"}


def test_lots_keep_the_dates_of_their_purchases_and_wait_only_for_what_is_ahead(tmp_path, programme):
    imported(tmp_path)
    at = datetime(2009, 12, 20, tzinfo=UTC)

    earn_history(programme, at=at)

    first = Lot.objects.order_by("pk").first()
    assert first.available_at == datetime(2009, 12, 31, 7, 45, tzinfo=UTC)
    assert first.expires_at == datetime(2010, 12, 2, tzinfo=UTC)
    late = earn_history(programme, at=at)
    assert (late.orders, late.points) == (0, 0)


def test_what_earned_once_earns_no_more_by_command(tmp_path, programme):
    imported(tmp_path, "earn")
    before = total("earn"), total("reverse")
    out = StringIO()

    call_command("earn_history", programme="main", stdout=out)

    assert (total("earn"), total("reverse")) == before
    assert out.getvalue().strip().startswith("0 orders earned 0 points")


def test_a_day_to_begin_with_leaves_out_what_was_before(tmp_path, programme):
    imported(tmp_path)

    call_command("earn_history", "--programme=main", "--since=2010-01-01", stdout=StringIO())

    earned = Transaction.objects.filter(kind="earn")
    assert [one.order.number for one in earned] == ["490000"]


def test_only_members_earn_where_customers_have_to_ask(tmp_path, programme):
    programme.joining = "asked"
    programme.save()
    imported(tmp_path, "earn")

    assert total("earn") == 0
    assert CustomerFactory().memberships.count() == 0


def test_an_unknown_programme_is_refused_with_those_there_are(programme):
    with pytest.raises(CommandError, match="There are: main"):
        call_command("earn_history", programme="gold")
