"""What every address of the API does the same way: who asks, what may be asked, one effect per key."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any, ClassVar

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crm import audit
from crm.api.errors import (
    IdempotencyKeyMissing,
    NoSuchThing,
    PreconditionFailed,
    PreconditionMissing,
    TooManyRequests,
    WentWrong,
)
from crm.api.paging import page
from crm.api.shapes import NothingAsked, Query, View, body_invalid, query_invalid, read, show
from crm.errors import Refusal
from crm.integrations import key_requests, rate_limits
from crm.integrations.api_keys import LiveKey
from crm.integrations.idempotency import KEY, Answer, answer_once
from crm.integrations.key_requests import KeyRequest
from crm.models import Shop


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What one method of one address does: the whole of its contract, from which the schema is made."""

    summary: str
    scope: str
    gives: type[View]
    takes: type[serializers.Serializer] | None = None  # type: ignore[type-arg]
    asks: type[Query] = NothingAsked
    status: int = 200
    refusals: tuple[type[Refusal], ...] = ()
    example: Any = None
    answer_example: Any = None
    sends_etag: bool = False
    needs_if_match: bool = False
    sends_location: bool = False
    # A POST that only asks: what it is about does not fit into an address.
    only_asks: bool = False


class ApiView(APIView):
    """An address of the API, acting for the shop whose key was sent."""

    operations: ClassVar[Mapping[str, Operation]] = {}
    http_method_names = ["get", "head", "post", "patch", "delete"]
    asked: dict[str, Any]
    began: float

    @property
    def operation(self) -> Operation | None:
        method = self.request.method or ""
        return self.operations.get("GET" if method == "HEAD" else method)

    @property
    def key(self) -> LiveKey:
        return self.request.auth  # type: ignore[return-value]

    @property
    def shop(self) -> Shop:
        return self.key.shop

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        self.began = monotonic()
        return super().dispatch(request, *args, **kwargs)

    def perform_authentication(self, request: Request) -> None:
        """Whoever has been recognised is counted, before anything is done for them.

        Raises:
            TooManyRequests: nothing is done.
        """
        super().perform_authentication(request)
        policy = "reads" if request.method in SAFE_METHODS else "writes"
        allowance = rate_limits.count(
            key_pk=self.key.pk, policy=policy, quota=self.key.quota(policy), at=timezone.now()
        )
        if allowance is None:
            return
        self.headers |= allowance.headers()
        if allowance.is_exceeded:
            raise TooManyRequests(retry_after_seconds=allowance.resets_in_seconds)

    def handle_exception(self, exc: Exception) -> Response:
        try:
            return super().handle_exception(exc)
        except Exception:  # nobody foresaw it: the error page answers
            self._note(WentWrong.status, WentWrong.code)
            raise

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """A refusal is an answer, not news for the log, where the address with its parameters would stand."""
        answered = super().finalize_response(request, response, *args, **kwargs)
        answered._has_been_logged = answered.status_code < 500  # type: ignore[attr-defined]
        self._note(answered.status_code, _problem_in(answered))
        return answered

    def _note(self, status: int, problem: str) -> None:
        """Among the latest requests of the key, if there is one."""
        request = self.request._request
        key: LiveKey | None = getattr(request, "auth", None)
        if key is None:
            return
        asked = KeyRequest(
            at=timezone.now(),
            method=request.method or "",
            route=request.resolver_match.route if request.resolver_match else "",
            status=status,
            problem=problem,
            milliseconds=round(1000 * (monotonic() - self.began)),
        )
        key_requests.note(key.pk, asked)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.operation:
            self.asked = self._read_query(self.operation.asks)

    def _read_query(self, shape: type[Query]) -> dict[str, Any]:
        if shape is NothingAsked and not self.request.GET:
            return {}
        try:
            return read(shape, self.request.GET)
        except ValidationError as error:
            raise query_invalid(error.detail) from error

    def read_body(self) -> dict[str, Any]:
        """The body in its shape.

        Raises:
            BodyInvalid: with a pointer to everything that is wrong.
        """
        assert self.operation and self.operation.takes  # noqa: S101 - a mistake of ours, not of the caller
        _ = self.request.body  # before it is parsed: its size is checked here, and its digest needed later
        try:
            return read(self.operation.takes, self.request.data)
        except ValidationError as error:
            raise body_invalid(error.detail) from error

    def once(self, act: Callable[[datetime], Any]) -> HttpResponse:
        """Let `act` take effect once per Idempotency-Key; its answer is the operation's, given again on a repeat."""
        at = timezone.now()
        status = self.operation.status if self.operation else 200
        answer = answer_once(
            lambda: Answer(status=status, body=JSONRenderer().render(act(at)).decode()),
            shop=self.shop,
            author=self.key.prefix,
            operation=f"{self.request.method} {self.request.path}"[:80],
            key=self._idempotency_key(),
            request_sha256=hashlib.sha256(self.request.body).digest(),
            at=at,
        )
        headers = {"Idempotency-Replayed": "true"} if answer.is_replayed else None
        return HttpResponse(answer.body, JSONRenderer.media_type, answer.status, headers=headers)

    def once_or_tried(self, act: Callable[[datetime], Any]) -> HttpResponse | Response:
        """As `once`; with dry_run (see TryQuery) everything is done, answered, and undone."""
        if not self.is_tried:
            return self.once(act)
        self._idempotency_key()
        with transaction.atomic():
            shown = act(timezone.now())
            transaction.set_rollback(True)
        return Response(shown, status=self.operation.status if self.operation else 200)

    @property
    def is_tried(self) -> bool:
        return bool(self.asked.get("dry_run"))

    @contextmanager
    def changing(self) -> Iterator[None]:
        """One transaction, whose changes are on record as the key's. For what is no POST."""
        with transaction.atomic():
            audit.act_as_key(self.key.prefix)
            yield

    def check_if_match(self, shown: Mapping[str, Any]) -> None:
        """Does the caller know the state that is about to change? Ask with its row locked.

        Raises:
            PreconditionMissing, PreconditionFailed.
        """
        given = self.request.headers.get("If-Match")
        if given is None:
            raise PreconditionMissing
        tags = [tag.strip() for tag in given.split(",")]
        if "*" not in tags and etag_of(shown) not in tags:
            raise PreconditionFailed

    def tagged(self, shown: Mapping[str, Any]) -> Response:
        return Response(shown, headers={"ETag": etag_of(shown)})

    def _idempotency_key(self) -> str:
        key = self.request.headers.get("Idempotency-Key", "").strip()
        if len(key) > 1 and key[0] == key[-1] == '"':
            key = key[1:-1]
        if not re.fullmatch(KEY, key):
            raise IdempotencyKeyMissing
        return key

    def page(self, items: QuerySet[Any], view: type[View], *, by: str = "pk") -> Response:
        cursor, limit = self.asked.get("cursor"), self.asked["limit"]
        shown, next_cursor = page(items, cursor=cursor, limit=limit, by=by)
        return Response({"items": [show(view, item) for item in shown], "next_cursor": next_cursor})


def etag_of(shown: Mapping[str, Any]) -> str:
    """Names what is shown: whatever changes in it, wherever it is kept, changes this."""
    return f'"{hashlib.sha256(JSONRenderer().render(shown)).hexdigest()[:32]}"'


def _problem_in(answer: Any) -> str:
    data = getattr(answer, "data", None) if answer.status_code >= 400 else None
    return str(data["type"]).removeprefix(settings.PROBLEM_TYPE_BASE) if data else ""


class NoSuchAddress(ApiView):
    """Everything under /api/ that is no address: a problem document, with or without a key."""

    authentication_classes = ()
    permission_classes = ()
    schema = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        self.args, self.kwargs = args, kwargs
        self.request = self.initialize_request(request)
        self.headers = self.default_response_headers
        response = self.handle_exception(NoSuchThing())
        return self.finalize_response(self.request, response)
