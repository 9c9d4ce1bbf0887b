"""All we know about one person, for that person: as data for machines, and as words in their language."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils.translation import override

from crm import personal_data, timeline
from crm.errors import PersonErased
from crm.facts import PersonalDataGiven
from crm.models import Customer, User
from crm.people.same_person import ids_by
from crm.words.wording import said


@dataclass(frozen=True, kw_only=True)
class Part:
    """One kind of data: `columns` are the names of its fields and how they read, `rows` hold them by name."""

    name: str
    title: str
    columns: tuple[tuple[str, str], ...]
    rows: list[dict[str, Any]]

    @property
    def headings(self) -> list[str]:
        return [label for _name, label in self.columns]

    @property
    def lines(self) -> list[list[str]]:
        """The rows as words, in the active language."""
        return [[_said(row[name]) for name, _label in self.columns] for row in self.rows]


@dataclass(frozen=True, kw_only=True)
class Portrait:
    customer_id: int
    language: str
    made_at: datetime
    parts: tuple[Part, ...]

    def as_json(self) -> str:
        told = {
            "customer": self.customer_id,
            "made_at": self.made_at,
            **{part.name: part.rows for part in self.parts},
        }
        return json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)


@transaction.atomic
def take(customer: Customer, *, by: User | None, at: datetime) -> Portrait:
    """Everything of this person, under all their ids, in their language. Recorded once a moment (PersonalDataGiven).

    Raises:
        PersonErased: there is nothing to tell.
    """
    ids = ids_by(customer.pk)
    person = Customer.objects.get(pk=ids[0])
    if person.erased_at:
        raise PersonErased
    language = person.language or settings.LANGUAGE_CODE
    with override(language):
        parts = tuple(_part(holding, ids) for holding in personal_data.holdings() if holding.tells)
    timeline.record(
        person,
        PersonalDataGiven(),
        source="agent" if by else "veren",
        source_id=f"personal-data:{person.pk}:{at.isoformat()}",
        occurred_at=at,
        recorded_at=at,
        actor=by,
    )
    return Portrait(customer_id=person.pk, language=language, made_at=at, parts=parts)


def _said(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else said(value)


def _part(holding: personal_data.Holding, ids: personal_data.Ids) -> Part:
    columns = tuple((path, str(holding.label_of(path))) for path in holding.tells)
    return Part(name=holding.name, title=str(holding.title), columns=columns, rows=holding.told(ids))
