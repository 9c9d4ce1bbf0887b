"""What processes share for a while and can do without: counters, the latest of something, what allauth remembers.

A cache that is away never becomes an error: whoever asks it hears "nothing is known". For a few seconds after it
failed it is not asked again, so that nobody waits for it at each request.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from time import monotonic
from typing import Any, Protocol, TypeVar, cast

from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = logging.getLogger(__name__)

Told = TypeVar("Told")
PATIENCE_SECONDS = 0.2
LEFT_ALONE_SECONDS = 3.0
# Written on so far before it is cut: cutting at each line would cost as much as writing it.
CUT_AT = 2


class Remembering(Protocol):
    """What our caches do beside what Django's do."""

    def tally(self, key: str, *, seconds: int) -> int | None:
        """Add one to a counter that lives this long from its first; how many now. None: nobody knows."""

    def note(self, key: str, text: str, *, keep: int, seconds: int) -> None:
        """Put a text in front of a list of which so many stay at least."""

    def noted(self, key: str, *, keep: int) -> list[str] | None:
        """The latest, newest first. None: nobody knows."""


class KeptClient(RedisCacheClient):
    """Keeps redis-py's clients, one to read and one to write: making one costs more than what it is asked."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept: dict[bool, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        if write not in self._kept:
            self._kept[write] = super().get_client(key, write=write)
        return self._kept[write]


class SharedCache(RedisCache):
    """Redis or Valkey, for all processes of the house."""

    _left_alone_until: float = 0.0

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        options = {
            "socket_timeout": PATIENCE_SECONDS,
            "socket_connect_timeout": PATIENCE_SECONDS,
            # A connection that the server closed while nobody used it is opened again, once.
            "retry": Retry(NoBackoff(), 1),
            **params.get("OPTIONS", {}),
        }
        super().__init__(server, {**params, "OPTIONS": options})
        self._class = KeptClient
        self._idle: dict[int, list[Any]] = {}

    def _asked(self, ask: Callable[[], Told], otherwise: Told) -> Told:
        if monotonic() < self._left_alone_until:
            return otherwise
        try:
            return ask()
        except (RedisError, OSError) as error:
            self._left_alone_until = monotonic() + LEFT_ALONE_SECONDS
            log.warning("the cache is away", extra={"error": type(error).__name__})
            return otherwise

    # ── Django's: said when it is away, they let people go on ────────────────
    def add(self, *args: Any, **kwargs: Any) -> bool:
        return self._asked(lambda: super(SharedCache, self).add(*args, **kwargs), True)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._asked(lambda: super(SharedCache, self).get(key, default, version), default)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._asked(lambda: super(SharedCache, self).set(*args, **kwargs), None)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        return self._asked(lambda: super(SharedCache, self).touch(*args, **kwargs), False)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return self._asked(lambda: super(SharedCache, self).delete(*args, **kwargs), False)

    def get_many(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        nothing: dict[Any, Any] = {}
        return self._asked(lambda: super(SharedCache, self).get_many(*args, **kwargs), nothing)

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        return self._asked(lambda: super(SharedCache, self).has_key(*args, **kwargs), False)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        return self._asked(lambda: super(SharedCache, self).incr(key, delta, version), delta)

    def set_many(self, *args: Any, **kwargs: Any) -> list[Any]:
        nothing: list[Any] = []
        return self._asked(lambda: super(SharedCache, self).set_many(*args, **kwargs), nothing)

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        self._asked(lambda: super(SharedCache, self).delete_many(*args, **kwargs), None)

    def clear(self) -> None:
        self._asked(lambda: super(SharedCache, self).clear(), None)

    # ── Ours ─────────────────────────────────────────────────────────────────
    def tally(self, key: str, *, seconds: int) -> int | None:
        return self._asked(lambda: self._tally(self.make_key(key), seconds), None)

    def _tally(self, key: str, seconds: int) -> int:
        count = self._told("INCR", key)
        if count == 1:
            self._told("EXPIRE", key, seconds)
        return count

    def note(self, key: str, text: str, *, keep: int, seconds: int) -> None:
        self._asked(lambda: self._note(self.make_key(key), text, keep, seconds), None)

    def _note(self, key: str, text: str, keep: int, seconds: int) -> None:
        length = self._told("LPUSH", key, text)
        if length >= CUT_AT * keep:
            self._told("LTRIM", key, 0, keep - 1)
        if length % 16 == 1:
            self._told("EXPIRE", key, seconds)

    def _told(self, *command: str | int) -> int:
        """What the server answers. Every request asks twice, and redis-py's own way costs three times as much."""
        idle = self._idle.setdefault(os.getpid(), [])  # a fork must not speak on its parent's connection
        try:
            connection = idle.pop()
        except IndexError:
            connection = self._cache.get_client(write=True).connection_pool.make_connection()

        def ask() -> Any:
            connection.send_command(*command)
            return connection.read_response()

        answer: int = connection.retry.call_with_retry(ask, lambda _: connection.disconnect())
        idle.append(connection)
        return answer

    def noted(self, key: str, *, keep: int) -> list[str] | None:
        return self._asked(lambda: self._noted(self.make_key(key), keep), None)

    def _noted(self, key: str, keep: int) -> list[str] | None:
        texts: list[Any] = self._cache.get_client(key).lrange(key, 0, keep - 1)
        return [text.decode() for text in texts]


class OwnCache(LocMemCache):
    """Where no CACHE_URL is set: each process remembers for itself."""

    def tally(self, key: str, *, seconds: int) -> int | None:
        self.add(key, 0, seconds)
        return self.incr(key)

    def note(self, key: str, text: str, *, keep: int, seconds: int) -> None:
        self.set(key, [text, *self.get(key, [])][:keep], seconds)

    def noted(self, key: str, *, keep: int) -> list[str] | None:
        return list(self.get(key, []))[:keep]


remembering = cast(Remembering, cache)
