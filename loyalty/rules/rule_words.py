"""What a rule says, as people read it: when it applies, what it gives, and where it ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm import rules
from crm.errors import Refusal
from crm.rules import Said
from crm.words.wording import number
from loyalty import effects
from loyalty.models import RuleTerms


@dataclass(frozen=True, kw_only=True)
class RuleSaid:
    """`when` is nothing where every purchase counts."""

    when: Said | None
    gives: str
    limits: tuple[str, ...]


def said(terms: RuleTerms) -> RuleSaid:
    """In the reader's language. A rule that cannot be read any more says so itself."""
    return RuleSaid(
        when=_when(terms),
        gives=effect_said(terms.effect, terms.effect_settings),
        limits=tuple(_limits(terms)),
    )


def _when(terms: RuleTerms) -> Said | None:
    if not terms.conditions or terms.conditions == {"all": []}:
        return None
    try:
        return rules.sentence(terms.conditions, "order")
    except Refusal as refusal:
        return Said(str(refusal.title))


def effect_said(kind: str, settings: dict[str, Any]) -> str:
    try:
        return effects.read(kind, settings).aloud()
    except Refusal as refusal:
        return str(refusal.title)


def _limits(terms: RuleTerms) -> Iterator[str]:
    if most := terms.most_per_order_points:
        yield ngettext(
            "At most %(points)s point for an order.", "At most %(points)s points for an order.", most
        ) % {"points": number(most)}
    if most := terms.most_per_member_points:
        yield _("At most for a member, %(period)s: %(points)s.") % {
            "period": terms.get_member_period_display(),
            "points": number(most),
        }
    if terms.budget_points:
        yield _("At most in all, points: %(points)s.") % {"points": number(terms.budget_points)}
    if terms.group:
        yield _("Of the rules “%(group)s” only the one that gives most counts.") % {"group": terms.group}
    if terms.valid_from:
        yield _("Valid from %(day)s.") % {"day": _day(terms.valid_from)}
    if terms.valid_until:
        yield _("Valid until %(day)s.") % {"day": _day(terms.valid_until)}


def _day(moment: Any) -> str:
    return formats.date_format(timezone.localtime(moment), "DATE_FORMAT").rstrip(".")
