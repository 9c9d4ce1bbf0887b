"""Short words with a proof that this house wrote them: for links that fit into an SMS.

The same for as long as SECRET_KEY is; earlier ones (SECRET_KEY_FALLBACKS) are read too. Whoever signs names a `salt`,
so that a link of one sort is none of another.
"""

from __future__ import annotations

import base64

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

# 96 bits: nobody guesses one.
SIGNATURE_BYTES = 12
BETWEEN = "-"


def sign(words: str, *, salt: str) -> str:
    """`words` must not hold a hyphen."""
    return f"{words}{BETWEEN}{_signature(words, settings.SECRET_KEY, salt)}"


def read(token: str, *, salt: str) -> str | None:
    """What was signed; None: nobody of ours did."""
    words, _between, signature = token.partition(BETWEEN)
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    is_ours = any(constant_time_compare(signature, _signature(words, key, salt)) for key in keys)
    return words if is_ours else None


def _signature(words: str, key: str | bytes, salt: str) -> str:
    digest = salted_hmac(salt, words, secret=key, algorithm="sha256").digest()[:SIGNATURE_BYTES]
    return base64.urlsafe_b64encode(digest).decode()
