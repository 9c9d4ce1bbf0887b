"""The API described: the schema for machines, the same as a page for people. Both are open to all."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from crm.api.schema import whole_schema


@require_safe
@cache_control(public=True, max_age=300)
def schema(request: HttpRequest) -> HttpResponse:
    return JsonResponse(whole_schema())


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    return render(request, "crm/api/docs.html")
