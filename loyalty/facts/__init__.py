"""What can happen in the programme. Each file states facts of one part; all are imported here, and found on start."""

from loyalty.facts.members import MemberJoined

__all__ = ["MemberJoined"]
