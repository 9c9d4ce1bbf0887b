"""How somebody is best reached, and why they come back: as they said it, or as it was learned from them."""

from __future__ import annotations

from typing import Any

from django.db.models import Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext_lazy as _

from crm.messages.channel_names import CHANNELS
from crm.models import LoyaltyKind
from crm.rules.kinds import Choice
from crm.rules.moments import Moment
from crm.rules.registry import Field, Row, add_fields, along

REACHED_BY = ("phone", "email", "sms", "telegram", "viber", "chat")


def _channels() -> Any:
    return ((code, CHANNELS[code][0]) for code in REACHED_BY)


def _preferred_sql(row: Row, _moment: Moment) -> Any:
    """What they said comes before what was learned. Neither: not known."""
    said, learned = (
        NullIf(row.column(path), Value("")) for path in ("preferred_channel", "worth__learned_channel")
    )
    return Coalesce(said, learned)


def _preferred(customer: Any, _moment: Moment) -> str | None:
    return customer.preferred_channel or along(customer, "worth__learned_channel") or None


add_fields(
    "customer",
    Field(
        name="customer.preferred_channel",
        kind=Choice(_channels),
        label=_("Preferred channel of the customer, said or learned"),
        sql=_preferred_sql,
        value=_preferred,
    ),
    Field(
        name="customer.loyalty_kind",
        kind=Choice(lambda: LoyaltyKind.choices),
        label=_("Why the customer comes back"),
        sql=lambda row, _moment: NullIf(row.column("loyalty__dominant"), Value("")),
        value=lambda customer, _moment: along(customer, "loyalty__dominant") or None,
    ),
)
