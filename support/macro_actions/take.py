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
class Take(MacroAction):
    kind = "take"
    label = _("Take the ticket")

    def aloud(self) -> str:
        return gettext("Gives the ticket to you")

    def do(self, ticket: Ticket, *, by: User, key: str, at: datetime) -> None:
        assigning.assign(ticket, to=by, by=by, at=at)
