"""One request to an address that somebody typed: https, a public address that is looked up once, no redirect.

The name is resolved once, every address it has is checked, and the connection goes to one of those that were checked:
a name that answers differently the second time (DNS rebinding) is never asked a second time. TLS still checks the
certificate against the name. Redirects are answers like any other, proxies of the environment are not used.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import httpcore
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.outside.addresses import is_public, is_trusted

# The whole of it, from the first packet to the last byte of the answer that is read.
PATIENCE_SECONDS = 15.0
CONNECT_SECONDS = 5.0
# Of an answer nothing more is read, or kept.
LONGEST_ANSWER_BYTES = 4096
# What was asked for is a list, and a shop's machine may be slow.
LONGEST_FOUND_BYTES = 8 * 1024 * 1024
PATIENCE_TO_FIND_SECONDS = 45.0
PORTS = frozenset({443, 8443})
LONGEST_URL = 500
MOST_ADDRESSES = 3
SAFE_IN_PATHS = "/?:@!$&'()*+,;=-._~%"


class AddressRefused(Refusal):
    """`why` names the reason for machines."""

    code = "address-refused"
    title = _(
        "This address cannot be called. Give one that begins with https:// and leads to a public server, without a "
        "name or password in it."
    )
    status = 422


class NotReached(Exception):
    """No answer. `failure` says of which kind, never in the words of an error: they may hold the address."""

    def __init__(self, failure: str) -> None:
        self.failure = failure
        super().__init__(failure)


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


def checked(url: str) -> str:
    """An address as it is called: its name and path in ASCII. Where it leads is seen only when it is called.

    Raises:
        AddressRefused
    """
    if len(url) > LONGEST_URL or any(ord(letter) <= 32 or ord(letter) == 127 for letter in url):
        raise AddressRefused(why="malformed")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        name = host if ":" in host else host.encode("idna").decode("ascii")
    except ValueError as error:  # UnicodeError is one
        raise AddressRefused(why="malformed") from error
    if not name or parts.scheme not in ("http", "https") or "\\" in url or "%" in parts.netloc:
        raise AddressRefused(why="malformed")
    if "@" in parts.netloc:
        raise AddressRefused(why="names a user")
    _refuse_plainly_private(name, is_usual=_is_usual(parts.scheme, port))
    netloc = (f"[{name}]" if ":" in name else name) + (f":{port}" if port is not None else "")
    path, query = (quote(part, safe=SAFE_IN_PATHS) for part in (parts.path or "/", parts.query))
    return urlunsplit((parts.scheme, netloc, path, query, ""))


def _is_usual(scheme: str, port: int | None) -> bool:
    """What a public server is called by. Anything else only whoever runs the house may allow."""
    return scheme == "https" and (port is None or port in PORTS)


def _refuse_plainly_private(name: str, *, is_usual: bool) -> None:
    """What can be told before anybody looks the name up."""
    trusted = settings.OUTSIDE_TRUSTED_NETWORKS
    number = _as_number(name)
    if number is None:
        may_be = is_usual or bool(trusted)
    else:
        may_be = (is_usual and is_public(number)) or is_trusted(number, trusted)
    if not may_be:
        raise AddressRefused(why="not public" if is_usual else "not https, or an unusual port")


def _as_number(name: str) -> str | None:
    """The address that a name spells: 127.1, 0x7f000001 and 2130706433 are all 127.0.0.1. None: it is a name."""
    if ":" in name:
        return name
    try:
        return socket.inet_ntoa(socket.inet_aton(name.rstrip(".")))
    except OSError:
        return None


class TooLong(NotReached):
    """More was answered than anybody may hold: nothing of it is kept."""


def post(url: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
    """Whatever is answered, a redirect included, up to LONGEST_ANSWER_BYTES. Takes PATIENCE_SECONDS at most.

    Raises:
        AddressRefused: nothing was connected to.
        NotReached: perhaps it arrived, perhaps not.
    """
    return _request("POST", url, headers=headers, body=body, patience=PATIENCE_SECONDS, read=_beginning)


def get(url: str, *, headers: Mapping[str, str]) -> Answer:
    """Whatever is answered, a redirect included, all of it. Takes PATIENCE_TO_FIND_SECONDS at most.

    Raises:
        AddressRefused: nothing was connected to.
        TooLong: longer than LONGEST_FOUND_BYTES.
        NotReached
    """
    return _request("GET", url, headers=headers, body=None, patience=PATIENCE_TO_FIND_SECONDS, read=_whole)


def send(method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
    """As `get`, by any method: what is asked for is done while somebody waits. Takes PATIENCE_SECONDS at most.

    Raises:
        AddressRefused: nothing was connected to.
        TooLong, NotReached: perhaps it was done, perhaps not.
    """
    return _request(method, url, headers=headers, body=body, patience=PATIENCE_SECONDS, read=_whole)


def _request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None,
    patience: float,
    read: Callable[[Iterable[bytes]], bytes],
) -> Answer:
    address = checked(url)
    parts = urlsplit(address)
    backend = _PinnedBackend(is_usual=_is_usual(parts.scheme, parts.port), patience=patience)
    sent = [(name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()]
    try:
        with (
            httpcore.ConnectionPool(ssl_context=_tls(), network_backend=backend) as pool,
            pool.stream(method, address, headers=sent, content=body) as answer,
        ):
            told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
            return Answer(status=answer.status, headers=told, body=read(answer.iter_stream()))
    except (httpcore.TimeoutException, TimeoutError) as error:
        raise NotReached("timeout") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError, ValueError) as error:
        raise NotReached(type(error).__name__) from error


@cache
def _tls() -> ssl.SSLContext:
    """The machine's own authorities: those of a company count where the house runs."""
    return ssl.create_default_context()


