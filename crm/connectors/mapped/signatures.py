"""How a system that nobody has met before shows that it knows the secret, as its mapping says. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

from django.utils.crypto import constant_time_compare

from crm.connectors.base import Unproved
from crm.connectors.signed_json import signature

TOKEN_HEADER, SIGNATURE_HEADER = "x-veren-token", "x-signature"
# Where the moment stands beside the signature itself: t=1720900000,v1=5257…
MOMENT_PREFIX = "t="


def prove(mapping: Mapping[str, str], secret: str, *, headers: Mapping[str, str], body: bytes) -> None:
    """Raises Unproved."""
    scheme = mapping.get("signature.scheme", "token")
    if scheme == "basic":
        shown, wanted = _password(headers.get("authorization", "")), secret
    elif scheme == "token":
        shown, wanted = headers.get(_header(mapping, TOKEN_HEADER), ""), secret
        shown = shown.removeprefix(mapping.get("signature.prefix", "")).strip()
    else:
        name = _header(mapping, SIGNATURE_HEADER)
        shown = _part(headers.get(name, ""), mapping.get("signature.prefix", ""))
        wanted = _signed(scheme, secret, _what_is_signed(mapping, name, headers=headers, body=body))
        shown = shown.lower() if scheme == "hmac-hex" else shown
    if not constant_time_compare(shown, wanted):
        raise Unproved


def _header(mapping: Mapping[str, str], otherwise: str) -> str:
    return mapping.get("signature.header", otherwise).lower()


def _part(value: str, prefix: str) -> str:
    """Of several parts, the one that begins so."""
    parts = [part.strip() for part in value.split(",")]
    return next((part.removeprefix(prefix) for part in parts if part.startswith(prefix)), "")


def _what_is_signed(
    mapping: Mapping[str, str], header: str, *, headers: Mapping[str, str], body: bytes
) -> bytes:
    name = mapping.get("signature.moment_header", "").lower()
    if not name:
        return body
    shown = headers.get(name, "")
    moment = _part(shown, MOMENT_PREFIX) if name == header else shown
    return f"{moment}.".encode() + body


def _signed(scheme: str, secret: str, message: bytes) -> str:
    if scheme == "hmac-hex":
        return hmac.digest(secret.encode(), message, hashlib.sha256).hex()
    return signature(secret, message)


def _password(authorization: str) -> str:
    kind, _space, shown = authorization.partition(" ")
    if kind.lower() != "basic":
        return ""
    try:
        return base64.b64decode(shown, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""
