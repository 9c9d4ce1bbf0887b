from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.errors import Fault
from crm.models import User
from support import assigning
from support.macro_actions.base import MacroAction
from support.models import Team, Ticket


@dataclass(frozen=True, kw_only=True)
class PassOn(MacroAction):
    """`team`: its short name."""

    kind = "pass_on"
    label = _("Pass to a team")
    asks = {"team": _("team")}
    offers = {"team": lambda: [(its.slug, str(its)) for its in Team.objects.all()]}

    team: str

    def faults(self) -> list[Fault]:
        known = Team.objects.filter(slug=self.team).exists()
        return [] if known else [Fault(pointer="/team", detail=_("There is no such team."))]

    def aloud(self) -> str:
        return gettext("Passes the ticket to the team “{team}”").format(team=Team.objects.get(slug=self.team))

    def do(self, ticket: Ticket, *, by: User, key: str, at: datetime) -> None:
        assigning.pass_to_team(ticket, team=Team.objects.get(slug=self.team), by=by, at=at)
