import pytest
from django.utils.translation import override

from loyalty.rules.reasons import Reason


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "The purchase counts with 12,840.50."),
        ("ru", "В зачёт покупки идёт 12\N{NARROW NO-BREAK SPACE}840,50."),
        ("bg", "От покупката се броят 12\N{NO-BREAK SPACE}840,50."),
    ],
)
def test_an_amount_is_written_as_its_reader_writes_numbers(language, sentence):
    with override(language):
        assert Reason("amount", {"amount": "12840.50"}).aloud() == sentence


def test_a_day_is_written_as_its_reader_writes_days():
    with override("bg"):
        said = Reason("promotion", {"until": "2026-11-30"}).aloud()

    assert said == "Промоцията е до 30.11.2026\N{NO-BREAK SPACE}г."


def test_a_name_that_looks_like_a_year_stays_as_it_is():
    with override("en"):
        assert Reason("another-counts-instead", {"name": "2026"}).aloud() == "The rule “2026” counts instead."
