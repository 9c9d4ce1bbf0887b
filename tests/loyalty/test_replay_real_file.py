"""“Double points on weekends” over a real shop's year, held against plain SQL."""

import time
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from loyalty.models import Replay
from tests.factories.import_files import REAL_FILE
from tests.factories.loyalty import ProgrammeFactory
from tests.factories.loyalty_drafts import draft, replayed
from tests.factories.loyalty_rules import rule
from tests.factories.shops import ShopFactory

CHRISTMAS = datetime(2010, 12, 24, tzinfo=UTC)
MOST_SECONDS = 60
WEEKENDS = """
SELECT coalesce(sum(floor(2 * amount) - floor(amount)), 0), count(*) FROM (
  SELECT o.id, sum(l.amount) AS amount FROM crm_order o JOIN crm_orderline l ON l.order_id = o.id
  WHERE o.paid_at >= %s AND o.paid_at < %s AND o.cancelled_at IS NULL AND o.currency = 'GBP'
    AND o.customer_id IS NOT NULL AND extract(isodow FROM o.placed_at AT TIME ZONE 'UTC') IN (6, 7)
  GROUP BY 1
) AS weekends
"""

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not REAL_FILE.exists(), reason=f"the real file is not there: {REAL_FILE}"),
]


def test_a_replay_of_a_real_year_comes_to_what_sql_says_within_a_minute(capsys):
    programme = ProgrammeFactory(currency="GBP", joining="automatic", started_at=CHRISTMAS)
    rule(programme)
    shop = ShopFactory(slug="real", currency="GBP")
    call_command("import_orders", REAL_FILE, shop=shop.slug, stdout=StringIO())
    its = draft(programme)
    began, used = time.monotonic(), time.process_time()

    done = replayed(its, months=13, at=CHRISTMAS)

    seconds, used = time.monotonic() - began, time.process_time() - used
    with connection.cursor() as cursor:
        cursor.execute(WEEKENDS, [done.since, done.until])
        points, orders = cursor.fetchone()
    assert done.state == Replay.State.DONE
    assert done.difference == points > 0
    assert done.rule_orders_count <= orders
    with capsys.disabled():
        print(
            f"\n{done.orders_count} orders replayed in {seconds:.0f} s ({used:.0f} s of CPU): "
            f"{done.rule_orders_count} on weekends, {done.difference} points more"
        )
    assert seconds < MOST_SECONDS
