"""The club itself: what it promises, its rules, its ladder, and what points buy."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.functional import lazy
from django.utils.translation import get_language, override

from crm.demo.company import CURRENCY
from crm.models import User
from loyalty import founding
from loyalty.models import GiftRule, Programme, Reward, RuleDraft, RuleVersion
from loyalty.playbooks.base import Playbook, RewardIdea, RuleIdea, TierIdea, Words


def _in_three(bg: str, ru: str, en: str) -> Words:
    """The shop's own words: they are in no catalogue."""
    said = {"bg": bg, "ru": ru, "en": en}
    return lazy(lambda: said[get_language() or "bg"], str)()


CLUB = Playbook(
    slug="lipa",
    label="Клуб „Липа“",
    for_whom="",
    programme={"point_value": Decimal("0.05"), "pending_days": 14},
    tiers=(
        TierIdea(slug="leaf", name=_in_three("Листо", "Лист", "Leaf"), threshold=0),
        TierIdea(
            slug="silver",
            name=_in_three("Сребро", "Серебро", "Silver"),
            threshold=90,
            privileges={"free_delivery": {"from_amount": "20.00"}},
        ),
        TierIdea(
            slug="gold",
            name=_in_three("Злато", "Золото", "Gold"),
            threshold=200,
            privileges={"free_delivery": {}, "priority_support": {"level": 2}, "personal_manager": {}},
        ),
    ),
    tier_terms={"grace_days": 30},
    rules=(
        RuleIdea(name="Точка за всяко евро", effect="per_amount", settings={"points": "1", "per": "1.00"}),
        RuleIdea(name="Първа покупка", effect="first_order", settings={"points": 50}),
        RuleIdea(
            name="Двойни точки през уикенда",
            effect="multiplier",
            settings={"times": "2"},
            conditions={"all": [{"field": "order.placed_at", "op": "weekday_in", "value": [6, 7]}]},
        ),
        RuleIdea(name="Злато: още 25 %", effect="tier_bonus", settings={"tier": "gold", "percent": "25"}),
        RuleIdea(name="Рожден ден", effect="birthday", settings={"times": "3"}),
    ),
    rewards=(
        RewardIdea(
            name=_in_three("Безплатна доставка", "Бесплатная доставка", "Free delivery"),
            kind="free_delivery",
            points=80,
        ),
        RewardIdea(
            name=_in_three("10 % от покупката", "10 % от покупки", "10 % off"),
            kind="discount",
            points=150,
            settings={"percent": "10", "at_most": "10.00"},
        ),
        RewardIdea(
            name=_in_three("Кутийка за чай", "Баночка для чая", "A tin for tea"),
            kind="gift",
            points=220,
            settings={"what": "Кутийка за чай „Липа“"},
        ),
    ),
)
TINS = 60


@transaction.atomic
def open_club(manager: User, *, started_at: datetime) -> Programme:
    """The programme with all that belongs to it; where it stands already, as it stands."""
    standing = Programme.objects.filter(slug=CLUB.slug).first()
    if standing:
        return standing
    with override("bg"):
        programme = founding.found(CLUB, currency=CURRENCY, by=manager, at=started_at)
    for draft in RuleDraft.objects.filter(rule__programme=programme).select_related("rule"):
        _let_count(draft, manager, at=started_at)
    Reward.objects.filter(programme=programme, kind="gift").update(stock=TINS)
    GiftRule.objects.create(
        programme=programme,
        names={"bg": "За рождения ден", "ru": "Ко дню рождения", "en": "For your birthday"},
        occasion=GiftRule.Occasion.BIRTHDAY,
        points=100,
        points_days=30,
        starts_at=started_at,
    )
    founding.start(programme, at=started_at)
    programme.refresh_from_db()
    return programme


def _let_count(draft: RuleDraft, manager: User, *, at: datetime) -> None:
    """As `publishing.publish` does, but untried: the demo has no past yet that a replay could try it on."""
    rule = draft.rule
    version = RuleVersion(rule=rule, number=1, published_at=at, published_by=manager)
    version.take_terms(draft)
    version.sha256 = version.digest()
    version.save()
    rule.active_version = version
    rule.save()
    draft.delete()
