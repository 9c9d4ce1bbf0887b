"""How many requests a key may make in a minute, reads and writes apart; how often a public form may be sent.

The figures stand in the settings; a key may have its own. The counters stand in the cache, and when that is away
nobody is held back. Said to callers as draft-ietf-httpapi-ratelimit-headers-10 writes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crm.caching import remembering

WINDOW_SECONDS = 60
HOUR_SECONDS = 60 * 60


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


def is_too_often(address: str, *, form: str, most_an_hour: int, at: datetime) -> bool:
    """Was a public form sent more often from one address, in the hour of `at`, than people would? Counts this time.

    Nobody is held back whose address is not known, nor while the cache is away.
    """
    if not address:
        return False
    hour = int(at.timestamp()) // HOUR_SECONDS
    sent = remembering.tally(f"sent:{form}:{address}:{hour}", seconds=HOUR_SECONDS)
    return sent is not None and sent > most_an_hour
