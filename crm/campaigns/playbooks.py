"""Keeping customers before they stop buying: for each category of crm.worth a plan that can be begun at once. ⟡

Whoever is at risk is taken by tonight's valuation: the risk is raised or high, and the category is the playbook's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.models import RiskLevel
from crm.worth.categories import Category

Words = str | Promise
AT_RISK = (RiskLevel.RAISED.value, RiskLevel.HIGH.value)


@dataclass(frozen=True, kw_only=True)
class Playbook:
    """What is done for customers of one category who may stop buying. `terms`: with what a draft begins."""

    category: Category
    title: Words
    advice: Words
    kind: str
    terms: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.category.value

    @property
    def conditions(self) -> dict[str, Any]:
        return {
            "all": [
                {"field": "customer.category", "op": "eq", "value": self.category.value},
                {"field": "customer.risk", "op": "in", "value": list(AT_RISK)},
            ]
        }


PLAYBOOKS: Sequence[Playbook] = (
    Playbook(
        category=Category.STAR,
        title=_("Stars at risk: thank them in person"),
        advice=_(
            "A personal call with thanks and an invitation to your next event. No discount: they buy without."
        ),
        kind="task",
        terms={"title": _("Call, say thank you, and invite to our next event"), "due_days": 7},
    ),
    Playbook(
        category=Category.PRODUCTIVE,
        title=_("Productive customers at risk: card and promotion"),
        advice=_("Remind them of their card and of what is on promotion, in one message."),
        kind="message",
        terms={"purpose": "advertising"},
    ),
    Playbook(
        category=Category.QUESTION,
        title=_("Question marks at risk: one special offer"),
        advice=_(
            "One offer that makes the next purchase easy. Whoever does not take it is not worth a second one."
        ),
        kind="coupon",
    ),
    Playbook(
        category=Category.TRUST,
        title=_("Trust to rebuild: find out what went wrong"),
        advice=_(
            "Ask what went wrong and put it right, without selling anything. Where that changes nothing, stop "
            "spending on it."
        ),
        kind="task",
        terms={"title": _("Call and find out what went wrong; offer nothing"), "due_days": 3},
    ),
)


def playbook_named(name: str) -> Playbook | None:
    return next((one for one in PLAYBOOKS if one.name == name), None)
