"""What is common to shapes: each has one direction (…Request, …Query, …View), names its fields, knows no others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from typing import Any, ClassVar

from django.core.exceptions import ValidationError as DjangoValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.fields import SkipField, empty, get_error_detail

from crm.api.errors import BodyInvalid, QueryInvalid
from crm.api.fields import ChoiceField, TextField, WholeField
from crm.errors import Fault

MOST_ON_A_PAGE = 200
PAGE = 50


# What a shape says in its docstring is published with the schema: these here stay silent.
class Request(serializers.Serializer):  # type: ignore[type-arg]
    # The body of a request. A member that is not a field is refused: a typing error must not pass as success.
    # `bounds` is what the schema says of the whole: how many members there must be.
    bounds: ClassVar[dict[str, Any]] = {}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (unknown := [name for name in data if name not in self._known]):
            raise ValidationError({name: [_("There is no such field.")] for name in unknown})
        return self._read(data) if type(data) is dict else super().to_internal_value(data)

    def _read(self, data: dict[str, Any]) -> dict[str, Any]:
        # As rest_framework does it. (Written out: a cart has a hundred fields, and there is more to ask of a form.)
        taken: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        for name, field, validate in self._plan:
            try:
                value = field.run_validation(data.get(name, empty))
                value = validate(value) if validate else value
            except SkipField:
                continue
            except ValidationError as error:
                errors[name] = error.detail
            except DjangoValidationError as error:
                errors[name] = get_error_detail(error)
            else:
                self.set_value(taken, field.source_attrs, value)
        if errors:
            raise ValidationError(errors)
        return taken

    def run_validators(self, value: Any) -> None:
        if self.validators:
            super().run_validators(value)

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.fields)

    @cached_property
    def _plan(self) -> list[tuple[str, serializers.Field, Any]]:  # type: ignore[type-arg]
        return [
            (str(field.field_name), field, getattr(self, f"validate_{field.field_name}", None))
            for field in self._writable_fields
        ]


class Query(Request):
    # The parameters of an address: every value comes as text.

    def to_internal_value(self, data: Any) -> Any:
        repeated = [name for name, values in data.lists() if len(values) > 1]
        if repeated:
            raise ValidationError({name: [_("This may be given once.")] for name in repeated})
        return super().to_internal_value(data.dict())


class NothingAsked(Query):
    # No parameters.
    pass


class View(serializers.Serializer):  # type: ignore[type-arg]
    # What is answered.

    def to_representation(self, instance: Any) -> dict[str, Any]:
        # As rest_framework does it. (Written out: an answer has hundreds of fields, most of them parts of a dict.)
        parts = instance if type(instance) is dict else _NO_PARTS
        shown: dict[str, Any] = {}
        for name, key, field in self._plan:
            if key in parts:
                value = parts[key]
            else:
                try:
                    value = field.get_attribute(instance)
                except SkipField:
                    continue
            shown[name] = None if value is None else field.to_representation(value)
        return shown

    @cached_property
    def _plan(self) -> list[tuple[str, str, serializers.Field]]:  # type: ignore[type-arg]
        return [
            (str(field.field_name), field.source_attrs[0] if len(field.source_attrs) == 1 else "", field)
            for field in self._readable_fields
        ]


_NO_PARTS: Mapping[str, Any] = {}


class NumberParameter(WholeField):
    """A whole number in an address."""

    def to_internal_value(self, data: Any) -> int:
        if not (isinstance(data, str) and data.isascii() and data.isdigit() and len(data) <= 19):
            self.fail("invalid")
        return int(data)


class FlagParameter(serializers.ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=["true", "false"], **kwargs)

    def to_internal_value(self, data: Any) -> bool:  # type: ignore[override]
        return bool(super().to_internal_value(data) == "true")


class TryQuery(Query):
    # See ApiView.once_or_tried.

    dry_run = ChoiceField(
        choices=["1"], required=False, help_text="1: answer what would happen, and change nothing."
    )


class PageQuery(Query):
    # Lists are read by key: `cursor` is what the page before gave as `next_cursor`.

    cursor = TextField(required=False, max_length=200, help_text="`next_cursor` of the page before.")
    limit = NumberParameter(
        required=False, default=PAGE, min_value=1, max_value=MOST_ON_A_PAGE, help_text="Items on a page."
    )


@cache
def _made(shape: type[serializers.Serializer]) -> serializers.Serializer:  # type: ignore[type-arg]
    """One instance of a shape serves every request: making one copies all its fields, and reading changes nothing."""
    return shape()


def read(shape: type[serializers.Serializer], data: Any) -> dict[str, Any]:  # type: ignore[type-arg]
    """What was sent, in its shape. Raises ValidationError."""
    return _made(shape).run_validation(data)  # type: ignore[no-any-return]


def show(view: type[View], thing: Any) -> dict[str, Any]:
    """What is answered about one thing."""
    return _made(view).to_representation(thing)


@cache
def page_of(view: type[View]) -> type[View]:
    fields = {
        "items": view(many=True),
        "next_cursor": TextField(allow_null=True, help_text="Where the next page begins; null on the last."),
    }
    return type(f"{view.__name__.removesuffix('View')}PageView", (View,), fields)


def body_invalid(detail: Any) -> BodyInvalid:
    return BodyInvalid(*(Fault(pointer=pointer, detail=said) for pointer, said in faults_in(detail)))


def query_invalid(detail: Any) -> QueryInvalid:
    return QueryInvalid(
        parameters=[
            {"parameter": pointer.lstrip("/"), "detail": str(said)} for pointer, said in faults_in(detail)
        ]
    )


def faults_in(detail: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Each complaint of a serializer with the JSON pointer (RFC 6901) to where it belongs."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from faults_in(
                inner, pointer if name == "non_field_errors" else f"{pointer}/{escaped(name)}"
            )
    elif isinstance(detail, list):
        for position, inner in enumerate(detail):
            is_item = isinstance(inner, Mapping | list)
            yield from faults_in(inner, f"{pointer}/{position}" if is_item else pointer)
    else:
        yield pointer, str(detail)


def escaped(name: object) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")
