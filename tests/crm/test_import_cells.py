from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from crm.importing.cells import guess_date_order, moment_reader, number_in

SOFIA = ZoneInfo("Europe/Sofia")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("6.95", "6.95"),
        ("-12", "-12"),
        ("6,95", "6.95"),
        ("1 234,50", "1234.50"),
        ("1 234,50 ₽", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("0,250", "0.250"),
        ("€12.84", "12.84"),
        ("12,84 лв.", "12.84"),
        ("−3", "-3"),
        ("1,234,567", "1234567"),
        ("1.234.567,8", "1234567.8"),
    ],
)
def test_a_number_is_read_as_people_write_it(text, number):
    assert number_in(text) == Decimal(number)


@pytest.mark.parametrize(
    "text", ["", "ten", "1,234", "NaN", "Infinity", "1-2", "--1", "1,2,3x", "12,34,567", "1,234,56", "-", ","]
)
def test_what_is_no_number_or_could_be_two_is_refused(text):
    with pytest.raises(ValueError):
        number_in(text)


@pytest.mark.parametrize(
    ("text", "order", "moment"),
    [
        ("2009-12-01 07:45:00", "day-first", datetime(2009, 12, 1, 5, 45, tzinfo=UTC)),
        ("2009-12-01", "day-first", datetime(2009, 11, 30, 22, tzinfo=UTC)),
        ("01.07.2010 12:00", "day-first", datetime(2010, 7, 1, 9, tzinfo=UTC)),
        ("1.7.10 г. 12:00:30 ч.", "day-first", datetime(2010, 7, 1, 9, 0, 30, tzinfo=UTC)),
        ("12/1/2009 7:45", "month-first", datetime(2009, 12, 1, 5, 45, tzinfo=UTC)),
        ("2009-12-01T07:45:00+00:00", "day-first", datetime(2009, 12, 1, 7, 45, tzinfo=UTC)),
    ],
)
def test_a_date_is_read_in_the_time_zone_it_was_written_in(text, order, moment):
    assert moment_reader(SOFIA, order)(text) == moment


@pytest.mark.parametrize("text", ["", "yesterday", "31.02.2010", "32.1.2010", "12:00"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError):
        moment_reader(SOFIA, "day-first")(text)


def test_months_come_first_only_where_a_day_over_twelve_says_so():
    assert guess_date_order(["12/1/2009 7:45", "12/31/2009 8:00"]) == "month-first"
    assert guess_date_order(["1/12/2009", "31/12/2009"]) == "day-first"
    assert guess_date_order(["1/2/2009"]) == "day-first"
    assert guess_date_order([]) == "day-first"
