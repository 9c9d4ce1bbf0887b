"""Words about us, on their way to whoever can change something."""

from __future__ import annotations

from itertools import count
from typing import Any

from surveys.feedback import routing, ruling
from surveys.models import Department, Feedback, Theme
from tests.factories.shops import NOON

_numbers = count(1)


def ready() -> dict[str, Theme]:
    """The themes that come with the house, by their short names."""
    ruling.adopt(at=NOON)
    return {theme.slug: theme for theme in Theme.objects.select_related("department")}


def department(slug: str) -> Department:
    return Department.objects.get(slug=slug)


def said(text: str = "The courier was late", **more: Any) -> Feedback:
    told = {
        "source": Feedback.Source.REVIEW,
        "source_name": "site",
        "source_id": f"r-{next(_numbers)}",
        "text": text,
        "language": "en",
        "occurred_at": NOON,
        "at": NOON,
    }
    return routing.take_in(**{**told, **more})
