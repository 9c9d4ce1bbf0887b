"""What every template may use: icons, numbers, money and dates as the reader's language says them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from crm.audit import TRACKED
from crm.customer_page import Panel, Visit
from crm.messages.channel_names import channel_name
from crm.models import Shipment
from crm.purchases.delivery_promises import verdict
from crm.purchases.order_progress import Progress
from crm.words import wording

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawing of templates/_icons.html, hidden from readers of the screen: a word always stands beside it."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="#icon-{}"/></svg>', name)


@register.filter
def number(value: Decimal | int | float | None, places: int = 0) -> str:
    return "" if value is None else wording.number(value, places)


@register.filter
def money(amount: Decimal | None, currency: str) -> str:
    return wording.money(amount, currency)


@register.filter
def channel(name: str) -> str:
    """“Telegram”, as the reader calls it."""
    return str(channel_name(name))


@register.simple_tag
def when(moment: datetime | None, now: datetime | None = None) -> SafeString | str:
    """A moment as people say it, “yesterday, 15:00” when near, with the exact one for machines."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), wording.near(moment, now)
    )


@register.simple_tag
def clock(moment: datetime) -> SafeString:
    """The time of day alone, where the day stands above."""
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), wording.time_of(moment)
    )


MOODS = {"cancelled": "bad"}
STATE_ICONS = {
    "placed": "order",
    "paid": "check",
    "shipped": "clock",
    "delivered": "check",
    "completed": "check",
    "cancelled": "cross",
}


@register.simple_tag
def progress_badge(progress: str) -> SafeString:
    """How far an order has come, in a word, an icon and a colour."""
    return format_html(
        '<span class="badge {}">{}{}</span>',
        MOODS.get(progress, ""),
        icon(STATE_ICONS.get(progress, "order")),
        Progress(progress).label,
    )


@register.simple_tag
def delivery(parcel: Shipment, progress: str, now: datetime) -> SafeString | str:
    """What was promised and what came of it; late is said in words, with a sign, in colour."""
    today = timezone.localdate(now)
    found = verdict(
        promised_on=parcel.promised_on,
        delivered_on=timezone.localdate(parcel.delivered_at) if parcel.delivered_at else None,
        today=today,
        is_cancelled=progress == Progress.CANCELLED,
    )
    words = found.aloud(today)
    if not words:
        return ""
    return format_html('<span class="{}">{}{}</span>', _dress(found.mood), icon(found.icon), words)


def _dress(mood: str) -> str:
    """Only what is late stands in a box: a kept promise is said in passing."""
    return f"badge {mood}" if mood in ("bad", "warn") else "kept"


@register.simple_tag
def page_link(changelist: Any, place: str) -> str:
    """The address of a list's page that goes on from a place: see crm.admin.keyset."""
    return str(changelist.get_query_string({"p": place}))


@register.simple_tag
def changes_url(record: Any) -> str:
    """Where it is told what was changed on a record; empty for what nobody keeps watch over."""
    if record._meta.model_name not in TRACKED:
        return ""
    return reverse("crm:changes", args=[record._meta.model_name, record.pk])


@register.filter
def plus(amount: Decimal, other: Decimal) -> Decimal:
    return amount + other


@register.simple_tag(takes_context=True)
def panel_body(context: template.Context, panel: Panel, visit: Visit) -> SafeString:
    """The inside of a card of the customer's page, with its own words and nothing of the page around it."""
    request = context.get("request")
    return render_to_string(panel.template, {**panel.context, "visit": visit}, request=request)
