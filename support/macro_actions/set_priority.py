from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.errors import Fault
from crm.models import User
from support import labelling
from support.macro_actions.base import MacroAction
from support.models import Ticket


@dataclass(frozen=True, kw_only=True)
class SetPriority(MacroAction):
    kind = "set_priority"
    label = _("Set the priority")
    asks = {"priority": _("priority")}
    offers = {"priority": lambda: Ticket.Priority.choices}

    priority: int

    def faults(self) -> list[Fault]:
        if self.priority in Ticket.Priority.values:
            return []
        return [Fault(pointer="/priority", detail=_("Write a number from 1 (low) to 4 (urgent)."))]

    def aloud(self) -> str:
        return gettext("Sets the priority: {priority}").format(priority=Ticket.Priority(self.priority).label)

    def do(self, ticket: Ticket, *, by: User, key: str, at: datetime) -> None:
        labelling.set_priority(ticket, priority=self.priority, by=by, at=at)
