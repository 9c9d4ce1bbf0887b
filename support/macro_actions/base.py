"""What an action of a macro is: its settings, who may run it, how it reads before it runs, and what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.errors import Fault, Refusal
from crm.models import User
from crm.typed_settings import Settings
from support.models import Ticket

MOST_HOURS = 24 * 90


class UnusableMacro(Refusal):
    """The actions of a macro, each fault with its place in them."""

    code = "unusable-macro"
    title = _("What this macro does cannot be used as it is.")
    status = 422


@dataclass(frozen=True, kw_only=True)
class MacroAction(Settings):
    """One kind of thing that a macro does. A subclass names its settings as fields."""

    refusal = UnusableMacro
    kind: ClassVar[str]
    label: ClassVar[str | Promise]
    permission: ClassVar[str] = "support.answer_ticket"
    # For forms: how each setting is called, and what it can be where that is limited.
    asks: ClassVar[Mapping[str, str | Promise]] = {}
    offers: ClassVar[Mapping[str, Callable[[], Sequence[tuple[Any, Any]]]]] = {}

    def aloud(self) -> str:
        """What will happen, as a sentence in the reader's language."""
        raise NotImplementedError

    def do(self, ticket: Ticket, *, by: User, key: str, at: datetime) -> None:
        """In the caller's transaction, which holds the ticket."""
        raise NotImplementedError


def faults_of_hours(hours: int) -> list[Fault]:
    """Of a setting that says after how many hours something is due."""
    if 1 <= hours <= MOST_HOURS:
        return []
    return [Fault(pointer="/hours", detail=_("Write a number of hours from 1 to 2,160."))]
