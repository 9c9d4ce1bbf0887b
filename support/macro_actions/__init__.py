"""What a macro can do. ⟡ One file, one action; to add one, write its file and its line here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.errors import Fault
from support.macro_actions.add_tag import AddTag
from support.macro_actions.base import MacroAction, UnusableMacro
from support.macro_actions.give_points import GivePoints
from support.macro_actions.leave_note import LeaveNote
from support.macro_actions.pass_on import PassOn
from support.macro_actions.pass_to_lead import PassToLead
from support.macro_actions.promise import MakePromise
from support.macro_actions.put_off import PutOff
from support.macro_actions.set_priority import SetPriority
from support.macro_actions.set_state import SetState
from support.macro_actions.set_topic import SetTopic
from support.macro_actions.take import Take

# In the order in which a form offers them.
ACTIONS: Mapping[str, type[MacroAction]] = {
    action.kind: action
    for action in (
        Take,
        AddTag,
        SetTopic,
        SetPriority,
        PassOn,
        PassToLead,
        PutOff,
        MakePromise,
        LeaveNote,
        GivePoints,
        SetState,
    )
}
MOST_ACTIONS = 10


def choices() -> list[tuple[str, str | Promise]]:
    return [(kind, action.label) for kind, action in ACTIONS.items()]


def read(kept: Any) -> list[MacroAction]:
    """The actions of what a macro keeps.

    Raises:
        UnusableMacro: with a pointer to each place that is wrong.
    """
    if not isinstance(kept, list) or len(kept) > MOST_ACTIONS:
        raise UnusableMacro(Fault(pointer="", detail=_("Write a list of at most ten actions.")))
    faults: list[Fault] = []
    found: list[MacroAction] = []
    for number, one in enumerate(kept):
        try:
            found.append(_read_one(one))
        except UnusableMacro as refused:
            faults += [
                Fault(pointer=f"/{number}{fault.pointer}", detail=fault.detail) for fault in refused.faults
            ]
    if faults:
        raise UnusableMacro(*faults)
    return found


def _read_one(one: Any) -> MacroAction:
    kind = one.get("kind") if isinstance(one, Mapping) else None
    if not isinstance(kind, str) or kind not in ACTIONS:
        raise UnusableMacro(Fault(pointer="/kind", detail=_("There is no such action.")))
    return ACTIONS[kind].read(one.get("settings", {}))


__all__ = ["ACTIONS", "MacroAction", "UnusableMacro", "choices", "read"]
