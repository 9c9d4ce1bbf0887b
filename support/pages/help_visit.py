"""Who reads the help centre: in which language, by which visit. One signed cookie, and only after a first step."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from functools import wraps

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from support.help import sessions
from support.models import HelpSession

COOKIE = "help"
SALT = "support.help.visit"
LANGUAGE = "lang"

View = Callable[..., HttpResponse]


def spoken(view: View) -> View:
    """`?lang=ru` in the address speaks Russian, whoever opens it: so that each language has an address of its own."""

    @wraps(view)
    def answered(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        language = wished(request) or translation.get_language() or settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = view(request, *args, **kwargs)
        response.headers["Content-Language"] = language
        return response

    return answered


def wished(request: HttpRequest) -> str:
    """The language that the address asks for; empty: none."""
    told = request.GET.get(LANGUAGE, "")
    return told if told in dict(settings.LANGUAGES) else ""


def language_of(request: HttpRequest) -> str:
    return str(getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE))


class Visitor:
    """The visit of this browser. `keep` lets the answer carry its cookie, where there was a step."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.token = self._token()
        self._is_new = False

    @property
    def is_known(self) -> bool:
        return bool(self.token)

    def session(self, *, at: datetime) -> HelpSession:
        """Begun with the first step, and anew after the last one was settled."""
        language = language_of(self.request)
        found = sessions.visit(self.token, language=language, at=at) if self.token else None
        while found is None:
            self.token, self._is_new = secrets.token_urlsafe(16), True
            found = sessions.visit(self.token, language=language, at=at)
        return found

    def keep(self, response: HttpResponse) -> HttpResponse:
        if self._is_new:
            response.set_signed_cookie(
                COOKIE,
                self.token,
                salt=SALT,
                max_age=int(sessions.LASTS.total_seconds()),
                httponly=True,
                samesite="Lax",
                secure=self.request.is_secure(),
            )
        return response

    def _token(self) -> str:
        lasts = int(sessions.LASTS.total_seconds())
        try:
            return self.request.get_signed_cookie(COOKIE, salt=SALT, max_age=lasts) or ""
        except (KeyError, signing.BadSignature):
            return ""
