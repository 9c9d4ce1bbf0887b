"""What the desk keeps: tickets, where each message stands in them, what colleagues note, and who they are."""

from support.models.article import (
    Article,
    ArticleCategory,
    ArticleFile,
    ArticleText,
    ArticleVersion,
    ArticleVote,
    ArticleWord,
)
from support.models.bot import BotConversation, BotDuty, BotTurn
from support.models.calendar import Calendar, Holiday, WorkingInterval
from support.models.clock import Clock, ClockEvent
from support.models.desk import AgentProfile, Skill, Team
from support.models.draft import Draft
from support.models.focus import FocusStretch
from support.models.goodwill import Goodwill
from support.models.help_session import HelpEvent, HelpSession
from support.models.identity_check import IdentityCheck
from support.models.incident import Incident, IncidentProposal, IncidentTicket
from support.models.incident_goodwill import IncidentGift, IncidentGoodwill
from support.models.incident_notice import AffectedPerson, IncidentNotice, IncidentTelling
from support.models.macro import Macro
from support.models.note import Note
from support.models.policy import SlaPolicy
from support.models.promise import Promise
from support.models.quality import QualityReview
from support.models.recognition import Recognition
from support.models.return_case import ReturnCase, ReturnCaseLine, ReturnPolicy
from support.models.script import Scenario, Script, ScriptVersion
from support.models.script_run import ScriptLine, ScriptRun, ScriptRunStep
from support.models.shift import Shift, ShiftPattern
from support.models.side_conversation import SideConversation, SideMessage
from support.models.tagging import SubState, Tag, Topic
from support.models.ticket import Ticket, TicketEvent, TicketMessage
from support.models.ticket_call import TicketCall

__all__ = [
    "AffectedPerson",
    "AgentProfile",
    "Article",
    "ArticleCategory",
    "ArticleFile",
    "ArticleText",
    "ArticleVersion",
    "ArticleVote",
    "ArticleWord",
    "BotConversation",
    "BotDuty",
    "BotTurn",
    "Calendar",
    "Clock",
    "ClockEvent",
    "Draft",
    "FocusStretch",
    "Goodwill",
    "HelpEvent",
    "HelpSession",
    "Holiday",
    "IdentityCheck",
    "Incident",
    "IncidentGift",
    "IncidentGoodwill",
    "IncidentNotice",
    "IncidentProposal",
    "IncidentTelling",
    "IncidentTicket",
    "Macro",
    "Note",
    "Promise",
    "QualityReview",
    "Recognition",
    "ReturnCase",
    "ReturnCaseLine",
    "ReturnPolicy",
    "Scenario",
    "Script",
    "ScriptLine",
    "ScriptRun",
    "ScriptRunStep",
    "ScriptVersion",
    "Shift",
    "ShiftPattern",
    "SideConversation",
    "SideMessage",
    "Skill",
    "SlaPolicy",
    "SubState",
    "Tag",
    "Team",
    "Ticket",
    "TicketCall",
    "TicketEvent",
    "TicketMessage",
    "Topic",
    "WorkingInterval",
]
