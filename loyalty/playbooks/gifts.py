from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loyalty.playbooks.base import Playbook, RewardIdea, RuleIdea, TierIdea

PLAYBOOK = Playbook(
    slug="gifts",
    label=_("Gifts and flowers"),
    for_whom=_(
        "Few purchases a year, each for an occasion: points wait for the next one, and coming back pays."
    ),
    programme={
        "point_value": Decimal("0.10"),
        "pending_days": 14,
        "expiry": "after_earning",
        "expiry_months": 18,
        "largest_share_percent": 40,
    },
    tiers=(
        TierIdea(slug="member", name=_("Member"), threshold=0),
        TierIdea(
            slug="giver",
            name=_("Generous heart"),
            threshold=250,
            privileges={"free_delivery": {}, "priority_support": {}},
        ),
    ),
    tier_terms={"grace_days": 60},
    rules=(
        RuleIdea(
            name=_("Points for the purchase"), effect="per_amount", settings={"points": "1", "per": "2.00"}
        ),
        RuleIdea(name=_("First order"), effect="first_order", settings={"points": 30}),
        RuleIdea(name=_("Back after half a year"), effect="lapse", settings={"points": 40, "days": 180}),
        RuleIdea(
            name=_("Large presents"),
            effect="fixed",
            settings={"points": 25},
            conditions={"all": [{"field": "order.net", "op": "gte", "value": "100.00"}]},
        ),
    ),
    rewards=(
        RewardIdea(
            name=_("Gift wrapping"),
            kind="service",
            points=30,
            words={"what": _("Wrapping by hand, with a card")},
        ),
        RewardIdea(name=_("Free delivery"), kind="free_delivery", points=60),
        RewardIdea(name=_("Fifteen off"), kind="discount", points=150, settings={"amount": "15.00"}),
    ),
)
