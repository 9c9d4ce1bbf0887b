"""Vendors whose webhooks are JSON, signed with HMAC-SHA256 in Base64. The signature covers the body alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.crypto import constant_time_compare

from crm.connectors.base import Connector, Given, Unproved, Unreadable
from crm.connectors.values import Told


class SignedJson(Connector):
    """What the vendor says is for `given_of` to read."""

    # In lower case.
    signature_header: ClassVar[str]

    def check_signature(self, secrets: Mapping[str, str], *, headers: Mapping[str, str], body: bytes) -> None:
        """Raises Unproved."""
        shown = headers.get(self.signature_header, "")
        if not constant_time_compare(shown, signature(secrets["webhook_secret"], body)):
            raise Unproved

    def read(self, topic: str, body: bytes) -> Sequence[Given]:
        told = parsed(body)
        if not isinstance(told, dict):
            raise Unreadable
        try:
            return self.given_of(topic, told)
        except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError) as error:
            raise Unreadable from error

    def given_of(self, topic: str, told: Told) -> Sequence[Given]:
        """Pure. What it raises because something is missing, or is not what it should be, means: unreadable."""
        raise Unreadable


def signature(secret: str, body: bytes) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def parsed(body: bytes | str) -> Any:
    """Raises Unreadable."""
    try:
        return json.loads(body, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise Unreadable from error
