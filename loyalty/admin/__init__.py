"""Lists and forms of the programme. These classes only look; what they do is a verb."""

from loyalty.admin import cards, carts, coupons, gifts, ledger, members, programmes, rewards, tiers, tills

__all__ = [
    "cards",
    "carts",
    "coupons",
    "gifts",
    "ledger",
    "members",
    "programmes",
    "rewards",
    "tiers",
    "tills",
]
