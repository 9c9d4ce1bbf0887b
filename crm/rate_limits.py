"""How many requests a key may make in a minute: reads and writes are counted apart.

The figures stand in the settings; a key may have its own. The counters stand in the cache, and when that is away
nobody is held back. Said to callers as draft-ietf-httpapi-ratelimit-headers-10 writes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crm.caching import remembering

WINDOW_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """What is left of this minute. `policy` names what is counted."""

    policy: str
    quota: int
    used: int
    resets_in_seconds: int

    @property
    def is_exceeded(self) -> bool:
        return self.used > self.quota

    def headers(self) -> dict[str, str]:
        left = max(0, self.quota - self.used)
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.quota};w={WINDOW_SECONDS}',
            "RateLimit": f'"{self.policy}";r={left};t={self.resets_in_seconds}',
        }


def count(*, key_pk: int, policy: str, quota: int, at: datetime) -> Allowance | None:
    """Count one more request of a key in the minute of `at`. None: the cache is away, and nobody knows."""
    minute, second = divmod(int(at.timestamp()), WINDOW_SECONDS)
    used = remembering.tally(f"requests:{key_pk}:{policy}:{minute}", seconds=2 * WINDOW_SECONDS)
    if used is None:
        return None
    return Allowance(policy=policy, quota=quota, used=used, resets_in_seconds=WINDOW_SECONDS - second)
