from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crm.facts.base import Fact


@dataclass(frozen=True, kw_only=True)
class ShopEventHappened(Fact):
    """A fact in a shop's own words: see `EventType`. The labels are frozen with it, and its data counts as personal."""

    kind = "crm.shop_event"
    called = _("An event of the shop happened")
    icon = "shop"
    sentence = "{label}"
    personal = frozenset({"data"})

    name: str
    labels: dict[str, str]
    data: dict[str, Any]

    @property
    def label(self) -> str:
        labels = self.labels or {}
        return labels.get(get_language() or "") or labels.get("en") or self.name
