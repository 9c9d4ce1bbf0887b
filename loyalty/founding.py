"""A programme is founded from a playbook: all of it at once, and nothing of it counts until it is started.

A programme that never ran is closed at the moment of its start. Its rules are drafts, to be tried on the past.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from crm.errors import Refusal
from crm.models import User
from loyalty import privileges, rewards
from loyalty.models import Programme, Reward, Rule, Tier, TierPrivilege
from loyalty.playbooks.base import SCALES, Playbook, RewardIdea, RuleIdea, TierIdea, Words, scaled
from loyalty.rules import publishing


class ProgrammeRanAlready(Refusal):
    code = "programme-ran-already"
    title = _("The programme was started before.")


class NoRulePublished(Refusal):
    code = "no-rule-published"
    title = _("No rule of the programme is published: purchases would give no points.")


@transaction.atomic
def found(playbook: Playbook, *, currency: str, by: User | None, at: datetime) -> Programme:
    """A programme as the playbook says, closed until `start`; a second call founds a second one."""
    scale = SCALES.get(currency, 1)
    told = dict(playbook.programme)
    told["point_value"] = Decimal(told["point_value"]) * scale
    programme = Programme.objects.create(
        slug=_free_slug(playbook.slug),
        name=str(playbook.label),
        currency=currency,
        joining=Programme.Joining.AUTOMATIC,
        started_at=at,
        closed_at=at,
        **told,
    )
    for level, tier in enumerate(playbook.tiers, 1):
        _tier(programme, tier, level, playbook.tier_terms, scale)
    for rule in playbook.rules:
        _rule(programme, rule, scale, by=by, at=at)
    for reward in playbook.rewards:
        _reward(programme, reward, scale, at=at)
    return programme


def is_draft(programme: Programme) -> bool:
    return programme.closed_at == programme.started_at


@transaction.atomic
def start(programme: Programme, *, at: datetime) -> None:
    """From now on it runs. Locks the programme's row.

    Raises:
        ProgrammeRanAlready: it was started before.
        NoRulePublished: it would give nothing.
    """
    standing = Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    if not is_draft(standing):
        raise ProgrammeRanAlready()
    if not Rule.objects.filter(programme=standing).switched_on().exists():
        raise NoRulePublished()
    standing.started_at, standing.closed_at = at, None
    standing.save(update_fields=["started_at", "closed_at", "updated_at"])


def _free_slug(slug: str) -> str:
    taken = set(Programme.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    names = (slug if n == 1 else f"{slug}-{n}" for n in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def _tier(programme: Programme, idea: TierIdea, level: int, terms: Mapping[str, Any], scale: int) -> None:
    tier = Tier.objects.create(
        programme=programme,
        slug=idea.slug,
        name=str(idea.name),
        names=_in_languages(idea.name),
        level=level,
        threshold=idea.threshold * scale,
        **terms,
    )
    for kind, its in idea.privileges.items():
        told = scaled(its, scale)
        privileges.read(kind, told)
        TierPrivilege.objects.create(tier=tier, kind=kind, settings=told)


def _rule(programme: Programme, idea: RuleIdea, scale: int, *, by: User | None, at: datetime) -> None:
    rule = publishing.new_rule(programme, name=str(idea.name))
    terms = {
        "effect": idea.effect,
        "effect_settings": scaled(idea.settings, scale),
        "conditions": _conditions(idea.conditions, scale),
        **idea.limits,
    }
    publishing.write_draft(rule, terms=terms, by=by, at=at)


def _conditions(tree: Mapping[str, Any], scale: int) -> dict[str, Any]:
    """A playbook's conditions are one group of comparisons; only the order's amount is money."""
    return {
        "all": [
            {**one, "value": format(Decimal(one["value"]) * scale, "f")}
            if one["field"] == "order.net"
            else dict(one)
            for one in tree["all"]
        ]
    }


def _reward(programme: Programme, idea: RewardIdea, scale: int, *, at: datetime) -> None:
    told = {**scaled(idea.settings, scale), **{name: str(words) for name, words in idea.words.items()}}
    rewards.given(idea.kind, told)
    Reward.objects.create(
        programme=programme,
        names=_in_languages(idea.name),
        kind=idea.kind,
        settings=told,
        points=idea.points,
        starts_at=at,
    )


def _in_languages(words: Words) -> dict[str, str]:
    found = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found[language] = str(words)
    return found
