"""A shop's keys to the API: `vrn_live_<8 public>_<secret>`. Only the hash of a key is kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.integrations import bulk
from crm.models import ApiKey, Shop, User

BEGINNING = "vrn_live_"
EVERYTHING = "*"
SCOPES = (
    "adjustments:read",
    "adjustments:write",
    "articles:read",
    "articles:write",
    "bot:read",
    "bot:write",
    "calls:read",
    "calls:write",
    "campaigns:read",
    "campaigns:write",
    "customers:read",
    "customers:write",
    "events:read",
    "events:write",
    "feed:read",
    "feedback:read",
    "feedback:write",
    "jobs:read",
    "jobs:write",
    "members:read",
    "members:write",
    "incidents:read",
    "incidents:write",
    "invitations:read",
    "invitations:write",
    "issues:read",
    "issues:write",
    "messages:read",
    "messages:write",
    "orders:read",
    "orders:write",
    "points:read",
    "points:write",
    "products:read",
    "products:write",
    "segments:read",
    "responses:read",
    "responses:write",
    "returns:read",
    "returns:write",
    "rewards:read",
    "rewards:write",
    "scripts:read",
    "surveys:read",
    "tickets:read",
    "tickets:write",
    "webhooks:read",
    "webhooks:write",
)
REMEMBERED_FOR = timedelta(seconds=5)
REMEMBERED_AT_MOST = 1000
LAST_USED_WITHIN = timedelta(minutes=1)


class UnknownScope(ValueError):
    """Not one of SCOPES, nor `*`, nor a `resource:*` of theirs."""


class KeyIsOver(Refusal):
    code = "key-is-over"
    title = _("This key no longer works.")


class KeyHasSuccessor(Refusal):
    code = "key-has-successor"
    title = _("This key has been replaced already. Revoke the new one first to make another.")


@dataclass(frozen=True, kw_only=True)
class LiveKey:
    """What a request may do, for which shop. Remembered in this process for REMEMBERED_FOR."""

    pk: int
    prefix: str
    shop: Shop
    scopes: frozenset[str]
    secret_sha256: bytes
    expires_at: datetime | None
    reads_per_minute: int | None
    writes_per_minute: int | None
    read_at: datetime

    @property
    def source(self) -> str:
        return f"api:{self.shop.slug}"

    def allows(self, scope: str) -> bool:
        resource = scope.partition(":")[0]
        return not self.scopes.isdisjoint((scope, f"{resource}:*", EVERYTHING))

    def quota(self, policy: str) -> int:
        """How many requests of this kind (`reads`, `writes`) it may make in a minute."""
        own = self.reads_per_minute if policy == "reads" else self.writes_per_minute
        usual: int = settings.API_REQUESTS_PER_MINUTE[policy]
        return usual if own is None else own

    def is_live(self, at: datetime) -> bool:
        return self.expires_at is None or at < self.expires_at


_remembered: dict[str, LiveKey] = {}


def issue_key(
    *,
    shop: Shop,
    scopes: Sequence[str],
    name: str = "",
    expires_at: datetime | None = None,
    created_by: User | None = None,
) -> tuple[ApiKey, str]:
    """Make a key; the text is answered here, once, and cannot be had again.

    Raises:
        UnknownScope: no key is made.
    """
    for scope in scopes:
        if scope not in grantable():
            raise UnknownScope(scope)
    prefix = BEGINNING + secrets.token_hex(4)
    text = f"{prefix}_{secrets.token_hex(32)}"
    key = ApiKey.objects.create(
        shop=shop,
        name=name,
        prefix=prefix,
        secret_sha256=_digest(text),
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
        created_by=created_by,
    )
    return key, text


@transaction.atomic
def succeed_key(
    key: ApiKey, *, old_until: datetime, expires_at: datetime | None, created_by: User | None, at: datetime
) -> tuple[ApiKey, str]:
    """Make a key that may do what `key` may; the old one opens doors until `old_until`, if it would have so long.

    The text is answered here, once. Locks the old key's row.

    Raises:
        KeyIsOver: it was revoked or has expired.
        KeyHasSuccessor: one that is not revoked.
    """
    old = ApiKey.objects.select_for_update(no_key=True, of=("self",)).select_related("shop").get(pk=key.pk)
    if not old.is_live(at):
        raise KeyIsOver
    if ApiKey.objects.filter(replaces=old, revoked_at=None).exists():
        raise KeyHasSuccessor
    new, text = issue_key(
        shop=old.shop, scopes=old.scopes, name=old.name, expires_at=expires_at, created_by=created_by
    )
    new.replaces = old
    new.reads_per_minute, new.writes_per_minute = old.reads_per_minute, old.writes_per_minute
    new.save(update_fields=["replaces", "reads_per_minute", "writes_per_minute"])
    old.expires_at = min(old.expires_at or old_until, old_until)
    old.save(update_fields=["expires_at"])
    return new, text


def limit_key(key: ApiKey, *, reads_per_minute: int | None, writes_per_minute: int | None) -> None:
    """Let a key ask as much as this, or as much as the settings say (None). Holds within REMEMBERED_FOR."""
    key.reads_per_minute, key.writes_per_minute = reads_per_minute, writes_per_minute
    key.save(update_fields=["reads_per_minute", "writes_per_minute"])


def revoke_keys(keys: Sequence[ApiKey], *, at: datetime) -> int:
    """These keys open nothing any more, within REMEMBERED_FOR, and what they sent in bulk is not gone on with.

    Returns how many were live until now.
    """
    pks = [key.pk for key in keys]
    bulk.cancel_all_of(pks, at=at)
    return ApiKey.objects.filter(pk__in=pks, revoked_at=None).update(revoked_at=at)


def grantable() -> list[str]:
    """Every scope that a key may have."""
    resources = sorted({scope.partition(":")[0] for scope in SCOPES})
    return [EVERYTHING, *(f"{resource}:*" for resource in resources), *SCOPES]


def live_key(text: str, *, at: datetime) -> LiveKey | None:
    """The key that this text is, if it may be used now. A revoked one is refused within REMEMBERED_FOR."""
    prefix, _, _ = text.removeprefix(BEGINNING).partition("_")
    key = _key_named(BEGINNING + prefix, at=at)
    if key and secrets.compare_digest(key.secret_sha256, _digest(text)) and key.is_live(at):
        return key
    return None


def _key_named(prefix: str, *, at: datetime) -> LiveKey | None:
    remembered = _remembered.get(prefix)
    if remembered and timedelta(0) <= at - remembered.read_at < REMEMBERED_FOR:
        return remembered
    if len(_remembered) >= REMEMBERED_AT_MOST:
        _remembered.clear()
    key = _read(prefix, at=at)
    if key:
        _remembered[prefix] = key
    else:
        _remembered.pop(prefix, None)
    return key


def _read(prefix: str, *, at: datetime) -> LiveKey | None:
    live = ApiKey.objects.filter(revoked_at=None, shop__is_active=True).select_related("shop")
    found = live.filter(prefix=prefix).first() if "\0" not in prefix else None
    if found is None:
        return None
    due = Q(last_used_at=None) | Q(last_used_at__lt=at - LAST_USED_WITHIN)
    ApiKey.objects.filter(due, pk=found.pk).update(last_used_at=at)
    return LiveKey(
        pk=found.pk,
        prefix=found.prefix,
        shop=found.shop,
        scopes=frozenset(found.scopes),
        secret_sha256=bytes(found.secret_sha256),
        expires_at=found.expires_at,
        reads_per_minute=found.reads_per_minute,
        writes_per_minute=found.writes_per_minute,
        read_at=at,
    )


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
