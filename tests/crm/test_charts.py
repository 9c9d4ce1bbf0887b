from hypothesis import given
from hypothesis import strategies as st

from crm.dashboards.charts import bar_chart, line_chart, round_steps
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
