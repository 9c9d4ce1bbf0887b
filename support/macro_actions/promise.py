from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.errors import Fault
from crm.models import User
from support.macro_actions.base import MacroAction, faults_of_hours
from support.models import Ticket
from support.timekeeping import promising


@dataclass(frozen=True, kw_only=True)
class MakePromise(MacroAction):
    """`what` is for colleagues: the customer hears it in the words of the answer."""

    kind = "promise"
    label = _("Promise something")
    asks = {"what": _("what"), "hours": _("within so many hours")}

    what: str
    hours: int

    def faults(self) -> list[Fault]:
        return faults_of_hours(self.hours)

    def aloud(self) -> str:
        said = ngettext(
            "Promises within {hours} hour: {what}", "Promises within {hours} hours: {what}", self.hours
        )
        return said.format(hours=self.hours, what=self.what)

    def do(self, ticket: Ticket, *, by: User, key: str, at: datetime) -> None:
        promising.promise(ticket, what=self.what, due_at=at + timedelta(hours=self.hours), by=by, at=at)
