from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loyalty.playbooks.base import Playbook, RewardIdea, RuleIdea, TierIdea

PLAYBOOK = Playbook(
    slug="cosmetics",
    label=_("Cosmetics"),
    for_whom=_(
        "Good margins and new things every season: tiers open them earlier, and gifts bring people back."
    ),
    programme={
        "point_value": Decimal("0.05"),
        "pending_days": 14,
        "expiry": "after_earning",
        "expiry_months": 12,
        "largest_share_percent": 30,
    },
    tiers=(
        TierIdea(slug="silver", name=_("Silver"), threshold=0),
        TierIdea(
            slug="gold",
            name=_("Gold"),
            threshold=300,
            privileges={"free_delivery": {"from_amount": "30"}, "exclusive_offers": {}},
        ),
        TierIdea(
            slug="platinum",
            name=_("Platinum"),
            threshold=900,
            privileges={"free_delivery": {}, "exclusive_offers": {}, "personal_manager": {}},
        ),
    ),
    tier_terms={"grace_days": 30},
    rules=(
        RuleIdea(
            name=_("Points for the purchase"), effect="per_amount", settings={"points": "1", "per": "1.00"}
        ),
        RuleIdea(name=_("Welcome"), effect="welcome", settings={"points": 50, "within_days": 30}),
        RuleIdea(name=_("More for gold"), effect="tier_bonus", settings={"tier": "gold", "percent": "25"}),
        RuleIdea(
            name=_("More for platinum"), effect="tier_bonus", settings={"tier": "platinum", "percent": "25"}
        ),
        RuleIdea(
            name=_("Around the birthday"),
            effect="birthday",
            settings={"times": "2", "days_before": 7, "days_after": 7},
        ),
    ),
    rewards=(
        RewardIdea(
            name=_("A miniature"), kind="gift", points=100, words={"what": _("A miniature of the season")}
        ),
        RewardIdea(
            name=_("Twenty percent off"),
            kind="discount",
            points=400,
            settings={"percent": "20", "at_most": "20.00"},
        ),
        RewardIdea(
            name=_("A make-up consultation"),
            kind="service",
            points=500,
            words={"what": _("An hour with our make-up artist")},
        ),
    ),
)
