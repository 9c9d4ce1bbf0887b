"""Rules and tiers of a programme, as if they had been published."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from loyalty.models import Member, MemberTier, Programme, Rule, RuleVersion, Tier, TierPrivilege

PUBLISHED = datetime(2025, 1, 1, tzinfo=UTC)


def rule(
    programme: Programme,
    effect: str = "per_amount",
    settings: dict[str, Any] | None = None,
    *,
    name: str = "",
    **more: Any,
) -> Rule:
    """Switched on. Without settings: one point for each 1.00."""
    known, _ = Rule.objects.get_or_create(
        programme=programme, name=name or f"{effect} {Rule.objects.count()}"
    )
    version = RuleVersion(
        rule=known,
        number=known.versions.count() + 1,
        effect=effect,
        effect_settings={"points": "1", "per": "1.00"} if settings is None else settings,
        published_at=PUBLISHED,
        **{"conditions": {"all": []}, **more},
    )
    version.sha256 = version.digest()
    version.save()
    known.active_version = version
    known.save()
    return known


def ladder(programme: Programme, *, silver: str = "1000", gold: str = "5000", **more: Any) -> dict[str, Tier]:
    """Bronze for everybody, silver and gold for who buys more."""
    told = (("bronze", "0"), ("silver", silver), ("gold", gold))
    return {
        slug: Tier.objects.create(
            programme=programme,
            slug=slug,
            name=slug.title(),
            level=level,
            threshold=Decimal(threshold),
            **more,
        )
        for level, (slug, threshold) in enumerate(told, 1)
    }


def privilege(tier: Tier, kind: str, **settings: Any) -> TierPrivilege:
    return TierPrivilege.objects.create(tier=tier, kind=kind, settings=settings)


def holds_tier(member: Member, tier: Tier, since_at: datetime = PUBLISHED, **more: Any) -> MemberTier:
    return MemberTier.objects.create(member=member, track=tier.track, tier=tier, since_at=since_at, **more)
