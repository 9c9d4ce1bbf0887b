"""The API described: the schema for machines, the same as a page for people. Both are open to all."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from crm.api.code_examples.of_schema import with_code
from crm.api.contract_changes import contract_changes
from crm.api.schema import whole_schema


@cache
def schema_with_code() -> dict[str, Any]:
    """What is served. The snapshot of the contract goes without: code follows from it, and is half as long again."""
    return with_code(whole_schema())


@require_safe
@cache_control(public=True, max_age=300)
def schema(request: HttpRequest) -> HttpResponse:
    return JsonResponse(schema_with_code())


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    return render(request, "crm/api/docs.html", {"changes": contract_changes()})