def _beginning(parts: Iterable[bytes]) -> bytes:
    found = bytearray()
    for part in parts:
        found += part
        if len(found) >= LONGEST_ANSWER_BYTES:
            break
    return bytes(found[:LONGEST_ANSWER_BYTES])


def _whole(parts: Iterable[bytes]) -> bytes:
    found = bytearray()
    for part in parts:
        found += part
        if len(found) > LONGEST_FOUND_BYTES:
            raise TooLong("too long")
    return bytes(found)


class _PinnedBackend(httpcore.SyncBackend):
    """Looks a name up once, and connects to an address that was checked."""

    def __init__(self, *, is_usual: bool, patience: float) -> None:
        self.is_usual = is_usual
        self.deadline = time.monotonic() + patience

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        *others, last = self._addresses(host, port)[:MOST_ADDRESSES]
        for address in others:
            try:
                return self._connect(address, port)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connect(last, port)

    def _connect(self, address: str, port: int) -> httpcore.NetworkStream:
        timeout = min(CONNECT_SECONDS, _left(self.deadline))
        return _HurriedStream(super().connect_tcp(address, port, timeout), self.deadline)

    def _addresses(self, host: str, port: int) -> list[str]:
        """All of them may be called, or none is."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NotReached("name not found") from error
        addresses = list(dict.fromkeys(str(sockaddr[0]) for *_rest, sockaddr in found))
        if not addresses or not all(self._may_call(address) for address in addresses):
            raise AddressRefused(why="not public")
        return addresses

    def _may_call(self, address: str) -> bool:
        return (self.is_usual and is_public(address)) or is_trusted(
            address, settings.OUTSIDE_TRUSTED_NETWORKS
        )


class _HurriedStream(httpcore.NetworkStream):
    """A connection with an end: a server that sends a byte a second holds nobody up."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self.stream = stream
        self.deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, _left(self.deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, _left(self.deadline))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self.stream.start_tls(ssl_context, server_hostname, _left(self.deadline))
        return _HurriedStream(secured, self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
