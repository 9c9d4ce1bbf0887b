from datetime import date

import pytest
from django.utils.translation import override

from crm.purchases.delivery_promises import verdict

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("promised", "delivered", "outcome", "days"),
    [
        (date(2026, 11, 22), None, "awaited", 0),
        (date(2026, 11, 21), None, "late", 1),
        (date(2026, 11, 21), date(2026, 11, 21), "on_time", 0),
        (date(2026, 11, 21), date(2026, 11, 23), "came_late", 2),
        (None, date(2026, 11, 21), "came", 0),
        (None, None, "unknown", 0),
    ],
)
def test_a_parcel_is_in_time_through_the_last_day_promised(promised, delivered, outcome, days):
    found = verdict(promised_on=promised, delivered_on=delivered, today=TODAY)

    assert (found.outcome, found.days_late) == (outcome, days)


def test_a_cancelled_order_waits_for_nothing():
    found = verdict(promised_on=date(2026, 11, 1), delivered_on=None, today=TODAY, is_cancelled=True)

    assert found.outcome == "cancelled"
    assert found.aloud(TODAY) == ""


def test_lateness_is_said_in_days():
    with override("en"):
        late = verdict(promised_on=date(2026, 11, 20), delivered_on=None, today=TODAY)
        came = verdict(promised_on=date(2026, 11, 20), delivered_on=date(2026, 11, 21), today=TODAY)

        assert late.aloud(TODAY) == "2 days late, was promised for 20\N{NO-BREAK SPACE}Nov"
        assert came.aloud(TODAY) == "came 21\N{NO-BREAK SPACE}Nov, 1 day late"
