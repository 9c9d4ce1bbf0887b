"""What a page of a survey carries to know a person from a machine, without a row: a signed form, a signed cookie."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from django.core import signing
from django.http import HttpRequest, HttpResponse

from surveys.answers import links
from surveys.answers.scanning import BURST, Visit

SALT = "surveys.pages"
COOKIE = "opened"
FORM, WEBSITE = "form", "website"
MOST_NOTED = 12
# A machine is known by it for a while; somebody who uses the same browser later is not.
TRAPPED_SECONDS = 120


@dataclass(frozen=True, kw_only=True)
class Form:
    """One page as it was given out. `page` stays through all steps; `is_again`: after a suspicion."""

    page: str
    opened_at: datetime
    is_again: bool = False

    def signed(self) -> str:
        told = [self.page, int(self.opened_at.timestamp() * 1000), int(self.is_again)]
        return signing.dumps(told, salt=SALT)


def new_form(*, at: datetime) -> Form:
    return Form(page=secrets.token_urlsafe(12), opened_at=at)


def form_in(request: HttpRequest) -> Form | None:
    """None: it is none of ours."""
    try:
        page, opened, again = signing.loads(request.POST.get(FORM, ""), salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Form(page=page, opened_at=datetime.fromtimestamp(opened / 1000, tz=UTC), is_again=bool(again))


def visit_of(request: HttpRequest, form: Form) -> Visit:
    noted = _noted(request)
    return Visit(
        page=form.page,
        opened_at=form.opened_at,
        is_again=form.is_again,
        opened=[(score, datetime.fromtimestamp(at, tz=UTC)) for score, at in noted["opened"]],
        is_trapped=bool(request.POST.get(WEBSITE)) or noted["is_trapped"],
    )


def note(request: HttpRequest, response: HttpResponse, *, score: int | None, at: datetime) -> HttpResponse:
    """Which scores this browser opened, and whether it went where nobody sees a link: in its cookie alone."""
    noted = _noted(request)
    is_trapped = noted["is_trapped"] or links.TRAP in request.GET
    opened = noted["opened"] if score is None else [*noted["opened"], [score, at.timestamp()]]
    if is_trapped or opened:
        response.set_signed_cookie(
            COOKIE,
            json.dumps({"opened": opened[-MOST_NOTED:], "is_trapped": is_trapped}),
            salt=SALT,
            max_age=TRAPPED_SECONDS if is_trapped else int(BURST.total_seconds()),
            path=request.path,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure(),
        )
    return response


def _noted(request: HttpRequest) -> dict[str, Any]:
    try:
        told = json.loads(request.get_signed_cookie(COOKIE, salt=SALT, max_age=TRAPPED_SECONDS) or "")
    except (KeyError, signing.BadSignature, ValueError):
        return {"opened": [], "is_trapped": False}
    return cast("dict[str, Any]", told)
