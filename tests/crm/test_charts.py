import re

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from crm.dashboards.charts import (
    Dotted,
    HeatCell,
    Stage,
    bar_chart,
    distribution,
    dots,
    funnel,
    heat_grid,
    line_chart,
    round_steps,
    stacked_shares,
)
from crm.measures.intervals import Interval

AMOUNTS = st.floats(-1e7, 1e7, allow_nan=False)


@given(AMOUNTS, AMOUNTS)
def test_the_steps_of_an_axis_hold_what_is_drawn(one, other):
    low, high = sorted((one, other))
    ticks = round_steps(low, high)

    assert ticks[0] <= low + 1e-6 * max(1, abs(low))
    assert ticks[-1] >= high - 1e-6 * max(1, abs(high))
    assert 2 <= len(ticks) <= 8


def test_bars_stand_on_zero_and_hang_below_it():
    chart = bar_chart(name="Net", series=([100.0, -100.0],), labels=("Oct", "Nov"), say=str)
    above, below = (column.bars[0] for column in chart.columns)

    assert float(above.y) + float(above.height) == float(below.y)
    assert above.height == below.height


def test_a_line_ends_at_its_last_value_and_carries_few_words():
    chart = line_chart(
        name="Rate",
        values=[40.0] * 30,
        intervals=[Interval(39, 41)] * 30,
        labels=[str(day) for day in range(1, 31)],
        say=str,
        last_words="40%",
    )

    assert chart.line.endswith(f"100 {chart.last_y}")
    assert [label.words for label in chart.labels] == ["5", "10", "15", "20", "25", "30"]


PARTS = st.lists(st.integers(0, 10**7), min_size=1, max_size=6)


def per_cent(value: float) -> str:
    return f"{100 * value:.0f}%"


@given(PARTS)
def test_the_pieces_of_a_whole_adjoin_and_fill_it(parts):
    (row,) = stacked_shares(
        name="What of", rows=[("All", "", parts)], legend=["?"] * len(parts), say=per_cent
    ).rows

    assert len(row.pieces) == sum(part > 0 for part in parts)
    ends = 0.0
    for piece in row.pieces:
        assert abs(float(piece.x) - ends) < 0.02
        ends = float(piece.x) + float(piece.width)
    assert not row.pieces or abs(ends - 100) < 0.02


def test_pieces_keep_their_form_where_others_are_empty_and_small_ones_carry_no_words():
    (row,) = stacked_shares(
        name="What of", rows=[("All", "n = 100", [0, 90, 10])], legend=["a", "b", "c"], say=per_cent
    ).rows

    assert [(piece.form, piece.words) for piece in row.pieces] == [(2, "90%"), (3, "")]


def test_more_pieces_than_can_be_told_apart_are_refused():
    with pytest.raises(ValueError, match="told apart"):
        stacked_shares(name="?", rows=[], legend=["?"] * 7, say=per_cent)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=12))
def test_dots_lie_within_their_whiskers_and_all_within_the_picture(triples):
    rows = [
        Dotted(label="Shop", words="", value=value, interval=Interval(low, high))
        for low, value, high in map(sorted, triples)
    ]
    chart = dots(name="Shops", rows=rows, say=str, legend=("now", "before"), bounds=(0.0, 1.0))

    for row in chart.rows:
        assert 0 <= float(row.low) <= float(row.x) <= float(row.high) <= 100.01


def test_a_row_of_few_has_words_and_no_dot_and_nothing_but_few_is_no_chart():
    few = Dotted(label="New shop", words="3 of 5")
    known = Dotted(label="Old shop", words="80%", value=80, interval=Interval(71, 87), before=75)
    chart = dots(name="Shops", rows=[few, known], say=str, legend=("now", "before"))

    assert [(row.x == "", row.words) for row in chart.rows] == [(True, "3 of 5"), (False, "80%")]
    assert chart.legend == ["now", "before"]
    assert dots(name="Shops", rows=[few], say=str, legend=("now", "before")) is None


def test_a_stage_is_as_long_as_its_part_of_the_fullest():
    chart = funnel(name="Stages", stages=[Stage("Know us", 200, "200"), Stage("Bought", 50, "50 · 25%")])

    assert [row.width for row in chart.rows] == ["100", "25"]


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=30))
def test_darker_cells_hold_more(values):
    cells = [HeatCell(words="", value=value) for value in sorted(values)]
    (row,) = heat_grid(name="?", head=["", ""], rows=[("", "", cells)]).rows
    looks = [cell.look for cell in row.cells]

    assert looks == sorted(looks)
    assert not any(values) or looks[-1] == "h6"


def test_few_stand_in_the_grid_as_a_number_without_colour():
    cells = [HeatCell(words="7", value=90, is_few=True), HeatCell(words="30", value=30), HeatCell()]
    (row,) = heat_grid(
        name="Who came back", head=["Month", "Customers", "1"], rows=[("Jan", "7", cells)]
    ).rows

    assert [cell.look for cell in row.cells] == ["few", "h6", ""]


def test_bins_of_uneven_edges_are_equally_wide_and_marks_stand_in_their_place():
    chart = distribution(
        name="Times",
        edges=[0, 1, 10, 100],
        counts=[5, 10, 0],
        say=str,
        say_count=str,
        marks=[(5.5, "median")],
    )

    assert len({one.width for one in chart.bins}) == 1
    assert chart.marks[0].x == "50"
    assert float(chart.bins[0].height) * 2 == pytest.approx(float(chart.bins[1].height))


def test_every_form_is_drawn_without_styles_and_lets_no_typed_words_through():
    typed = "<b>Shop</b>"
    charts = [
        stacked_shares(name=typed, rows=[(typed, typed, [1, 2, 3])], legend=[typed] * 3, say=per_cent),
        dots(
            name=typed,
            rows=[Dotted(label=typed, words=typed, value=1, interval=Interval(0, 2), before=2)],
            say=str,
            legend=(typed, typed),
        ),
        funnel(name=typed, stages=[Stage(typed, 1, typed)]),
        heat_grid(
            name=typed, head=[typed, typed, typed], rows=[(typed, typed, [HeatCell(words=typed, value=1)])]
        ),
        distribution(
            name=typed, edges=[0, 1], counts=[1], say=lambda _: typed, say_count=str, marks=[(0.5, typed)]
        ),
        bar_chart(name=typed, series=([1], [2], [3]), labels=[typed], say=str, legend=[typed] * 3),
    ]

    for chart in charts:
        page = render_to_string(chart.template, {"chart": chart})
        assert typed not in page
        assert "&lt;b&gt;" in page
        assert not re.search(r"style=|<style|<script", page)
