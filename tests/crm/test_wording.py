from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override

from crm.words.wording import money, number, said


@pytest.mark.parametrize(
    ("language", "amount", "currency", "text"),
    [
        ("ru", "4260.00", "RUB", "4\u202f260\u00a0₽"),
        ("ru", "0.40", "RUB", "0,40\u00a0₽"),
        ("bg", "12.84", "EUR", "12,84\u00a0€"),
        ("bg", "1284.00", "EUR", "1284,00\u00a0€"),
        ("bg", "12840.00", "EUR", "12\u00a0840,00\u00a0€"),
        ("en", "12.84", "EUR", "€12.84"),
        ("en", "-1284.50", "GBP", "\u2212£1,284.50"),
        ("en", "5.00", "BGN", "5.00\u00a0лв."),
    ],
)
def test_money_is_written_as_the_language_writes_it(
    language: str, amount: str, currency: str, text: str
) -> None:
    with override(language):
        assert money(Decimal(amount), currency) == text


def test_an_unknown_amount_is_not_zero() -> None:
    assert money(None, "EUR") == ""


@pytest.mark.parametrize(
    ("language", "text"), [("ru", "2\u202f480"), ("bg", "2480"), ("en", "2,480"), ("bg", "2480")]
)
def test_thousands_stand_apart_as_the_language_likes(language: str, text: str) -> None:
    with override(language):
        assert number(2480) == text


@pytest.mark.parametrize(
    ("language", "text"), [("ru", "22 ноября 2026"), ("bg", "22.11.2026"), ("en", "22 Nov 2026")]
)
def test_dates_inside_a_sentence(language: str, text: str) -> None:
    with override(language):
        assert said(date(2026, 11, 22)) == text
