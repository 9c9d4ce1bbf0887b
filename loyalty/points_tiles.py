"""What points cost and what becomes of them, by the month of their issue: for the managers' page of a programme."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from django.utils import formats
from django.utils.translation import gettext as _

from crm.dashboards.charts import HeatCell, HeatGrid, bar_chart, heat_grid, unit_of
from crm.dashboards.dashboard import Figure, Table
from crm.dashboards.tile_words import in_units, plainly, whole_money
from crm.words.wording import number, percent
from loyalty import programme_figures as figures
from loyalty.measures import breakage
from loyalty.measures.breakage import Issued
from loyalty.models import Programme
from loyalty.programme_figures import Flows

MONTHS_SHOWN = 12
# Of fewer points of a month, no share is told.
FEWEST_POINTS = 30

Cohorts = Mapping[date, Issued]


def tiles(programme: Programme, flows: Flows, cohorts: Cohorts, *, month: date | None = None) -> list[Figure]:
    """What points cost in this month, and what is owed. `month`: its first day; None: the last whole one."""
    return [figure for figure in (_cost(programme, flows, month), _liability(programme, cohorts)) if figure]


def by_month_of_issue(cohorts: Cohorts) -> list[Figure]:
    """What became of each month's points: grids, which need room."""
    return [figure for figure in (_expired(cohorts), _redeemed(cohorts)) if figure]


def _cost(programme: Programme, flows: Flows, month: date | None) -> Figure | None:
    """What was redeemed in it, at the value of a point. The oldest month has none before it."""
    months = list(flows.months)
    if len(months) < 3:
        return None
    place = months.index(month) if month in months[1:] else -2
    costs = {month: _value(programme, flows.months[month].redeemed) for month in months}
    last, before = months[place], months[place - 1]
    unit = unit_of(map(float, costs.values()))
    points = flows.months[last].redeemed
    return Figure(
        slug="what-points-cost",
        title=_("What points cost"),
        value=whole_money(costs[last], programme.currency),
        small=formats.date_format(last, "YEAR_MONTH_FORMAT"),
        basis=_("%(points)s points redeemed; %(before)s in the month before")
        % {"points": number(points), "before": whole_money(costs[before], programme.currency)},
        chart=bar_chart(
            name=_("What points cost, by month"),
            caption=in_units(programme.currency, unit),
            series=([float(cost) / unit for cost in costs.values()],),
            labels=[formats.date_format(month, "M") for month in months],
            say=plainly,
        )
        if _is_enough(flows)
        else None,
        table=Table(
            head=(_("Month"), _("Points redeemed"), _("Cost"), _("Points issued"), _("Worth at most")),
            rows=[
                (
                    formats.date_format(month, "YEAR_MONTH_FORMAT"),
                    number(flow.redeemed),
                    whole_money(costs[month], programme.currency),
                    number(flow.issued),
                    whole_money(_value(programme, flow.issued), programme.currency),
                )
                for month, flow in flows.months.items()
            ],
        ),
        definition=(
            _("Points redeemed in the month, for purchases and rewards, times the value of a point."),
            _("What came back after returns is taken off. What rewards cost to buy may be less or more."),
        ),
    )


def _liability(programme: Programme, cohorts: Cohorts) -> Figure | None:
    probability = breakage.redemption_probability(list(cohorts.values()))
    if probability is None:
        return None
    its = figures.outstanding(programme)
    told = breakage.probability_interval(list(cohorts.values()))
    most = figures.liability(programme, its.points)
    words = {
        "share": percent(probability, its.points),
        "most": whole_money(most, programme.currency),
        "months": number(len(cohorts)),
    }
    return Figure(
        slug="liability",
        title=_("Liability"),
        value=whole_money((most * Decimal(probability)).quantize(Decimal("0.01")), programme.currency)
        if told
        else _("at most %(most)s") % words,
        basis=_(
            "%(share)s of the points are likely to be redeemed (95 %%: %(low)s…%(high)s); at most %(most)s"
        )
        % {**words, "low": number(100 * told.low), "high": number(100 * told.high)}
        if told
        else _("too few months of issue to say how many points will be redeemed"),
        definition=(
            _("Points outstanding times the probability that they are redeemed, times the value of a point."),
            _("The probability is what became of earlier points of the same age, in months."),
            _("What is older than any points so far is taken for redeemed: a debt is rather told too high."),
            _("The range comes from leaving out each month of issue in turn. Counted each night."),
        ),
    )


