"""Charts as marks that templates draw, a form for each question a reader has. Pure.

How did it go: `line_chart`. How much of each: `bar_chart`. What is it made of: `stacked_shares`. How do these compare:
`dots`. How many come so far: `funnel`. How long, how much is usual: `distribution`. Who came back: `heat_grid`.
Words keep their size on a phone and on a wall; no form rests on colour alone.
"""

from __future__ import annotations

from typing import TypeAlias

from crm.dashboards.charts.axes import round_steps, unit_of
from crm.dashboards.charts.bars import BarChart, bar_chart
from crm.dashboards.charts.distributions import Distribution, distribution
from crm.dashboards.charts.dots import DotChart, Dotted, dots
from crm.dashboards.charts.funnels import Funnel, Stage, funnel
from crm.dashboards.charts.heat import HeatCell, HeatGrid, heat_grid
from crm.dashboards.charts.lines import LineChart, line_chart
from crm.dashboards.charts.shares import StackedShares, stacked_shares

Chart: TypeAlias = LineChart | BarChart | StackedShares | DotChart | Funnel | Distribution | HeatGrid

__all__ = [
    "BarChart",
    "Chart",
    "Distribution",
    "DotChart",
    "Dotted",
    "Funnel",
    "HeatCell",
    "HeatGrid",
    "LineChart",
    "StackedShares",
    "Stage",
    "bar_chart",
    "distribution",
    "dots",
    "funnel",
    "heat_grid",
    "line_chart",
    "round_steps",
    "stacked_shares",
    "unit_of",
]
