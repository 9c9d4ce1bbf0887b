from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loyalty.playbooks.base import Playbook, RewardIdea, RuleIdea, TierIdea

PLAYBOOK = Playbook(
    slug="coffee-and-tea",
    label=_("Coffee and tea"),
    for_whom=_(
        "Small purchases, many of them: whoever comes every month gets more, and a cup is soon earned."
    ),
    programme={
        "point_value": Decimal("0.05"),
        "pending_days": 0,
        "expiry": "after_activity",
        "expiry_months": 6,
        "largest_share_percent": 50,
    },
    tiers=(
        TierIdea(slug="guest", name=_("Guest"), threshold=0),
        TierIdea(
            slug="friend",
            name=_("Friend of the house"),
            threshold=150,
            privileges={"free_delivery": {"from_amount": "20"}},
        ),
        TierIdea(
            slug="connoisseur",
            name=_("Connoisseur"),
            threshold=500,
            privileges={"free_delivery": {}, "event_seats": {"seats_a_year": 2}},
        ),
    ),
    rules=(
        RuleIdea(
            name=_("Points for the purchase"), effect="per_amount", settings={"points": "1", "per": "1.00"}
        ),
        RuleIdea(
            name=_("Three months in a row"),
            effect="streak",
            settings={"points": 20, "length": 3, "unit": "month"},
        ),
        RuleIdea(
            name=_("More for connoisseurs"),
            effect="tier_bonus",
            settings={"tier": "connoisseur", "percent": "50"},
        ),
        RuleIdea(
            name=_("Around the birthday"),
            effect="birthday",
            settings={"times": "2", "days_before": 3, "days_after": 3},
        ),
    ),
    rewards=(
        RewardIdea(
            name=_("A cup of your choice"),
            kind="service",
            points=60,
            words={"what": _("A cup of coffee or tea of your choice")},
        ),
        RewardIdea(name=_("Free delivery"), kind="free_delivery", points=80),
        RewardIdea(name=_("Ten off"), kind="discount", points=200, settings={"amount": "10.00"}),
    ),
)
