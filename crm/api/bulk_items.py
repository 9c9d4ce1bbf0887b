"""One item of a bulk job, done as its own request would have been done: the same shape, verb and problems."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from importlib import import_module
from typing import Any, Protocol, TypeAlias, cast

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import override
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.settings import api_settings

from crm.api.errors import Busy, WentWrong
from crm.api.parsers import decoded
from crm.api.shapes import body_invalid, read
from crm.integrations.bulk import Act, Outcome
from crm.models import BulkJob, Shop

log = logging.getLogger(__name__)

TRIES = 4
DONE = 201
# Larger than any field takes: what it stands for is refused either way.
BEYOND = 1e300


Handler: TypeAlias = Callable[[Exception, dict[str, Any]], Response | None]


class Tell(Protocol):
    def __call__(self, told: Mapping[str, Any], *, shop: Shop, source: str, at: datetime) -> Any: ...


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What items of a job are, and what is done with each."""

    takes: type[serializers.Serializer]  # type: ignore[type-arg]
    tell: Tell


def kinds() -> Mapping[str, Kind]:
    """What can be told of in bulk: the table that settings.BULK_KINDS names."""
    table: Mapping[str, Kind] = import_module(settings.BULK_KINDS).BULK_KINDS
    return table


def written(items: Sequence[Mapping[str, Any]]) -> str:
    """Items as JSON, to be kept until they are done."""
    return json.dumps(items, ensure_ascii=False, default=_number)


def _number(value: object) -> float:
    """JSON's numbers with a point. Nothing that is kept is made of one: money and quantities are text."""
    assert isinstance(value, Decimal)  # noqa: S101 - the parser knows nothing else
    return float(max(min(value, Decimal(BEYOND)), Decimal(-BEYOND)))


def acting_on(body: str) -> Act:
    """Does the items that stand in `body`, each in a savepoint: what goes wrong with one is its outcome."""
    items = decoded(body)

    def act(job: BulkJob, number: int, at: datetime) -> Outcome:
        with override(job.language):
            return _persistently(lambda: _do(job, items[number], at))

    return act


def _do(job: BulkJob, item: Any, at: datetime) -> Outcome:
    kind = kinds()[job.kind]
    try:
        told = read(kind.takes, item)
    except ValidationError as error:
        raise body_invalid(error.detail) from error
    with transaction.atomic():
        thing = kind.tell(told, shop=job.shop, source=f"api:{job.shop.slug}", at=at)
        connection.check_constraints()  # what is wrong here must not come out when the whole is committed
    return Outcome(status=DONE, thing_id=thing["id"])


def _persistently(do: Callable[[], Outcome]) -> Outcome:
    """A lock that was not had in time is tried for again: nobody waits for the answer."""
    for left in reversed(range(TRIES)):
        try:
            return do()
        except Exception as error:  # noqa: BLE001 - the outcome of this item, whatever it is
            problem = _problem(error)
            if left and problem.data["type"].endswith(Busy.code):
                continue
            return Outcome(status=problem.status_code, problem=problem.data)
    raise AssertionError


def _problem(error: Exception) -> Response:
    """As the API's own handler says it; what that does not know is a failure of ours."""
    answer = cast(Handler, api_settings.EXCEPTION_HANDLER)
    problem = answer(error, {})
    if problem is None:
        log.error("an item of a bulk job failed", exc_info=error)
        problem = answer(WentWrong(), {})
    return cast(Response, problem)
