"""What the programme knows of why somebody comes back: for crm.worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection
from django.db.models import Count

from crm.worth.outcomes import Asked, ids_of
from crm.worth.signs import Signs
from loyalty.models import Referral

WITH_COUPONS_OR_POINTS = """
SELECT o.customer_id, o.id
FROM crm_order o JOIN loyalty_couponuse u ON u.shop_id = o.shop_id AND u.order_external_id = o.external_id
WHERE o.customer_id = ANY (%(ids)s) AND o.cancelled_at IS NULL
  AND u.order_external_id <> '' AND u.released_at IS NULL
UNION
SELECT o.customer_id, o.id
FROM crm_order o JOIN loyalty_transaction t ON t.order_id = o.id
WHERE o.customer_id = ANY (%(ids)s) AND o.cancelled_at IS NULL AND t.kind IN ('redeem', 'capture')
"""

MEMBERS = """
SELECT DISTINCT customer_id FROM loyalty_member
WHERE customer_id = ANY (%(ids)s) AND joined_at < %(since)s AND (left_at IS NULL OR left_at >= %(since)s)
"""
BROUGHT_A_FRIEND = """
SELECT DISTINCT m.customer_id
FROM loyalty_member m JOIN loyalty_referral r ON r.referrer_id = m.id JOIN crm_order o ON o.id = r.order_id
WHERE m.customer_id = ANY (%(ids)s) AND r.refused_at IS NULL
  AND o.placed_at >= %(since)s AND o.placed_at < %(until)s
"""


def orders_with_coupons_or_points(ids: Sequence[int]) -> list[tuple[int, int]]:
    """Of these customers, (customer, order) where a coupon was used or points were paid with."""
    with connection.cursor() as cursor:
        cursor.execute(WITH_COUPONS_OR_POINTS, {"ids": list(ids)})
        return list(cursor.fetchall())


def friends_brought(ids: Sequence[int]) -> Mapping[int, Signs]:
    """Friends who bought, by whoever recommended us to them."""
    bought = Referral.objects.filter(referrer__customer__in=ids, order__isnull=False, refused_at=None)
    by_referrer = bought.values_list("referrer__customer").annotate(many=Count("pk"))
    return {customer: Signs(friends=many) for customer, many in by_referrer}


def members_at(asked: Asked) -> set[int]:
    """Who was a member of any programme when the time began."""
    return ids_of(MEMBERS, asked)


def brought_a_friend(asked: Asked) -> set[int]:
    """Whose friend bought for the first time."""
    return ids_of(BROUGHT_A_FRIEND, asked)
