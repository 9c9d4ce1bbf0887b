"""Macros: an answer that is often given, filled in for this customer, and what is done beside it, in one go.

What will happen is shown before it does (`preview`); of several actions either all are done, or none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.models import User
from support import changing, macro_actions
from support.models import Macro, Ticket, TicketEvent
from support.scripts.variables import About, say


class MayNotRun(Refusal):
    code = "may-not-run-macro"
    title = _("This macro does something that you may not do.")
    status = 403


@dataclass(frozen=True, kw_only=True)
class Step:
    """An action, before it runs: what it will do, and whether this colleague may."""

    sentence: str
    is_allowed: bool


def offered(ticket: Ticket, *, at: datetime) -> QuerySet[Macro]:
    """Macros in use, those of its team and those of all."""
    return Macro.objects.in_use(at).filter(Q(teams=None) | Q(teams=ticket.team_id)).distinct()


def preview(macro: Macro, *, by: User) -> Sequence[Step]:
    """Raises UnusableMacro: something that it speaks of is gone."""
    return foretold(macro_actions.read(macro.actions), by=by)


def foretold(actions: Iterable[macro_actions.MacroAction], *, by: User) -> list[Step]:
    """What actions will do, before they do."""
    return [Step(sentence=action.aloud(), is_allowed=by.has_perm(action.permission)) for action in actions]


def text_for(macro: Macro, about: About) -> str:
    """The answer in the ticket's language, for the colleague to look at before it is sent.

    Raises:
        UnusableText, ValueMissing: it cannot be filled in.
    """
    language = about.ticket.language or "en"
    return say(macro.text_in(language), about, language=language)


@transaction.atomic
def run(
    macro: Macro, *, ticket: Ticket, by: User, key: str, at: datetime, version: int | None = None
) -> Ticket:
    """Do everything that the macro does beside its text, once per `key`.

    Locks the colleague's row (points may be among it), the customer's, then the ticket's.

    Raises:
        UnusableMacro, MayNotRun, TicketChanged, and whatever an action refuses with: nothing is done.
    """
    actions = macro_actions.read(macro.actions)
    if not all(by.has_perm(action.permission) for action in actions):
        raise MayNotRun
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    held = changing.hold(ticket, version=None)
    ran = TicketEvent.objects.filter(ticket=held.ticket, kind="macro_run", actor=by, figures__key=key)
    if ran.exists():
        return held.ticket
    changing.hold(held.ticket, version=version)
    changing.happen(held.ticket, "macro_run", by=by, at=at, macro=macro.names, key=key)
    for number, action in enumerate(actions):
        action.do(held.ticket, by=by, key=f"{key}:{number}", at=at)
    return Ticket.objects.get(pk=held.ticket.pk)
