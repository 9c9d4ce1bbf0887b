"""A till without a connection keeps what it did, signed, and tells it later: in any order, each once.

The key of a browser is made while it has a connection; what it signs is believed to come from its cashier and shop,
whoever carries it here. Purchases earn by what held when they were made. Points pay only as far as the shop allows:
whether they are there is known only afterwards.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from secrets import token_urlsafe
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.crypto import constant_time_compare

from crm.models import Shop, User
from crm.secrets import sealing
from loyalty.models import Member, TillDevice, TillOperation, TillTerms
from loyalty.till import finding, selling
from loyalty.till.amounts import amounts_of
from loyalty.till.errors import (
    MayNotServe,
    NobodyMeant,
    NotSigned,
    SeveralMeant,
    SoldTooLongAgo,
    TooManyOfflinePoints,
)

MAY_SERVE = "loyalty.serve_at_till"
KEY_BYTES = 32
SIGNS_FOR = timedelta(days=7)
TOLD_WITHIN = timedelta(days=7)
CLOCKS_MAY_DIFFER = timedelta(minutes=10)
LONGEST_WHO = 120
LONGEST_RECEIPT = 64
MOST_POINTS = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class OfflineSale:
    """`who` is what the cashier typed or scanned to name the member."""

    key: UUID
    who: str
    amounts: Sequence[Decimal]
    points: int
    receipt: str
    sold_at: datetime


def equip(*, shop: Shop, cashier: User, at: datetime) -> tuple[TillDevice, str]:
    """A browser gets its key, which is told this once. Not idempotent: each asking makes another till."""
    key = token_urlsafe(KEY_BYTES)
    device = TillDevice(shop=shop, cashier=cashier, made_at=at, ends_at=at + SIGNS_FOR)
    device.keep_key(key)
    device.save(force_insert=True)
    return device, key


def points_allowed(shop: Shop) -> int:
    """How many points one purchase may spend without a connection."""
    found = TillTerms.objects.filter(shop=shop).values_list("offline_points", flat=True).first()
    return found or 0


def signature(key: str, told: str) -> str:
    """HMAC-SHA256 (RFC 2104) of the words as they were signed, in hexadecimal digits."""
    return hmac.new(key.encode(), told.encode(), hashlib.sha256).hexdigest()


def replay(*, device: str, told: str, shown: str, at: datetime) -> TillOperation:
    """Keep a purchase that was made without a connection, once, however often and in whatever order it is told.

    Locks as `selling.sell` does.

    Raises:
        NotSigned, MayNotServe, SoldTooLongAgo, NobodyMeant, SeveralMeant, TooManyOfflinePoints, UnreadableAmount, and
        what `finding.find` and `selling.sell` raise: nothing is kept.
    """
    till = _proved(device, told, shown)
    sale = _sale(told)
    until = min(till.ends_at, at + CLOCKS_MAY_DIFFER)
    if not till.made_at - CLOCKS_MAY_DIFFER <= sale.sold_at <= until:
        raise NotSigned
    if sale.sold_at < at - TOLD_WITHIN:
        raise SoldTooLongAgo
    if not _may_serve(till):
        raise MayNotServe
    if sale.points > (limit := points_allowed(till.shop)):
        raise TooManyOfflinePoints(limit=limit)
    return selling.sell(
        _meant(sale, till),
        shop=till.shop,
        amounts=sale.amounts,
        points=sale.points,
        receipt=sale.receipt,
        key=sale.key,
        by=till.cashier,
        at=at,
        sold_at=min(sale.sold_at, at),
    )


def _proved(device: str, told: str, shown: str) -> TillDevice:
    try:
        till = TillDevice.objects.select_related("shop", "cashier").filter(pk=device).first()
        if till and constant_time_compare(signature(till.key, told), shown):
            return till
    except (ValidationError, sealing.Unreadable):
        pass  # no such till, or nobody can tell any longer what it signed
    raise NotSigned


def _sale(told: str) -> OfflineSale:
    """What a till of ours signed was written by our own page: anything else was not."""
    try:
        given = json.loads(told)
        points, receipt, who = int(given["points"]), str(given["receipt"]), str(given["who"])
        sold_at = datetime.fromisoformat(given["sold_at"])
        key = UUID(given["key"])
    except (ValueError, TypeError, KeyError) as error:
        raise NotSigned from error
    if sold_at.tzinfo is None or not 0 <= points <= MOST_POINTS:
        raise NotSigned
    return OfflineSale(
        key=key,
        who=who[:LONGEST_WHO],
        amounts=amounts_of(str(given.get("amount", ""))),
        points=points,
        receipt=receipt.replace("\0", "").strip()[:LONGEST_RECEIPT],
        sold_at=sold_at,
    )


def _may_serve(till: TillDevice) -> bool:
    cashier, seen = till.cashier, till.cashier.shops_seen
    serves_there = seen is None or till.shop_id in seen
    return cashier.is_active and till.shop.is_active and serves_there and cashier.has_perm(MAY_SERVE)


def _meant(sale: OfflineSale, till: TillDevice) -> Member:
    """A code on a telephone is valid for a moment: for the one in which it was shown."""
    found = finding.find(sale.who, reader=till.cashier, at=sale.sold_at)
    if not found:
        raise NobodyMeant
    if len(found) > 1:
        raise SeveralMeant
    return found[0]
