from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm.facts.base import Fact, Group


@dataclass(frozen=True, kw_only=True)
class CallReceived(Fact):
    """`line`: which of our numbers rang."""

    kind = "crm.call_received"
    called = _("A call came in")
    group = Group.CALLS
    icon = "phone"
    sentence = _("Rang us")
    more = "{line}"

    line: str


@dataclass(frozen=True, kw_only=True)
class CallPlaced(Fact):
    kind = "crm.call_placed"
    group = Group.CALLS
    icon = "phone"
    sentence = _("We rang")
    more = "{line}"

    line: str


@dataclass(frozen=True, kw_only=True)
class CallMissed(Fact):
    """Nobody of us picked up."""

    kind = "crm.call_missed"
    called = _("A call was missed")
    group = Group.CALLS
    icon = "warning"
    mood = "bad"
    sentence = _("Rang us, and nobody answered")
    more = "{line}"

    line: str


@dataclass(frozen=True, kw_only=True)
class CallEnded(Fact):
    """They talked. `talk_minutes` is rounded up; `text` is what a colleague noted."""

    kind = "crm.call_ended"
    group = Group.CALLS
    icon = "phone"
    sentence = ngettext_lazy(
        "Talked on the phone for {talk_minutes} minute",
        "Talked on the phone for {talk_minutes} minutes",
        "talk_minutes",
    )
    more = "{text}"
    personal = frozenset({"text"})

    talk_minutes: int
    text: str = ""
