"""How a tree is kept in a model, and how it comes out of a form."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.errors import Fault
from crm.rules.conditions import check
from crm.rules.errors import UnusableConditions
from crm.rules.shape import vocabulary

LONGEST_TYPED = 64 * 1024


def always() -> dict[str, Any]:
    """The tree of who asks for nothing."""
    return {"all": []}


def validation_error(faults: tuple[Fault, ...]) -> ValidationError:
    """The faults as Django's forms tell them, one by one, each with its place."""
    return ValidationError(
        [
            ValidationError("%(detail)s (%(pointer)s)", "unusable", params=vars(fault))
            if fault.pointer
            else ValidationError(str(fault.detail), "unusable")
            for fault in faults
        ]
    )


def _as_far_as_read(typed: Any) -> Any:
    """What stands in the field, whatever it is: how wrong it is, is said elsewhere."""
    try:
        return json.loads(typed)
    except (RecursionError, TypeError, ValueError):
        return None


class ConditionWidget(forms.Textarea):
    """A tree's editor; without JavaScript, the JSON itself."""

    template_name = "crm/_condition_editor.html"

    class Media:
        js = ("js/conditions.js",)

    def __init__(self, root: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"rows": 6, "spellcheck": "false", **(attrs or {})})
        self.root = root

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"] |= {"root": self.root, "vocabulary": vocabulary(self.root, _as_far_as_read(value))}
        return context


class ConditionFormField(forms.JSONField):
    """Takes the JSON of a tree about `root`, and refuses what `crm.rules.check` refuses."""

    default_error_messages = {"unreadable": _("This is no JSON that could be read.")}

    def __init__(self, *, root: str, **more: Any) -> None:
        self.root = root
        super().__init__(**{"widget": ConditionWidget(root), **more})

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and len(value) > LONGEST_TYPED:
            raise ValidationError(self.error_messages["unreadable"], "unreadable")
        try:
            return super().to_python(value)
        except (RecursionError, ValueError) as unreadable:
            raise ValidationError(self.error_messages["unreadable"], "unreadable") from unreadable

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value in self.empty_values:
            return
        try:
            check(value, self.root)
        except UnusableConditions as refused:
            raise validation_error(refused.faults) from refused

    def prepare_value(self, value: Any) -> Any:
        """The words of the tree stay readable in the field: Cyrillic is not written as escapes."""
        if isinstance(value, str):
            return value
        return json.dumps(value, ensure_ascii=False, indent=2)


class ConditionField(models.JSONField):
    """A tree about `root`. `full_clean` refuses what `crm.rules.check` refuses; a verb calls `check` itself."""

    def __init__(self, *args: Any, root: str = "", **more: Any) -> None:
        self.root = root
        super().__init__(*args, **more)

    def deconstruct(self) -> Any:
        name, path, args, more = super().deconstruct()
        return name, path, args, {**more, "root": self.root}

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        try:
            check(value, self.root)
        except UnusableConditions as refused:
            raise validation_error(refused.faults) from refused

    def formfield(self, *_args: Any, **more: Any) -> Any:
        told: dict[str, Any] = {
            "label": capfirst(self.verbose_name),
            "help_text": self.help_text,
            "required": not self.blank,
        }
        if self.has_default():
            told["initial"] = self.default
        told |= {key: more[key] for key in ("label", "help_text", "required", "initial") if key in more}
        return ConditionFormField(root=self.root, **told)
