from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.models import User
from support import labelling
from support.macro_actions.base import MacroAction
from support.models import Ticket


@dataclass(frozen=True, kw_only=True)
class AddTag(MacroAction):
    kind = "add_tag"
    label = _("Add a tag")
    asks = {"name": _("tag")}

    name: str

    def aloud(self) -> str:
        return gettext("Adds the tag “{name}”").format(name=self.name)

    def do(self, ticket: Ticket, *, by: User, key: str, at: datetime) -> None:
        labelling.add_tag(ticket, name=self.name, by=by, at=at)
