"""What can happen in the programme. Each file states facts of one part; all are imported here, and found on start."""

from loyalty.facts.members import CardBlocked, CardIssued, MemberJoined

__all__ = ["CardBlocked", "CardIssued", "MemberJoined"]
