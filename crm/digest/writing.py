"""What a letter with the week's figures says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import parse_qsl

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats
from django.utils.translation import override

from crm import company
from crm.dashboards import dashboard
from crm.dashboards.changes import changes
from crm.dashboards.dashboard import Figure, Question
from crm.dashboards.narrowing import narrowed_by
from crm.digest import links
from crm.digest.weeks import period_of_week
from crm.models import DigestSubscription


@dataclass(frozen=True, kw_only=True)
class Letter:
    """`changed` are those of `figures` that changed by more than chance."""

    subject: str
    headline: str
    changed: Sequence[Figure]
    figures: Sequence[Figure]
    text: str
    html: str


def letter(to: DigestSubscription, *, week: date, at: datetime) -> Letter:
    """About the week that begins on the Monday `week`, in the reader's language. Reads only."""
    period = period_of_week(week)
    narrowed = narrowed_by(dict(parse_qsl(to.narrowed)))
    with override(to.user.language or settings.LANGUAGE_CODE):
        figures = dashboard.figures(Question(period=period, reader=to.user, at=at, narrowed=narrowed))
        found = changes(figures)
        context = {
            "company": company.current(),
            "since": formats.date_format(period.since, "DATE_FORMAT"),
            "until": formats.date_format(period.until, "DATE_FORMAT"),
            "headline": found.said,
            "changed": found.figures,
            "figures": figures,
            "dashboard_url": f"{settings.PUBLIC_ADDRESS}{reverse('dashboard:home')}",
            "about_url": f"{settings.PUBLIC_ADDRESS}{reverse('digest')}",
            "end_url": links.unsubscribe_address_of(to.user_id),
            "language": to.user.language or settings.LANGUAGE_CODE,
        }
        return Letter(
            subject=f"{company.current().name}: {found.said.rstrip('.')}",
            headline=found.said,
            changed=found.figures,
            figures=figures,
            text=render_to_string("crm/digest/letter.txt", context),
            html=render_to_string("crm/digest/letter.html", context),
        )
