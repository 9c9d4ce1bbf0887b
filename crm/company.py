"""The company that lives here, as pages need it: its name, its logo, its clock.

Remembered in each process for REMEMBERED_SECONDS: it changes once a year and is asked for by every page.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from crm.models import Installation

REMEMBERED_SECONDS = 10.0
PRODUCT = "Veren"
LANGUAGES = settings.LANGUAGES


@dataclass(frozen=True, kw_only=True)
class Company:
    name: str = PRODUCT
    has_logo: bool = False
    currency: str = "EUR"
    time_zone: str = ""
    languages: tuple[str, ...] = ()
    quiet_from_hour: int | None = None
    quiet_until_hour: int | None = None
    own_advertising_per_week: int | None = None
    own_lost_after_days: int | None = None
    historic_value: str = Installation.HistoricValue.REVENUE
    own_ask_again_after_days: int | None = None
    own_ask_about_us_after_days: int | None = None
    own_campaign_people_alone: int | None = None
    own_campaign_amount_alone: Decimal | None = None

    @property
    def quiet_hours(self) -> tuple[int, int]:
        """For crm.consents.quiet_hours: the company's own, else those it was installed with."""
        if self.quiet_from_hour is None or self.quiet_until_hour is None:
            begins, ends = settings.QUIET_HOURS
            return begins, ends
        return self.quiet_from_hour, self.quiet_until_hour

    @property
    def advertising_per_week(self) -> int:
        own = self.own_advertising_per_week
        return int(settings.ADVERTISING_PER_WEEK) if own is None else own

    @property
    def lost_after_days(self) -> int:
        """The horizon of every figure about customers who stop buying: the company's own, else as installed."""
        own = self.own_lost_after_days
        return int(settings.LOST_AFTER_DAYS) if own is None else own

    @property
    def ask_again_after_days(self) -> int:
        """So long nobody is asked again how something went."""
        own = self.own_ask_again_after_days
        return int(settings.ASK_AGAIN_AFTER_DAYS) if own is None else own

    @property
    def ask_about_us_after_days(self) -> int:
        """So long nobody is asked again about the company as a whole."""
        own = self.own_ask_about_us_after_days
        return int(settings.ASK_ABOUT_US_AFTER_DAYS) if own is None else own

    @property
    def campaign_people_alone(self) -> int:
        """A campaign for more people than this needs a second person."""
        own = self.own_campaign_people_alone
        return int(settings.CAMPAIGN_PEOPLE_ALONE) if own is None else own

    @property
    def campaign_amount_alone(self) -> Decimal:
        """A campaign that may cost more than this needs a second person. In the company's currency."""
        own = self.own_campaign_amount_alone
        return Decimal(settings.CAMPAIGN_AMOUNT_ALONE) if own is None else own

    @property
    def counts_margin(self) -> bool:
        """What a customer has brought is told as margin, where the costs are known."""
        return self.historic_value == Installation.HistoricValue.MARGIN

    @property
    def clock(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone or settings.TIME_ZONE)


_remembered: tuple[float, Company] = (0.0, Company())


def current() -> Company:
    """The company; before it is set up, one that says nothing of itself."""
    until, company = _remembered
    if time.monotonic() < until:
        return company
    return remember(_read())


def remember(company: Company, *, seconds: float = REMEMBERED_SECONDS) -> Company:
    global _remembered
    _remembered = (time.monotonic() + seconds, company)
    return company


def time_zones() -> list[str]:
    """The names a person would choose from."""
    return sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")


def forget() -> None:
    """Read it anew with the next page of this process."""
    remember(Company(), seconds=0)


def _read() -> Company:
    known = Installation.objects.defer("logo").first()
    if known is None:
        return Company()
    return Company(
        name=known.name,
        has_logo=bool(known.logo_type),
        currency=known.currency,
        time_zone=known.time_zone,
        languages=tuple(known.languages),
        quiet_from_hour=known.quiet_from_hour,
        quiet_until_hour=known.quiet_until_hour,
        own_advertising_per_week=known.advertising_per_week,
        own_lost_after_days=known.lost_after_days,
        historic_value=known.historic_value,
        own_ask_again_after_days=known.ask_again_after_days,
        own_ask_about_us_after_days=known.ask_about_us_after_days,
        own_campaign_people_alone=known.campaign_people_alone,
        own_campaign_amount_alone=known.campaign_amount_alone,
    )


def on_page(request: HttpRequest) -> dict[str, Company]:
    """For templates: `company`."""
    return {"company": current()}


class CompanyClockMiddleware:
    """Pages for people show the company's time. The API speaks ISO 8601 and needs no clock."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(("/api/", "/static/", "/livez", "/readyz", "/metrics")):
            return self.get_response(request)
        with timezone.override(current().clock):
            return self.get_response(request)
