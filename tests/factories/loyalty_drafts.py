"""Drafts of rules and their replays, worked to the end."""

from datetime import UTC, datetime
from typing import Any

from crm.models import User
from loyalty.models import Programme, Replay, Rule, RuleDraft
from loyalty.rules import publishing, replay

EARLY = datetime(2026, 3, 31, 12, tzinfo=UTC)
WEEKENDS = {"all": [{"field": "order.placed_at", "op": "weekday_in", "value": [6, 7]}]}


def draft(
    programme: Programme,
    effect: str = "multiplier",
    settings: dict[str, Any] | None = None,
    *,
    rule: Rule | None = None,
    by: User | None = None,
    at: datetime = EARLY,
    **more: Any,
) -> RuleDraft:
    """Without more: double points on weekends."""
    terms = {
        "effect": effect,
        "effect_settings": {"times": "2"} if settings is None else settings,
        "conditions": WEEKENDS,
        **more,
    }
    rule = rule or publishing.new_rule(programme, name="Weekends")
    return publishing.write_draft(rule, terms=terms, by=by, at=at)


def replayed(its: RuleDraft, *, months: int = 3, at: datetime = EARLY) -> Replay:
    begun = replay.start(its, months=months, by=None, at=at)
    return replay.run(begun, clock=lambda: at)
