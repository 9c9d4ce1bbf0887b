"""What every template may use: icons, numbers, money and dates as the reader's language says them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from crm import wording

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawing of templates/_icons.html, hidden from readers of the screen: a word always stands beside it."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="#{}"/></svg>', name)


@register.filter
def number(value: Decimal | int | float | None, places: int = 0) -> str:
    return "" if value is None else wording.number(value, places)


@register.filter
def money(amount: Decimal | None, currency: str) -> str:
    return wording.money(amount, currency)


@register.simple_tag
def when(moment: datetime | None, now: datetime | None = None) -> SafeString | str:
    """A moment as people say it, “yesterday, 15:00” when near, with the exact one for machines."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), wording.near(moment, now))


@register.simple_tag
def clock(moment: datetime) -> SafeString:
    """The time of day alone, where the day stands above."""
    local = timezone.localtime(moment)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), wording.time_of(moment))
