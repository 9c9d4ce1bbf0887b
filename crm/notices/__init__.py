"""Messages that the house writes by itself. ⟡ One file, one notice; to add one, write its file and its line.

Every app lists its own; all of them stand in the table that settings.NOTICES names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.notices.base import Notice
from crm.notices.campaign import CampaignNotice
from crm.notices.order_cancelled import OrderCancelledNotice
from crm.notices.order_delivered import OrderDeliveredNotice
from crm.notices.order_paid import OrderPaidNotice
from crm.notices.order_placed import OrderPlacedNotice
from crm.notices.order_shipped import OrderShippedNotice
from crm.notices.parcel_late import ParcelLateNotice
from crm.notices.parcel_promised import ParcelPromisedNotice

LISTED: Sequence[Notice] = (
    OrderPlacedNotice(),
    OrderPaidNotice(),
    OrderShippedNotice(),
    ParcelPromisedNotice(),
    ParcelLateNotice(),
    OrderDeliveredNotice(),
    OrderCancelledNotice(),
    CampaignNotice(),
)


class UnknownNotice(Refusal):
    code = "unknown-notice"
    title = _("There is no such notice.")
    status = 404


def notices() -> Mapping[str, Notice]:
    table: Sequence[Notice] = import_module(settings.NOTICES).NOTICES
    return {notice.name: notice for notice in table}


def notice_named(name: str) -> Notice:
    """Raises UnknownNotice."""
    known = notices().get(name)
    if known is None:
        raise UnknownNotice
    return known


__all__ = ["LISTED", "Notice", "UnknownNotice", "notice_named", "notices"]
