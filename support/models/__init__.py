"""What the desk keeps: tickets, where each message stands in them, what colleagues note, and who they are."""

from support.models.calendar import Calendar, Holiday, WorkingInterval
from support.models.clock import Clock, ClockEvent
from support.models.desk import AgentProfile, Skill, Team
from support.models.draft import Draft
from support.models.focus import FocusStretch
from support.models.note import Note
from support.models.policy import SlaPolicy
from support.models.quality import QualityReview
from support.models.return_case import ReturnCase, ReturnCaseLine, ReturnPolicy
from support.models.tagging import SubState, Tag, Topic
from support.models.ticket import Ticket, TicketEvent, TicketMessage

__all__ = [
    "AgentProfile",
    "Calendar",
    "Clock",
    "ClockEvent",
    "Draft",
    "FocusStretch",
    "Holiday",
    "Note",
    "QualityReview",
    "ReturnCase",
    "ReturnCaseLine",
    "ReturnPolicy",
    "Skill",
    "SlaPolicy",
    "SubState",
    "Tag",
    "Team",
    "Ticket",
    "TicketEvent",
    "TicketMessage",
    "Topic",
    "WorkingInterval",
]
