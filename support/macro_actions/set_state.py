from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.errors import Fault
from crm.models import User
from support import states
from support.macro_actions.base import MacroAction
from support.models import SubState, Ticket
from support.models.tagging import Category


@dataclass(frozen=True, kw_only=True)
class SetState(MacroAction):
    """`state`: a code of Category; `sub_state`: the short name of one of its sub-states."""

    kind = "set_state"
    label = _("Set the state")
    asks = {"state": _("state"), "sub_state": _("sub-state")}
    offers = {
        "state": lambda: [one for one in Category.choices if one[0] != Category.NEW],
        "sub_state": lambda: [(its.slug, str(its)) for its in SubState.objects.all()],
    }

    state: str
    sub_state: str | None = None

    def faults(self) -> list[Fault]:
        if self.state not in Category.values or self.state == Category.NEW:
            return [Fault(pointer="/state", detail=_("There is no such state."))]
        if self.sub_state and self._sub_state() is None:
            return [Fault(pointer="/sub_state", detail=_("This state has no such sub-state."))]
        return []

    def aloud(self) -> str:
        sub_state = self._sub_state()
        said = f"{Category(self.state).label} · {sub_state}" if sub_state else Category(self.state).label
        return gettext("Sets the state: {state}").format(state=said)

    def do(self, ticket: Ticket, *, by: User, key: str, at: datetime) -> None:
        states.move(ticket, to=Category(self.state), sub_state=self._sub_state(), by=by, at=at)

    def _sub_state(self) -> SubState | None:
        if not self.sub_state:
            return None
        return SubState.objects.filter(slug=self.sub_state, category=self.state).first()
