"""Secrets that rest in the database are encrypted: a stolen dump alone opens nothing.

Written with today's SECRET_KEY, read with earlier ones (SECRET_KEY_FALLBACKS) too.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

LONGEST_PURPOSE = 16


class Unreadable(Exception):
    """It was sealed with another SECRET_KEY, or for another purpose."""


def seal(text: str, *, purpose: str) -> str:
    return _lock(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """Raises Unreadable."""
    try:
        return _lock(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error


def _lock(purpose: str) -> MultiFernet:
    keys: tuple[Any, ...] = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_derived(key, purpose)) for key in keys])


def _derived(secret: str, purpose: str) -> bytes:
    digest = hashlib.blake2b(
        secret.encode(), person=purpose.encode()[:LONGEST_PURPOSE], digest_size=32
    ).digest()
    return base64.urlsafe_b64encode(digest)
