"""The company that lives here, as pages need it: its name, its logo, its clock.

Remembered in each process for REMEMBERED_SECONDS: it changes once a year and is asked for by every page.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
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
    known = Installation.objects.values_list(
        "name", "logo_type", "currency", "time_zone", "languages"
    ).first()
    if known is None:
        return Company()
    name, logo_type, currency, time_zone, languages = known
    return Company(
        name=name,
        has_logo=bool(logo_type),
        currency=currency,
        time_zone=time_zone,
        languages=tuple(languages),
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
