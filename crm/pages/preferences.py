"""How the reader wants their pages: the language and the colours. Both work before signing in."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

YEAR = 365 * 24 * 60 * 60
THEMES = ("auto", "light", "dark")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Speak this language from now on: kept in the reader's profile, and in a cookie for the time before signing in."""
    wanted = request.POST.get("language", "")
    response = HttpResponseRedirect(_back(request))
    if wanted in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            request.user.language = wanted
            request.user.save(update_fields=["language"])
        _keep(response, request, settings.LANGUAGE_COOKIE_NAME, wanted)
    return response


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("theme", "")
    response = HttpResponseRedirect(_back(request))
    if wanted in THEMES:
        _keep(response, request, "theme", wanted)
    return response


def _keep(response: HttpResponse, request: HttpRequest, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure())


def _back(request: HttpRequest) -> str:
    """The page the reader came from, if it is one of ours."""
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else resolve_url(settings.LOGIN_REDIRECT_URL)
