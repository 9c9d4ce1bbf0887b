from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.facts import Fact, Group

# By what happened to which clock, as support.timekeeping.deadlines calls them: a whole sentence each.
LADDER_WORDS: Mapping[str, str | Promise] = {
    "warn_first_response": _("The first answer is due soon"),
    "warn_next_response": _("The next answer is due soon"),
    "warn_resolution": _("The time to settle it runs out soon"),
    "warn_promise": _("What was promised is due soon"),
    "warn_contact": _("Somebody should speak to the customer soon"),
    "breach_first_response": _("The first answer is late"),
    "breach_next_response": _("The next answer is late"),
    "breach_resolution": _("It was not settled in time"),
    "breach_promise": _("What was promised is late"),
    "breach_contact": _("Nobody spoke to the customer in time"),
    "escalate_first_response": _("The first answer is still missing"),
    "escalate_next_response": _("The next answer is still missing"),
    "escalate_resolution": _("It is still not settled"),
    "escalate_promise": _("What was promised is still not done"),
    "escalate_contact": _("Nobody has spoken to the customer yet"),
}


@dataclass(frozen=True, kw_only=True)
class _Climbed:
    """A rung of the ladder. `clock`: what it waits for; `told_name`: the colleague who is told, if there is one."""

    event = ""

    clock: str
    number: str
    told_name: str

    @property
    def words(self) -> str | Promise:
        return LADDER_WORDS.get(f"{self.event}_{self.clock}", self.clock)

    @property
    def told(self) -> str:
        if not self.told_name:
            return _("Ticket {number}").format(number=self.number)
        return _("Ticket {number}; told to {name}").format(number=self.number, name=self.told_name)


@dataclass(frozen=True, kw_only=True)
class ClockWarned(_Climbed, Fact):
    kind = "support.clock_warned"
    group = Group.MESSAGES
    icon = "clock"
    sentence = "{words}"
    more = "{told}"
    event = "warn"


@dataclass(frozen=True, kw_only=True)
class ClockMissed(_Climbed, Fact):
    kind = "support.clock_missed"
    group = Group.MESSAGES
    icon = "warning"
    mood = "bad"
    sentence = "{words}"
    more = "{told}"
    event = "breach"


@dataclass(frozen=True, kw_only=True)
class ClockEscalated(_Climbed, Fact):
    kind = "support.clock_escalated"
    group = Group.MESSAGES
    icon = "warning"
    mood = "bad"
    sentence = "{words}"
    more = "{told}"
    event = "escalate"
