"""How actions come out of a form: a field for each setting of each kind, so of each kind one action at most."""

from __future__ import annotations

import typing
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from support.macro_actions import ACTIONS, MacroAction

DOES = "does_"


def setting(kind: str, name: str = "") -> str:
    return f"{DOES}{kind}_{name}" if name else f"{DOES}{kind}"


def action_fields() -> dict[str, forms.Field]:
    """In the order of `macro_actions`."""
    return {name: field for action in ACTIONS.values() for name, field in _fields(action)}


def initial_of(actions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        name: value
        for one in actions
        for name, value in (
            (setting(one["kind"]), True),
            *((setting(one["kind"], its), value) for its, value in one.get("settings", {}).items()),
        )
    }


def actions_told(cleaned: Mapping[str, Any]) -> list[dict[str, Any]]:
    """As they are kept; those whose fields are empty are none."""
    return [told for kind in ACTIONS if (told := _told(kind, cleaned))]


def faults_by_field(told: Sequence[Mapping[str, Any]], refused: Refusal) -> list[tuple[str, str]]:
    """(field, sentence) for what `macro_actions.read` refused."""
    found = []
    for fault in refused.faults:
        number, _slash, name = fault.pointer.strip("/").partition("/")
        found.append((setting(told[int(number)]["kind"], name), str(fault.detail)))
    return found


def _fields(action: type[MacroAction]) -> list[tuple[str, forms.Field]]:
    """One that has no settings is a box to tick."""
    if not fields(action):
        return [(setting(action.kind), forms.BooleanField(label=str(action.label), required=False))]
    shapes = typing.get_type_hints(action)
    return [
        (setting(action.kind, one.name), _field(action, one.name, shapes[one.name])) for one in fields(action)
    ]


def _field(action: type[MacroAction], name: str, shape: Any) -> forms.Field:
    told: dict[str, Any] = {
        "label": _("%(action)s: %(setting)s")
        % {"action": action.label, "setting": action.asks.get(name, name)},
        "required": False,
    }
    if name in action.offers:
        choices = [("", "—"), *action.offers[name]()]
        if shape is int:
            return forms.TypedChoiceField(choices=choices, coerce=int, empty_value=None, **told)
        return forms.ChoiceField(choices=choices, **told)
    if shape is int:
        return forms.IntegerField(min_value=0, max_value=1_000_000, **told)
    return forms.CharField(max_length=100, **told)


def _told(kind: str, cleaned: Mapping[str, Any]) -> dict[str, Any] | None:
    names = [one.name for one in fields(ACTIONS[kind])]
    if not names:
        return {"kind": kind, "settings": {}} if cleaned.get(setting(kind)) else None
    given = {name: cleaned.get(setting(kind, name)) for name in names}
    kept = {name: value for name, value in given.items() if value not in (None, "")}
    return {"kind": kind, "settings": kept} if kept else None
