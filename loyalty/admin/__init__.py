"""Lists and forms of the programme. These classes only look; what they do is a verb."""

from loyalty.admin import cards, ledger, members, programmes

__all__ = ["cards", "ledger", "members", "programmes"]
