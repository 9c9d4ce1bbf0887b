"""Where 1C knocks: its password once, then a cookie; files, orders, and answers as it reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from crm.connectors import inbox
from crm.connectors.base import Unproved
from crm.connectors.one_c import exchange, importing, selling
from crm.errors import Refusal
from crm.integrations.rate_limits import is_too_often
from crm.models import Connection, Exchange
from crm.pages.requests import client_address
from crm.purchases import shelf

# 1C cuts files into pieces of this size.
LARGEST_PIECE = 4 * 1024 * 1024
# A 1C that exchanges every minute begins two in each; whoever guesses begins more.
MOST_BEGUN_AN_HOUR = 600
VENDOR = "one_c"


class TooManyBegun(Refusal):
    code = "too-many-exchanges"
    title = gettext_lazy("Too many exchanges were begun from here within an hour. Try again later.")
    status = 429


class PieceTooLarge(Refusal):
    code = "piece-too-large"
    title = gettext_lazy("A piece of a file may hold 4 MB at most.")
    status = 413


class UnknownMode(Refusal):
    code = "unknown-mode"
    title = gettext_lazy("Veren does not know what is asked for. Connect it in 1C as a site.")
    status = 422


Answer: TypeAlias = str | bytes


@csrf_exempt  # 1C has no session of ours: it proves itself by its password, then by the cookie it got for it
@require_http_methods(["GET", "POST"])
def one_c(request: HttpRequest, key: str, encoding: str = "utf-8") -> HttpResponse:
    """Answers are lines of text, in Russian: what went wrong is read by whoever keeps 1C."""
    try:
        connection = inbox.connection_at(key)
        if connection.vendor != VENDOR:
            raise inbox.NobodyListens
        with translation.override("ru"):
            answer = _answer(request, connection, encoding=encoding)
    except inbox.NobodyListens as refused:
        return HttpResponse(status=refused.status)
    except Refusal as refused:
        return _failure(refused, encoding=encoding)
    if isinstance(answer, bytes):
        return HttpResponse(answer, content_type=f"text/xml; charset={encoding}")
    return _text(answer, encoding=encoding)


def _failure(refused: Refusal, *, encoding: str) -> HttpResponse:
    """1C shows the second line. Only who did not prove themselves gets another status: they may not be 1C."""
    with translation.override("ru"):
        response = _text(f"failure\n{refused.title}", encoding=encoding)
    if isinstance(refused, Unproved):
        response.status_code = refused.status
        response["WWW-Authenticate"] = 'Basic realm="1c"'
    elif isinstance(refused, TooManyBegun):
        response.status_code = refused.status
    return response


def _text(answer: str, *, encoding: str) -> HttpResponse:
    content = answer.encode(encoding, errors="replace")
    return HttpResponse(content, content_type=f"text/plain; charset={encoding}")


def _answer(request: HttpRequest, connection: Connection, *, encoding: str) -> Answer:
    kind, mode = request.GET.get("type", ""), request.GET.get("mode", "")
    if kind not in exchange.KINDS:
        raise UnknownMode
    if mode == "checkauth":
        return _begin(request, connection, kind=kind)
    token = request.COOKIES.get(exchange.COOKIE, "")
    going_on = exchange.going_on(connection, kind=kind, token=token, at=timezone.now())
    if mode == "query":
        return selling.offer_orders(going_on, encoding=encoding)
    if mode not in MODES:
        raise UnknownMode
    return MODES[mode](request, going_on)


def _begin(request: HttpRequest, connection: Connection, *, kind: str) -> str:
    now, address = timezone.now(), client_address(request)
    if is_too_often(address, form="one-c", most_an_hour=MOST_BEGUN_AN_HOUR, at=now):
        raise TooManyBegun
    shown = request.headers.get("Authorization", "")
    return f"success\n{exchange.COOKIE}\n{exchange.begin(connection, kind=kind, shown=shown, at=now)}"


def _init(request: HttpRequest, going_on: Exchange) -> str:
    return f"zip=yes\nfile_limit={LARGEST_PIECE}"


def _file(request: HttpRequest, going_on: Exchange) -> str:
    body = request.read(LARGEST_PIECE + 1)
    if len(body) > LARGEST_PIECE:
        raise PieceTooLarge
    name = _name(request)
    exchange.bring(going_on, name=name, body=body, at=timezone.now())
    if going_on.kind == exchange.ORDERS and importing.is_whole(going_on, name=name):
        # An older 1C asks for nothing more once it has brought its orders; a newer one asks how far they are.
        importing.go_on(going_on, name=name, clock=timezone.now)
    return "success"


def _import(request: HttpRequest, going_on: Exchange) -> str:
    progress = importing.go_on(going_on, name=_name(request), clock=timezone.now)
    if progress.is_over:
        return "success"
    return "progress\n" + _("Records done so far: {count}.").format(count=progress.done)


def _success(request: HttpRequest, going_on: Exchange) -> str:
    selling.take_orders(going_on)
    return "success"


def _deactivate(request: HttpRequest, going_on: Exchange) -> str:
    """What a full list of goods did not name is no longer sold."""
    now, shop = timezone.now(), going_on.connection.shop
    if exchange.is_full(going_on):
        shelf.withdraw_unseen(shop=shop, since=going_on.begun_at, at=now)
    until = now + importing.ONE_STEP
    while shelf.settle(shop=shop, at=timezone.now()):
        if timezone.now() > until:
            return "progress"
    return "success"


def _complete(request: HttpRequest, going_on: Exchange) -> str:
    exchange.end(going_on, at=timezone.now())
    return "success"


def _name(request: HttpRequest) -> str:
    """As 1C calls it. It is a label here: nothing is ever written where it points."""
    return request.GET.get("filename", "").strip()[:200]


MODES: Mapping[str, Callable[[HttpRequest, Exchange], str]] = {
    "init": _init,
    "file": _file,
    "import": _import,
    "success": _success,
    "deactivate": _deactivate,
    "complete": _complete,
}
