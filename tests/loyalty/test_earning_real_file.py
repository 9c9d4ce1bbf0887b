"""A real shop's year under “1 point per 1.00, pending 30 days, expiry 12 months, silver at 1,000, gold at 5,000”."""

import time
from collections import Counter
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from loyalty import tiering
from loyalty.models import Transaction
from tests.factories.import_files import REAL_FILE
from tests.factories.loyalty import ProgrammeFactory
from tests.factories.loyalty_rules import ladder, rule
from tests.factories.shops import ShopFactory
from tests.loyalty.test_earning_history import ISSUED, TAKEN_BACK, one, total

CHRISTMAS = datetime(2010, 12, 24, tzinfo=UTC)
# Net of what came back, over the whole year of the file.
REACHED = """
SELECT count(*) FROM (
  SELECT o.customer_id, sum(l.amount - round(l.amount * l.returned_quantity / l.quantity, 2)) AS spend
  FROM crm_order o JOIN crm_orderline l ON l.order_id = o.id
  WHERE o.customer_id IS NOT NULL GROUP BY 1
) AS bought WHERE spend >= {} AND spend < {}
"""

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not REAL_FILE.exists(), reason=f"the real file is not there: {REAL_FILE}"),
]


def test_points_of_a_real_year_are_those_of_plain_sql_and_credits_take_back_their_own(capsys):
    programme = ProgrammeFactory(
        currency="GBP",
        joining="automatic",
        pending_days=30,
        expiry_months=12,
        started_at=datetime(2009, 1, 1, tzinfo=UTC),
    )
    rule(programme)
    ladder(programme)
    shop = ShopFactory(slug="real", currency="GBP")
    call_command("import_orders", REAL_FILE, shop=shop.slug, stdout=StringIO())
    began = time.monotonic()

    call_command("earn_history", programme="main", stdout=StringIO())

    seconds = time.monotonic() - began
    assert total("earn") == one(ISSUED)
    assert total("reverse") == one(TAKEN_BACK)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM loyalty_wallet WHERE available < 0 OR pending < 0")
        assert cursor.fetchone() == (0,)
    main = tiering.ladders(programme.tiers.all())["main"]
    reached = Counter(due.tier_id for due in tiering.due(programme, "main", main, at=CHRISTMAS))
    tiers = {tier.slug: reached[tier.pk] for tier in programme.tiers.exclude(slug="bronze")}
    assert tiers == {"silver": one(REACHED.format(1000, 5000)), "gold": one(REACHED.format(5000, 10**9))}
    with capsys.disabled():
        orders = Transaction.objects.filter(kind="earn").count()
        print(
            f"\n{orders} orders earned {total('earn')} points, {total('reverse')} taken back, "
            f"in {seconds:.0f} s; {tiers}"
        )
