"""After what people can be asked: a table of facts, in the words of whoever sets a trigger.

Facts of other apps are named in the table that settings.SURVEY_OCCASIONS names; nothing here knows them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Model
from django.utils.functional import Promise

from crm.facts import Fact
from crm.models import TimelineEntry

CUSTOMER = "customer"


def always(entry: TimelineEntry, subject: Any) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """`root`: what conditions are about (crm.rules): the fact's subject, or its customer.

    `stands`: asked with the subject when the moment has come; what was merged, undone or never real asks nobody.
    """

    fact: type[Fact]
    label: str | Promise
    root: str = CUSTOMER
    stands: Callable[[TimelineEntry, Any], bool] = always

    @property
    def kind(self) -> str:
        return self.fact.kind


def occasions() -> Sequence[Occasion]:
    table: Sequence[Occasion] = import_module(settings.SURVEY_OCCASIONS).OCCASIONS
    return table


def occasion_of(kind: str) -> Occasion | None:
    """None: nobody can be asked after this, or not any more."""
    return next((one for one in occasions() if one.kind == kind), None)


def choices() -> list[tuple[str, str | Promise]]:
    return [(one.kind, one.label) for one in occasions()]


def subject_of(entry: TimelineEntry) -> Model | None:
    """What the fact is about, as it is now; None: nothing, or it is gone."""
    if not (entry.subject_type and entry.subject_id):
        return None
    found: Model | None = (
        apps.get_model(entry.subject_type)._default_manager.filter(pk=entry.subject_id).first()
    )
    return found
