"""Every error of the API as a problem document (RFC 9457): a stable `type`, a `title` in the caller's language."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response

from crm.api import errors
from crm.errors import Refusal

MEDIA_TYPE = "application/problem+json"

# What the frameworks raise, in our words.
REFUSALS: dict[type[Exception], type[Refusal]] = {
    exceptions.NotAuthenticated: errors.NotSignedIn,
    exceptions.AuthenticationFailed: errors.NotSignedIn,
    exceptions.PermissionDenied: errors.ScopeMissing,
    PermissionDenied: errors.ScopeMissing,
    exceptions.NotFound: errors.NoSuchThing,
    Http404: errors.NoSuchThing,
    exceptions.MethodNotAllowed: errors.MethodUnknown,
    exceptions.NotAcceptable: errors.NoSuchFormat,
    exceptions.UnsupportedMediaType: errors.BodyNotJson,
    exceptions.ParseError: errors.BodyMalformed,
    RequestDataTooBig: errors.BodyTooLarge,
    UnreadablePostError: errors.BodyMalformed,
    RawPostDataException: errors.BodyMalformed,
}
# A lock that was not had in time, and two who waited for each other: trying again is all it takes.
PASSING = {"55P03", "40P01", "40001"}
# The database stops, crashes, starts up, or has no room for one more. Without any code nobody answered at all.
AWAY = {"57P01", "57P02", "57P03", "57P05", "53300", "08000", "08003", "08006", ""}


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's exception handler. None: not foreseen, and `server_error` answers it."""
    refusal = refusal_for(error)
    if refusal is None:
        return None
    return Response(
        document(refusal), status=refusal.status, headers=headers(refusal), content_type=MEDIA_TYPE
    )


def refusal_for(error: Exception) -> Refusal | None:
    if isinstance(error, Refusal):
        return error
    if isinstance(error, DatabaseError | InterfaceError):
        return _of_the_database(error)
    for known, refusal in REFUSALS.items():
        if isinstance(error, known):
            return refusal()
    return None


def _of_the_database(error: Exception) -> Refusal | None:
    code = getattr(error.__cause__, "sqlstate", "") or ""
    if code in PASSING:
        return errors.Busy()
    is_lost = isinstance(error, OperationalError | InterfaceError) and code in AWAY
    return errors.Away() if is_lost else None


def document(refusal: Refusal) -> dict[str, Any]:
    problem: dict[str, Any] = {
        "type": f"{settings.PROBLEM_TYPE_BASE}{refusal.code}",
        "title": str(refusal.title),
        "status": refusal.status,
        **refusal.figures,
    }
    if refusal.faults:
        problem["errors"] = [
            {"pointer": fault.pointer, "detail": str(fault.detail)} for fault in refusal.faults
        ]
    return problem


def headers(refusal: Refusal) -> dict[str, str]:
    if refusal.status == 401:
        return {"WWW-Authenticate": 'Bearer realm="api"'}
    if refusal.code in {"busy", "still-running", "away-for-a-moment"}:
        return {"Retry-After": "1"}
    if seconds := refusal.figures.get("retry_after_seconds"):
        return {"Retry-After": str(seconds)}
    return {}


# ── What happens outside of any view ─────────────────────────────────────────
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not is_api(request):
        return defaults.bad_request(request, exception)
    return plain(
        errors.BodyTooLarge() if isinstance(exception, RequestDataTooBig) else errors.BodyMalformed()
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain(errors.NoSuchThing()) if is_api(request) else defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    return plain(errors.WentWrong()) if is_api(request) else defaults.server_error(request)


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def plain(refusal: Refusal) -> HttpResponse:
    return JsonResponse(document(refusal), status=refusal.status, content_type=MEDIA_TYPE)
