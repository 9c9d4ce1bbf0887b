from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.models import User
from support.answering import noting
from support.macro_actions.base import MacroAction
from support.models import Ticket


@dataclass(frozen=True, kw_only=True)
class LeaveNote(MacroAction):
    kind = "leave_note"
    label = _("Write an internal note")
    asks = {"text": _("note")}
    permission = "support.add_note"

    text: str

    def aloud(self) -> str:
        return gettext("Writes the internal note “{text}”").format(text=self.text)

    def do(self, ticket: Ticket, *, by: User, key: str, at: datetime) -> None:
        noting.write_note(ticket, text=self.text, by=by, key=key, at=at)
