"""What the desk does by the clock. Each task loads, calls verbs, and may run twice."""

from support.bot_tasks import sweep_bot
from support.clock_tasks import climb_ladders, count_anew
from support.help.tasks import settle_visits
from support.incident_tasks import look_after_incidents, run_goodwill, run_notice, watch_for_bursts
from support.ticket_tasks import ask_departments, close_tickets, look_after_tickets, recognise_colleagues

__all__ = [
    "ask_departments",
    "climb_ladders",
    "close_tickets",
    "count_anew",
    "look_after_incidents",
    "look_after_tickets",
    "recognise_colleagues",
    "run_goodwill",
    "run_notice",
    "settle_visits",
    "sweep_bot",
    "watch_for_bursts",
]
