"""Facts in a shop's own words: first a type is registered, with the JSON Schema of its data, then its events come."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from referencing import Registry

from crm import timeline
from crm.errors import (
    EventDoesNotFit,
    EventTooLarge,
    EventTypeDiffers,
    Fault,
    UnknownEventType,
    UnusableSchema,
)
from crm.facts import ShopEventHappened
from crm.models import Customer, EventType, Shop, TimelineEntry
from crm.people.tombstones import refuse_words_about
from crm.purchases.ordering import check_plausible

LARGEST_DATA = 3000
LARGEST_SCHEMA = 8000
FAULTS_SAID = 20
# A reference leads elsewhere or in circles; a pattern, and what is left unevaluated, may take for ever to decide.
NOT_TAKEN = {
    "$ref",
    "$dynamicRef",
    "pattern",
    "patternProperties",
    "unevaluatedItems",
    "unevaluatedProperties",
}
NAMES_INSIDE = {"properties", "$defs", "dependentSchemas"}
VALUES_INSIDE = {"const", "default", "enum", "examples"}


def register_event_type(
    *, shop: Shop, name: str, labels: Mapping[str, str], data_schema: Mapping[str, Any]
) -> EventType:
    """Register a type of event, once per (shop, name); told again with the same schema it gives what stands.

    Raises:
        UnusableSchema: not a JSON Schema (Draft 2020-12), too large, or with keywords that are not taken.
        EventTypeDiffers: another schema or other labels stand under this name.
    """
    _check_schema(data_schema)
    told = {**{f"label_{language}": label for language, label in labels.items()}, "data_schema": data_schema}
    event_type, is_new = EventType.objects.get_or_create(shop=shop, name=name, defaults=told)
    if not is_new and any(getattr(event_type, field) != value for field, value in told.items()):
        raise EventTypeDiffers
    return event_type


def record_event(
    customer: Customer,
    *,
    shop: Shop,
    type_name: str,
    external_id: str,
    data: Mapping[str, Any],
    occurred_at: datetime,
    source: str,
    at: datetime,
) -> TimelineEntry:
    """Record an event on a customer's timeline, once per (source, type, external id). Locks the customer's row.

    Raises:
        UnknownEventType, EventDoesNotFit, EventTooLarge, NotPlausible, PersonErased: nothing is recorded.
    """
    check_plausible(occurred_at, at=at, pointer="/occurred_at")
    event_type = EventType.objects.filter(shop=shop, name=type_name).first()
    if event_type is None:
        raise UnknownEventType(Fault(pointer="/type", detail=_("This type of event is not registered.")))
    _check_data(event_type, data)
    try:
        with transaction.atomic():
            refuse_words_about(customer)
            return timeline.record(
                customer,
                ShopEventHappened(name=event_type.name, labels=_labels(event_type), data=dict(data)),
                source=source,
                source_id=f"event:{event_type.name}:{external_id}",
                occurred_at=occurred_at,
                recorded_at=at,
                shop=shop,
                subject=event_type,
            )
    except IntegrityError as error:
        # The database counts otherwise than we do: 1e300 takes five letters here and three hundred there.
        if "entry_payload_within_4_kb" in str(error):
            raise EventTooLarge(Fault(pointer="/data", detail=_("It is too large."))) from error
        raise


def _labels(event_type: EventType) -> dict[str, str]:
    labels = {"en": event_type.label_en, "ru": event_type.label_ru, "bg": event_type.label_bg}
    return {language: label for language, label in labels.items() if label}


def _check_schema(data_schema: Mapping[str, Any]) -> None:
    if _size(data_schema) > LARGEST_SCHEMA:
        raise UnusableSchema(Fault(pointer="/data_schema", detail=_("It may hold 16 KB at most.")))
    if named := sorted(NOT_TAKEN & set(_keywords(data_schema))):
        said = _("These keywords are not taken: {keywords}.").format(keywords=", ".join(named))
        raise UnusableSchema(Fault(pointer="/data_schema", detail=said))
    try:
        Draft202012Validator.check_schema(data_schema)
    except SchemaError as error:
        pointer = "/data_schema" + "".join(f"/{part}" for part in error.absolute_path)
        raise UnusableSchema(
            Fault(pointer=pointer, detail=_("This is not as JSON Schema has it."))
        ) from error


def _keywords(schema: Any) -> Iterator[str]:
    """Every keyword in a schema, at any depth; names and values of the data are none."""
    if isinstance(schema, list):
        for inner in schema:
            yield from _keywords(inner)
    elif isinstance(schema, Mapping):
        for name, inner in schema.items():
            yield name
            if name in NAMES_INSIDE and isinstance(inner, Mapping):
                yield from _keywords(list(inner.values()))
            elif name not in VALUES_INSIDE:
                yield from _keywords(inner)


def _check_data(event_type: EventType, data: Mapping[str, Any]) -> None:
    if _size(data) > LARGEST_DATA:
        raise EventTooLarge(Fault(pointer="/data", detail=_("It is too large.")))
    validator = Draft202012Validator(event_type.data_schema, registry=Registry())
    faults = [
        _fault(error) for error, _n in zip(validator.iter_errors(data), range(FAULTS_SAID), strict=False)
    ]
    if faults:
        raise EventDoesNotFit(*faults)


def _fault(error: ValidationError) -> Fault:
    """Where the data does not fit, and by which keyword: never the value, which may be personal."""
    pointer = "/data" + "".join(f"/{part}" for part in error.absolute_path)
    return Fault(pointer=pointer, detail=_("It breaks “{keyword}”.").format(keyword=error.validator))


def _size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())
