from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loyalty.playbooks.base import Playbook, RewardIdea, RuleIdea, TierIdea

PLAYBOOK = Playbook(
    slug="business-supplies",
    label=_("Supplies for businesses"),
    for_whom=_("Large, regular orders with thin margins: little goes back, and service is what tiers bring."),
    programme={
        "point_value": Decimal("0.01"),
        "pending_days": 30,
        "expiry": "calendar",
        "largest_share_percent": 100,
        "points_pay_delivery": True,
    },
    tiers=(
        TierIdea(slug="partner", name=_("Partner"), threshold=0),
        TierIdea(
            slug="key-partner",
            name=_("Key partner"),
            threshold=5_000,
            privileges={"free_delivery": {"from_amount": "200"}, "priority_support": {}},
        ),
        TierIdea(
            slug="strategic-partner",
            name=_("Strategic partner"),
            threshold=25_000,
            privileges={"free_delivery": {}, "priority_support": {}, "personal_manager": {}},
        ),
    ),
    tier_terms={"period": "calendar", "grace_days": 30},
    rules=(
        RuleIdea(name=_("One percent back"), effect="per_amount", settings={"points": "1", "per": "1.00"}),
        RuleIdea(
            name=_("Orders every month"),
            effect="streak",
            settings={"points": 1_000, "length": 6, "unit": "month"},
        ),
        RuleIdea(
            name=_("Large orders"),
            effect="multiplier",
            settings={"times": "1.5"},
            conditions={"all": [{"field": "order.net", "op": "gte", "value": "1000.00"}]},
            limits={"most_per_order_points": 5_000},
        ),
    ),
    rewards=(
        RewardIdea(name=_("Free delivery"), kind="free_delivery", points=1_500),
        RewardIdea(name=_("Fifty off"), kind="discount", points=5_000, settings={"amount": "50.00"}),
        RewardIdea(
            name=_("A training for your team"),
            kind="service",
            points=20_000,
            words={"what": _("Half a day of training at your place")},
        ),
    ),
)
