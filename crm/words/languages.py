"""In which language a page speaks: the reader's profile, then the cookie of the language menu, then the browser."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation


class LanguageMiddleware:
    """Activates the reader's language for the length of a request. Stands after authentication."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = language_for(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def language_for(request: HttpRequest) -> str:
    """The API never looks at a session: there it is the browser's header alone."""
    if not request.path.startswith("/api/") and request.user.is_authenticated and request.user.language:
        return request.user.language
    return translation.get_language_from_request(request)
