from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.errors import Fault
from crm.models import User
from support.answering import goodwill
from support.macro_actions.base import MacroAction
from support.models import Ticket


@dataclass(frozen=True, kw_only=True)
class GivePoints(MacroAction):
    """Within the day of whoever runs it, like all goodwill."""

    kind = "give_points"
    label = _("Give points")
    asks = {"points": _("points"), "reason": _("reason")}
    permission = "loyalty.add_adjustmentrequest"

    points: int
    reason: str

    def faults(self) -> list[Fault]:
        if self.points > 0:
            return []
        return [Fault(pointer="/points", detail=_("This must be more than zero."))]

    def aloud(self) -> str:
        return ngettext("Gives {points} point", "Gives {points} points", self.points).format(
            points=self.points
        )

    def do(self, ticket: Ticket, *, by: User, key: str, at: datetime) -> None:
        goodwill.grant(ticket, points=self.points, reason=self.reason, by=by, key=key, at=at)
