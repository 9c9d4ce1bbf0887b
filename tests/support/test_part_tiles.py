"""Who answers slowest is said only where chance cannot be the reason."""

from __future__ import annotations

from django.utils import translation

from crm.measures.intervals import Interval
from support.measures.waiting import Wait, Waits
from support.part_tiles import _chart, _slowest


def waits(*, around: float, n: int = 60, still: int = 0) -> Waits:
    """Times within a tenth of `around`, and `still` that have waited twice as long and wait yet."""
    over = [Wait(around * (0.9 + 0.2 * place / n)) for place in range(n)]
    return Waits([*over, *(Wait(2 * around, is_over=False) for _ in range(still))])


def said(**shops: Waits) -> str:
    with translation.override("en"):
        return _slowest([(name, its, None) for name, its in shops.items()])


def test_the_slowest_is_named_where_its_range_lies_above_all_others():
    told = said(Ruse=waits(around=600), Varna=waits(around=3_600), Sofia=waits(around=1_200))

    assert told.startswith("slowest: Varna, from ")


def test_nobody_is_named_where_ranges_overlap():
    assert said(Ruse=waits(around=600), Varna=waits(around=602)).startswith("the ranges overlap")


def test_a_shop_of_few_cases_is_no_shop_to_be_compared_with():
    told = said(Ruse=waits(around=600), Varna=waits(around=36_000, n=29))

    assert told == "fewer than two of them have 30 cases: they cannot be compared yet"


def test_a_median_of_which_an_end_is_not_known_yet_has_no_dot():
    waiting = waits(around=600, n=31, still=40)
    assert waiting.whole_interval is None
    with translation.override("en"):
        chart = _chart("First answer", [("Ruse", waits(around=600), None), ("Varna", waiting, None)])

    assert [row.x != "" for row in chart.rows] == [True, False]
    assert chart.rows[1].words == "n = 71"


def test_two_medians_have_changed_only_where_their_intervals_say_so():
    slower = waits(around=900).against(waits(around=600))
    assert slower.is_change
    assert 290 < slower.value < 310
    assert not waits(around=600).against(waits(around=601)).is_change
    assert waits(around=600, n=29).against(waits(around=600)) is None
    assert waits(around=600).whole_interval != Interval(0, 0)
