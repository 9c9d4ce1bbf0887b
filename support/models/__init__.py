"""What the desk keeps: tickets, where each message stands in them, what colleagues note, and who they are."""

from support.models.desk import AgentProfile, Skill, Team
from support.models.note import Note
from support.models.tagging import SubState, Tag, Topic
from support.models.ticket import Ticket, TicketEvent, TicketMessage

__all__ = [
    "AgentProfile",
    "Note",
    "Skill",
    "SubState",
    "Tag",
    "Team",
    "Ticket",
    "TicketEvent",
    "TicketMessage",
    "Topic",
]
