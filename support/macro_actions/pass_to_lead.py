from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.models import User
from support import assigning
from support.macro_actions.base import MacroAction
from support.models import Ticket


@dataclass(frozen=True, kw_only=True)
class PassToLead(MacroAction):
    """To whoever leads the ticket's team. Where nobody does, it waits for anybody of the team who decides."""

    kind = "pass_to_lead"
    label = _("Pass to the team's lead")

    def aloud(self) -> str:
        return gettext("Passes the ticket to the team's lead; where there is none, back to the team")

    def do(self, ticket: Ticket, *, by: User, key: str, at: datetime) -> None:
        team = ticket.team
        lead = team.lead if team else None
        to = lead if lead and lead.is_staff and lead.is_active else None
        assigning.assign(ticket, to=to, by=by, at=at)
