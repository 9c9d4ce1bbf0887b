"""How the parts of a figure are called: shops, tiers, colleagues. One question for each sort of part."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.customer_page import marks
from crm.messages.channel_names import CHANNELS
from crm.models import Shop, User
from surveys.models import Survey, Wave
from surveys.questions import ASPECTS
from surveys.reports.narrowing import ALL_OF_IT

Words = str | Promise


def names(by: str, keys: Collection[str]) -> Mapping[str, Words]:
    """Each key with its name; a key that means nothing any more is its own name."""
    known: Mapping[str, Words] = _KNOWN[by](keys)
    return {key: known.get(key, key) if key else _NONE[by] for key in keys}


def _rows(model: Any) -> Callable[[Collection[str]], Mapping[str, Words]]:
    def its(keys: Collection[str]) -> Mapping[str, Words]:
        return {str(row.pk): str(row) for row in model.objects.filter(pk__in=[key for key in keys if key])}

    return its


_KNOWN: Mapping[str, Callable[[Collection[str]], Mapping[str, Words]]] = {
    "survey": _rows(Survey),
    "shop": _rows(Shop),
    "agent": _rows(User),
    "wave": _rows(Wave),
    "aspect": lambda _keys: ASPECTS,
    "tier": lambda _keys: dict(marks().choices()),
    "channel": lambda _keys: {name: words for name, (words, _icon) in CHANNELS.items()},
    "language": lambda _keys: dict(settings.LANGUAGES),
}
_NONE: Mapping[str, Words] = {
    "survey": pgettext_lazy("part of a figure", "no survey"),
    "shop": pgettext_lazy("part of a figure", "no shop"),
    "agent": pgettext_lazy("part of a figure", "not about a colleague’s work"),
    "wave": pgettext_lazy("part of a figure", "outside of waves"),
    "aspect": ALL_OF_IT,
    "tier": pgettext_lazy("part of a figure", "no tier"),
    "channel": _("unknown"),
    "language": _("unknown"),
}
