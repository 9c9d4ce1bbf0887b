"""The contract, read off the operations: every status an address may answer with stands in the schema."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from django.utils.translation import override
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework.serializers import ListSerializer

from crm.api import errors, fields
from crm.api.shapes import NothingAsked, Request, View
from crm.errors import Refusal
from crm.integrations.idempotency import KEY, KeyReused, StillRunning

if TYPE_CHECKING:
    from crm.api.views import ApiView, Operation

LIMITS = {
    "RateLimit-Policy": "How much the key may ask in a window of seconds.",
    "RateLimit": "How much is left, and in how many seconds the window ends.",
}
JSON, PROBLEM = "application/json", "application/problem+json"


@cache
def whole_schema() -> dict[str, Any]:
    """The OpenAPI document, in English: it is made once in a process."""
    with override("en"):
        made: dict[str, Any] = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    return made


class FaultView(View):
    pointer = fields.TextField(allow_blank=True, help_text="Where in the body: a JSON pointer (RFC 6901).")
    detail = fields.TextField(help_text="What is wrong there.")


class FaultyParameterView(View):
    parameter = fields.TextField(help_text="Which parameter of the address.")
    detail = fields.TextField()


class ProblemView(View):
    """A problem document (RFC 9457)."""

    type = fields.TextField(help_text="Names the problem for machines and never changes.")
    title = fields.TextField(help_text="Says it in the language of Accept-Language.")
    status = fields.WholeField(min_value=400, max_value=599)
    errors = FaultView(many=True, required=False)  # type: ignore[assignment]
    parameters = FaultyParameterView(many=True, required=False)


class VerenSchema(AutoSchema):
    view: ApiView  # type: ignore[override]
    method: str
    path: str

    @property
    def operation(self) -> Operation:
        return self.view.operations[self.method]

    def get_operation_id(self) -> str:
        return f"{self.method.lower()}_{_snake(type(self.view).__name__)}"

    def get_summary(self) -> str:
        return self.operation.summary

    def get_description(self) -> str:  # type: ignore[override]
        return f"Needs the scope `{self.operation.scope}`."

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

    def get_request_serializer(self) -> Any:
        takes = self.operation.takes
        if takes and not takes().fields:
            return {JSON: {"type": "object", "additionalProperties": False}}
        return takes

    def get_response_serializers(self) -> Any:
        answers: dict[tuple[str, str], Any] = {
            (str(self.operation.status), JSON): OpenApiResponse(self.operation.gives, description="Done.")
        }
        for status, refusals in sorted(self._problems().items()):
            said = "\n".join(f"- `{refusal.code}`: {refusal.title}" for refusal in refusals)
            answers[str(status), PROBLEM] = OpenApiResponse(ProblemView, description=said)
        return answers

    def _problems(self) -> dict[int, list[type[Refusal]]]:
        problems: dict[int, list[type[Refusal]]] = {}
        for refusal in dict.fromkeys(self._refusals()):
            problems.setdefault(refusal.status, []).append(refusal)
        return problems

    def _refusals(self) -> Iterator[type[Refusal]]:
        yield from (errors.NotSignedIn, errors.ScopeMissing, errors.QueryInvalid, errors.NoSuchFormat)
        yield from (errors.TooManyRequests, errors.Away)
        if "{" in self.path:
            yield errors.NoSuchThing
        if self.operation.takes:
            yield from (errors.BodyMalformed, errors.BodyTooLarge, errors.BodyNotJson, errors.BodyInvalid)
            yield errors.Busy
        if self.method == "POST" and not self.operation.only_asks:
            yield from (errors.IdempotencyKeyMissing, KeyReused, StillRunning)
        if self.operation.needs_if_match:
            yield from (errors.PreconditionFailed, errors.PreconditionMissing)
        yield from self.operation.refusals

    def get_override_parameters(self) -> list[Any]:
        parameters: list[Any] = list(self._headers())
        if self.operation.asks is not NothingAsked:
            parameters.append(self.operation.asks)
        return parameters

    def _headers(self) -> Iterator[OpenApiParameter]:
        status = self.operation.status
        for name, said in LIMITS.items():
            yield _header(name, said, response=[status, 429], required=False)
        yield _header(
            "Retry-After", "Seconds until it may be asked again.", response=[429, 503], required=False
        )
        if self.method == "POST" and not self.operation.only_asks:
            yield _header(
                "Idempotency-Key", "Yours; the same key takes effect once within 72 hours.", pattern=KEY
            )
            yield _header(
                "Idempotency-Replayed", "The answer given before.", response=[status], required=False
            )
        if self.operation.needs_if_match:
            yield _header("If-Match", "The ETag you read, or *.")
        if self.operation.sends_location:
            yield _header("Location", "Where to look on.", response=[status])
        if self.operation.sends_etag:
            yield _header("ETag", "Names this state of it.", response=[status])

    def get_examples(self) -> list[OpenApiExample]:
        examples = []
        if self.operation.example is not None:
            examples.append(
                OpenApiExample("Asked", self.operation.example, request_only=True, media_type=JSON)
            )
        if self.operation.answer_example is not None:
            status = [str(self.operation.status)]
            answer = self.operation.answer_example
            examples.append(
                OpenApiExample("Answered", answer, response_only=True, media_type=JSON, status_codes=status)
            )
        return examples


def _header(name: str, said: str, *, response: Any = False, **more: Any) -> OpenApiParameter:
    more = {"required": True, **more}
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, description=said, response=response, **more)


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def refuse_unknown_members(
    result: dict[str, Any], generator: Any, request: Any, public: bool
) -> dict[str, Any]:
    """What is sent has no members but these, and some items; what is answered may gain some."""
    components = result.get("components", {}).get("schemas", {})
    for shape in _shapes(Request):
        if schema := components.get(shape.__name__):
            schema |= {"additionalProperties": False, **shape.bounds}
            for name, field in shape().fields.items():
                if isinstance(field, ListSerializer) and not field.allow_empty:
                    schema["properties"][name] |= {"minItems": 1}
    return result


def _shapes(shape: type[Any]) -> Iterator[type[Any]]:
    for inner in shape.__subclasses__():
        yield inner
        yield from _shapes(inner)


class BearerKey(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "crm.api.keys.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "vrn_live_…"}


class TextOf(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """Text: how long it may be, and whether it may be empty."""

    target_class = fields.TextField
    match_subclasses = True
    priority = -1

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "string"}
        if self.target.max_length:
            schema["maxLength"] = self.target.max_length
        if not self.target.allow_blank and isinstance(self.target.parent, Request):
            schema["minLength"] = 1
        return schema


class PatternOf(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """Fields that say by a pattern what they take."""

    target_class = fields.Patterned
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "string", "pattern": self.target.pattern}
        if longest := getattr(self.target, "max_length", None):
            schema["maxLength"] = longest
        return schema
