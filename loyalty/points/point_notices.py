"""Members hear of their points, tiers and gifts, once each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from crm import company
from crm.messages.notifying import Notified, notify
from crm.models import Customer
from loyalty.points import gifting

SOURCE = "notice"
# What happened longer ago is no news.
NEWS_LASTS = timedelta(days=2)


@dataclass(frozen=True, kw_only=True)
class News:
    """What stands on a customer's timeline: for the same entry nobody is told twice."""

    customer_id: int
    entry_id: int
    happened_at: datetime


def tell_of_points(news: News, *, points: int, order_number: str, at: datetime) -> Notified | None:
    """Points were earned for an order. None: it is no news. Locks the customer's row."""
    return _tell(news, "points_earned", {"points": points, "order.number": order_number}, at)


def tell_of_expiry(news: News, *, points: int, expires_at: datetime, at: datetime) -> Notified | None:
    """Points go soon: the day is the last on which they pay. None: it is no news. Locks the customer's row."""
    last_day = (expires_at.astimezone(company.current().clock) - timedelta(microseconds=1)).date()
    return _tell(news, "points_expire_soon", {"points": points, "expires_on": last_day}, at)


def tell_of_tier(news: News, *, tier_name: str, at: datetime) -> Notified | None:
    """A tier was reached. None: it is no news. Locks the customer's row."""
    return _tell(news, "tier_reached", {"tier.name": tier_name}, at)


def tell_of_gift(news: News, *, key: str, gift_name: str, at: datetime) -> Notified | None:
    """A gift for a birthday was given: advertising, so only with a consent. None: it is no news, or another gift.

    `key`: what loyalty.points.gifting told the gift under. Locks the customer's row.
    """
    if not gifting.is_for_a_birthday(key):
        return None
    return _tell(news, "birthday_gift", {"gift.name": gift_name}, at)


def _tell(news: News, notice: str, figures: Mapping[str, Any], at: datetime) -> Notified | None:
    if news.happened_at < at - NEWS_LASTS:
        return None
    return notify(
        Customer.objects.get(pk=news.customer_id),
        notice,
        figures=figures,
        source=SOURCE,
        source_id=f"{notice}:entry:{news.entry_id}",
        at=at,
    )