def _expired(cohorts: Cohorts) -> Figure | None:
    return _by_month(
        cohorts,
        slug="expired-by-month",
        title=_("Points that expired, by the month of issue"),
        small=_("of the points issued more than a year ago"),
        name=_("Share of each month's points that has expired, by months since"),
        by=Issued.expired_by,
        definition=(
            _("Breakage: points that expired, of those issued in the same month. Each column adds a month."),
            _("On top: all months that are more than a year old, together."),
            _("Counted each night, from the points themselves: each knows when it was issued."),
        ),
    )


def _redeemed(cohorts: Cohorts) -> Figure | None:
    return _by_month(
        cohorts,
        slug="redeemed-by-month",
        title=_("Points that were redeemed, by the month of issue"),
        small=_("of the points issued more than a year ago"),
        name=_("Share of each month's points that has been redeemed, by months since"),
        by=Issued.redeemed_by,
        definition=(
            _("Points that were redeemed, of those issued in the same month. Each column adds a month."),
            _("On top: all months that are more than a year old, together."),
            _("Counted each night, from the points themselves: each knows when it was issued."),
        ),
    )


def _by_month(
    cohorts: Cohorts,
    *,
    slug: str,
    title: str,
    small: str,
    name: str,
    by: Callable[[Issued, int], float],
    definition: tuple[str, ...],
) -> Figure | None:
    shown = dict(list(cohorts.items())[-MONTHS_SHOWN - 1 :])
    if not any(cohort.points for cohort in shown.values()):
        return None
    old = [cohort for cohort in cohorts.values() if len(cohort.ages) > MONTHS_SHOWN and cohort.points]
    points = sum(cohort.points for cohort in old)
    share = sum(by(cohort, len(cohort.ages)) * cohort.points for cohort in old) / points if points else 0.0
    enough = points >= FEWEST_POINTS
    return Figure(
        slug=slug,
        title=title,
        value=percent(share, points) if enough else _("too early to tell"),
        small=small if enough else "",
        basis=_("%(points)s points of %(months)s months")
        % {"points": number(points), "months": number(len(old))}
        if enough
        else _("no points are more than a year old yet"),
        chart=_grid(shown, name, by),
        table=Table(
            head=(_("Issued in"), _("Points"), *(f"+{age}" for age in range(MONTHS_SHOWN + 1))),
            rows=[
                (
                    formats.date_format(month, "YEAR_MONTH_FORMAT"),
                    number(cohort.points),
                    *(
                        percent(by(cohort, age), cohort.points)
                        if age < len(cohort.ages) and cohort.points >= FEWEST_POINTS
                        else ""
                        for age in range(MONTHS_SHOWN + 1)
                    ),
                )
                for month, cohort in shown.items()
            ],
        ),
        definition=definition,
    )


def _grid(shown: Cohorts, name: str, by: Callable[[Issued, int], float]) -> HeatGrid | None:
    if all(cohort.points < FEWEST_POINTS for cohort in shown.values()):
        return None
    return heat_grid(
        name=name,
        head=[_("Issued in"), _("Points"), *(f"+{age}" for age in range(MONTHS_SHOWN + 1))],
        rows=[
            (
                formats.date_format(month, "YEAR_MONTH_FORMAT"),
                number(cohort.points),
                [
                    HeatCell(words=percent(by(cohort, age), 1), value=round(by(cohort, age), 2))
                    if age < len(cohort.ages) and cohort.points >= FEWEST_POINTS
                    else HeatCell()
                    for age in range(MONTHS_SHOWN + 1)
                ],
            )
            for month, cohort in shown.items()
        ],
    )


def _is_enough(flows: Flows) -> bool:
    return flows.total.redeemed >= FEWEST_POINTS


def _value(programme: Programme, points: int) -> Decimal:
    return figures.liability(programme, max(points, 0))
