"""Signatures by the Standard Webhooks specification, symmetric: `v1,` and the HMAC-SHA256 of id, moment and body."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime

BEGINNING = "whsec_"
# The specification asks for 24 to 64 bytes.
SECRET_BYTES = 32


def fresh_secret() -> str:
    return BEGINNING + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def headers(message_id: str, body: bytes, *, signed_with: Iterable[str], at: datetime) -> Mapping[str, str]:
    """One signature for each secret that a receiver may know: while a secret changes there are two."""
    moment = int(at.timestamp())
    signatures = (signature(message_id, moment, body, secret) for secret in signed_with)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(moment),
        "webhook-signature": " ".join(signatures),
    }


def signature(message_id: str, moment: int, body: bytes, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix(BEGINNING))
    signed = f"{message_id}.{moment}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
