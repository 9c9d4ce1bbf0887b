from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.errors import Fault
from crm.models import User
from support import snoozing
from support.macro_actions.base import MacroAction, faults_of_hours
from support.models import Ticket


@dataclass(frozen=True, kw_only=True)
class PutOff(MacroAction):
    kind = "put_off"
    label = _("Put off")
    asks = {"hours": _("for so many hours")}

    hours: int

    def faults(self) -> list[Fault]:
        return faults_of_hours(self.hours)

    def aloud(self) -> str:
        said = ngettext(
            "Puts the ticket off for {hours} hour", "Puts the ticket off for {hours} hours", self.hours
        )
        return said.format(hours=self.hours)

    def do(self, ticket: Ticket, *, by: User, key: str, at: datetime) -> None:
        snoozing.snooze(ticket, until=at + timedelta(hours=self.hours), by=by, at=at)
