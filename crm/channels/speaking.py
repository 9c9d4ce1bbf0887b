"""How a channel calls its provider: HTTP with little patience, no redirects, and a clear word on what became of it.

Of a request that may have arrived nobody knows whether it was carried out. Only a provider that takes a repeat for
the same message (`is_repeatable`) is asked again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import httpx

from crm.channels.base import PerhapsSent, TryLater

PATIENCE = httpx.Timeout(10, connect=3)
LONGEST_PAUSE = timedelta(hours=1)
LARGEST_FILE_BYTES = 20 * 1024 * 1024
# Nothing was sent: nobody took the request.
NOT_REACHED = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
BUSY = (429, 503)


def post(
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    json: Any = None,
    data: Mapping[str, Any] | None = None,
    files: Sequence[tuple[str, tuple[str, bytes, str]]] | None = None,
    is_repeatable: bool = False,
) -> httpx.Response:
    """The provider's answer, which says yes (2xx) or no (4xx).

    Raises:
        TryLater: it was not reached, or is busy.
        PerhapsSent: it may have taken the message.
    """
    try:
        with httpx.Client(timeout=PATIENCE, follow_redirects=False) as client:
            answer = client.post(url, headers=headers, json=json, data=data, files=files)
    except NOT_REACHED as error:
        raise TryLater(_named(error)) from error
    except httpx.HTTPError as error:
        raise _unknown(_named(error), is_repeatable=is_repeatable) from error
    return judged(answer, is_repeatable=is_repeatable)


def judged(answer: httpx.Response, *, is_repeatable: bool) -> httpx.Response:
    """Raises TryLater or PerhapsSent for an answer that is neither a yes nor a no."""
    if answer.status_code in BUSY:
        raise TryLater(f"HTTP {answer.status_code}", after=pause_asked(answer))
    if answer.status_code >= 500:
        raise _unknown(f"HTTP {answer.status_code}", is_repeatable=is_repeatable)
    if answer.is_redirect or answer.status_code < 200:
        raise TryLater(f"HTTP {answer.status_code}")
    return answer


def fetch(url: str, *, headers: Mapping[str, str] | None = None) -> bytes:
    """A file of the provider's; empty: it is gone, or larger than we take.

    Raises:
        TryLater: nobody answers.
    """
    try:
        with (
            httpx.Client(timeout=PATIENCE, follow_redirects=False) as client,
            client.stream("GET", url, headers=headers) as answer,
        ):
            if answer.status_code in BUSY or answer.status_code >= 500:
                raise TryLater(f"HTTP {answer.status_code}", after=pause_asked(answer))
            return _content(answer) if answer.is_success else b""
    except httpx.HTTPError as error:
        raise TryLater(_named(error)) from error


def _content(answer: httpx.Response) -> bytes:
    found = bytearray()
    for part in answer.iter_bytes():
        found += part
        if len(found) > LARGEST_FILE_BYTES:
            return b""
    return bytes(found)


def pause_asked(answer: httpx.Response) -> timedelta | None:
    """What `Retry-After` says in seconds, up to an hour."""
    return pause_of(answer.headers.get("retry-after"))


def pause_of(seconds: Any) -> timedelta | None:
    text = str(seconds)
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        return None
    return min(timedelta(seconds=int(text)), LONGEST_PAUSE)


def told(answer: httpx.Response) -> dict[str, Any]:
    """The object in the answer; empty: there is none."""
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _unknown(reason: str, *, is_repeatable: bool) -> Exception:
    return TryLater(reason) if is_repeatable else PerhapsSent(reason)


def _named(error: Exception) -> str:
    """Never its words: they may hold the address, and the address a secret."""
    return type(error).__name__
