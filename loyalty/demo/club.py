"""The club itself: what it promises, its rules, its ladder, and what points buy."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from crm.models import User
from loyalty.models import (
    GiftRule,
    Programme,
    Reward,
    Rule,
    RuleVersion,
    Tier,
    TierPrivilege,
)

SLUG = "lipa"
EVERY_ORDER: dict[str, Any] = {"all": []}
# Name, when, what it gives.
RULES: tuple[tuple[str, dict[str, Any], str, dict[str, Any]], ...] = (
    ("Точка за всяко евро", EVERY_ORDER, "per_amount", {"points": "1", "per": "1.00"}),
    ("Първа покупка", EVERY_ORDER, "first_order", {"points": 50}),
    (
        "Двойни точки през уикенда",
        {"field": "order.placed_at", "op": "weekday_in", "value": [6, 7]},
        "multiplier",
        {"times": "2"},
    ),
    ("Злато: още 25 %", EVERY_ORDER, "tier_bonus", {"tier": "gold", "percent": "25"}),
    ("Рожден ден", EVERY_ORDER, "birthday", {"times": "3"}),
)
# Slug, names, threshold, privileges.
TIERS: tuple[tuple[str, dict[str, str], str, tuple[tuple[str, dict[str, Any]], ...]], ...] = (
    ("leaf", {"bg": "Листо", "ru": "Лист", "en": "Leaf"}, "0", ()),
    (
        "silver",
        {"bg": "Сребро", "ru": "Серебро", "en": "Silver"},
        "90",
        (("free_delivery", {"from_amount": "20.00"}),),
    ),
    (
        "gold",
        {"bg": "Злато", "ru": "Золото", "en": "Gold"},
        "200",
        (("free_delivery", {}), ("priority_support", {"level": 2}), ("personal_manager", {})),
    ),
)
REWARDS: tuple[tuple[dict[str, str], int, int | None, str, dict[str, Any]], ...] = (
    (
        {"bg": "Безплатна доставка", "ru": "Бесплатная доставка", "en": "Free delivery"},
        80,
        None,
        "free_delivery",
        {},
    ),
    (
        {"bg": "10 % от покупката", "ru": "10 % от покупки", "en": "10 % off"},
        150,
        None,
        "discount",
        {"percent": "10", "at_most": "10.00"},
    ),
    (
        {"bg": "Кутийка за чай", "ru": "Баночка для чая", "en": "A tin for tea"},
        220,
        60,
        "gift",
        {"what": "Кутийка за чай „Липа“"},
    ),
)


@transaction.atomic
def open_club(manager: User, *, started_at: datetime) -> Programme:
    """The programme with all that belongs to it; where it stands already, as it stands."""
    programme, is_new = Programme.objects.get_or_create(
        slug=SLUG,
        defaults={
            "name": "Клуб „Липа“",
            "currency": "EUR",
            "joining": Programme.Joining.AUTOMATIC,
            "point_value": Decimal("0.05"),
            "pending_days": 14,
            "started_at": started_at,
        },
    )
    if is_new:
        for name, conditions, effect, settings in RULES:
            _publish(
                Rule.objects.create(programme=programme, name=name), conditions, effect, settings, manager
            )
        for level, told in enumerate(TIERS, start=1):
            _tier(programme, level, *told)
        for names, points, stock, kind, settings in REWARDS:
            Reward.objects.create(
                programme=programme,
                names=names,
                points=points,
                stock=stock,
                kind=kind,
                settings=settings,
                starts_at=started_at,
            )
        GiftRule.objects.create(
            programme=programme,
            names={"bg": "За рождения ден", "ru": "Ко дню рождения", "en": "For your birthday"},
            occasion=GiftRule.Occasion.BIRTHDAY,
            points=100,
            points_days=30,
            starts_at=started_at,
        )
    return programme


def _publish(
    rule: Rule, conditions: dict[str, Any], effect: str, settings: dict[str, Any], manager: User
) -> None:
    version = RuleVersion(
        rule=rule,
        number=1,
        conditions=conditions,
        effect=effect,
        effect_settings=settings,
        published_at=rule.programme.started_at,
        published_by=manager,
    )
    version.sha256 = version.digest()
    version.save()
    rule.active_version = version
    rule.save()


def _tier(
    programme: Programme,
    level: int,
    slug: str,
    names: dict[str, str],
    threshold: str,
    privileges: tuple[tuple[str, dict[str, Any]], ...],
) -> None:
    tier = Tier.objects.create(
        programme=programme,
        slug=slug,
        name=names["bg"],
        names=names,
        level=level,
        threshold=Decimal(threshold),
        grace_days=30,
    )
    for kind, settings in privileges:
        TierPrivilege.objects.create(tier=tier, kind=kind, settings=settings)
