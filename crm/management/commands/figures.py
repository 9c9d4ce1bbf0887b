from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from crm import company
from crm.dashboards.periods import Period
from crm.measures.cohorts import Cohort
from crm.measures.intervals import Share
from crm.worth.company_figures import CompanyFigures, company_figures

LATEST_DAYS = 90


class Command(BaseCommand):
    help = "Counts a company's figures from its orders: repeat rate, cohorts, net revenue and churn."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="as JSON, with counts and 95 %% intervals")
        parser.add_argument(
            "--since", type=date.fromisoformat, help="first day of the period, e.g. 2026-01-01"
        )
        parser.add_argument("--until", type=date.fromisoformat, help="its last day; the day before today")
        parser.add_argument(
            "--horizon", type=int, help="days without a purchase after which a customer is lost"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        its = company.current()
        today = timezone.localdate(timezone.now(), its.clock)
        until = options["until"] or today - timedelta(days=1)
        since = options["since"] or until - timedelta(days=LATEST_DAYS - 1)
        if since > until:
            raise CommandError("The period ends before it begins.")
        horizon = options["horizon"] or its.lost_after_days
        told = _told(company_figures(Period(since, until), horizon_days=horizon))
        self.stdout.write(json.dumps(told, indent=2) if options["json"] else "\n".join(_aloud(told)))


def _told(found: CompanyFigures) -> dict[str, Any]:
    return {
        "since": found.period.since.isoformat(),
        "until": found.period.until.isoformat(),
        "horizon_days": found.horizon_days,
        "repeat_rate": _share(found.repeat),
        "churn_rate": _share(found.churn),
        "net_revenue": {
            currency: {"sold": str(one.sold), "refunded": str(one.refunded), "net": str(one.net)}
            for currency, one in sorted(found.revenue.items())
        },
        "cohorts": [_cohort(one) for one in found.cohorts],
    }


def _share(one: Share) -> dict[str, Any]:
    """Of few, the two counts alone."""
    counts: dict[str, Any] = {"count": one.count, "of": one.of}
    if one.is_few:
        return counts
    return {**counts, "value": one.value, "low": one.interval.low, "high": one.interval.high}


def _cohort(one: Cohort) -> dict[str, Any]:
    return {
        "month": f"{one.month:%Y-%m}",
        "customers": one.customers,
        "bought_in_month": [share.count for share in one.months],
    }


def _aloud(told: dict[str, Any]) -> list[str]:
    repeat, churn = told["repeat_rate"], told["churn_rate"]
    return [
        f"From {told['since']} to {told['until']}; lost after {told['horizon_days']} days.",
        f"Came again: {repeat['count']} of {repeat['of']} customers.",
        f"Stopped buying: {churn['count']} of {churn['of']} who were active before.",
        *(f"Net revenue: {one['net']} {currency}." for currency, one in told["net_revenue"].items()),
        *(
            f"First bought in {one['month']}: {one['customers']}; later months: "
            f"{', '.join(map(str, one['bought_in_month'])) or 'none is over yet'}."
            for one in told["cohorts"]
        ),
    ]
