"""A real shop's year under “1 point per 1.00, pending 30 days, expiry 12 months, silver at 1,000, gold at 5,000”."""

import time
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from loyalty.models import MemberTier, Transaction
from tests.factories.import_files import REAL_FILE
from tests.factories.loyalty import ProgrammeFactory
from tests.factories.loyalty_rules import ladder, rule
from tests.factories.shops import ShopFactory
from tests.loyalty.test_earning_history import ISSUED, TAKEN_BACK, one, total

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
    with capsys.disabled():
        orders = Transaction.objects.filter(kind="earn").count()
        ladder_now = {
            slug: MemberTier.objects.filter(tier__slug=slug, ended_at=None).count()
            for slug in ("bronze", "silver", "gold")
        }
        print(
            f"\n{orders} orders earned {total('earn')} points, {total('reverse')} taken back, "
            f"in {seconds:.0f} s; {ladder_now}"
        )
