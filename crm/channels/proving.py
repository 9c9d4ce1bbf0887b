"""How a request shows that its sender knows a secret, and which secrets are none."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from crm.channels.base import Channel, Forged
from crm.errors import Fault
from crm.models import ChannelAccount

SHORTEST_SECRET = 16
FEWEST_LETTERS = 8
# What manuals and examples have in place of a secret.
DEFAULTS = ("changeme", "change-me", "change_me", "secret", "password", "example", "default", "yourtoken")

GUESSED = _("Anybody could guess this secret. Use the one your provider gave you, or a random one.")


def signature(secret: str, body: bytes) -> str:
    """HMAC-SHA256 in hexadecimal."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def prove(account: ChannelAccount, secret: str, *, shown: str, body: bytes) -> None:
    """`shown` is the HMAC-SHA256 of the raw body; some providers write "sha256=" before it.

    Raises:
        Forged.
    """
    wanted = signature(strong_secret(account, secret), body)
    if not constant_time_compare(shown.lower().removeprefix("sha256="), wanted):
        raise Forged


def strong_secret(account: ChannelAccount, name: str) -> str:
    """Nobody proves anything by a secret that can be guessed.

    Raises:
        Forged.
    """
    secret = account.secrets.get(name, "")
    if is_weak(secret):
        raise Forged
    return secret


def is_weak(secret: str) -> bool:
    """Empty, short, of few letters, or an example's."""
    bare = secret.lower()
    return (
        len(secret) < SHORTEST_SECRET
        or len(set(secret)) < FEWEST_LETTERS
        or any(word in bare for word in DEFAULTS)
    )


def faults_of_secrets(channel: Channel, secrets: Mapping[str, str]) -> list[Fault]:
    """What a form says of secrets that are missing or can be guessed; `pointer` names the secret."""
    found = []
    for name in channel.secrets:
        secret = secrets.get(name, "")
        if not secret and name in channel.optional_secrets:
            continue
        if not secret:
            found.append(
                Fault(pointer=f"/{name}", detail=_("Without this secret the channel does not work."))
            )
        elif secret.lower() in DEFAULTS or (name in channel.proving_secrets and is_weak(secret)):
            found.append(Fault(pointer=f"/{name}", detail=GUESSED))
    return found
