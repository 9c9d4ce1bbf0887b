"""Ways from a figure to the people behind it, and to what can be done for them."""

from __future__ import annotations

import json
from typing import Any, TypeAlias
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.dashboards.dashboard import Question, Way, Words, edges

Tree: TypeAlias = dict[str, Any]


def is_one(field: str, value: Any) -> Tree:
    return {"field": field, "op": "eq", "value": value}


def both(*conditions: Tree) -> Tree:
    return {"all": list(conditions)}


def either(*conditions: Tree) -> Tree:
    return {"any": list(conditions)}


def bought_within(question: Question) -> Tree:
    """Whoever placed an order in the period."""
    days = [question.period.since.isoformat(), question.period.until.isoformat()]
    return {"some": "customer.orders", "where": {"field": "order.placed_at", "op": "between", "value": days}}


def people_url(question: Question, conditions: Tree) -> str:
    """Empty for who may not look at people so: the number stands there without a way."""
    if not question.reader.has_perm("crm.add_segment"):
        return ""
    return f"{reverse('segments:new')}?{_query(question, conditions)}"


def to_people(question: Question, words: Words, conditions: Tree) -> list[Way]:
    url = people_url(question, conditions)
    return [Way(words=words, url=url)] if url else []


def to_orders(question: Question) -> list[Way]:
    """The orders of the period, of the shop and the channel that the page is about."""
    if not question.reader.has_perm("crm.view_order"):
        return []
    since, until = edges([question.period])
    told = question.narrowed
    its = {
        "placed_at__gte": since.isoformat(),
        "placed_at__lt": until.isoformat(),
        **({"shop__id__exact": told.shop} if told.shop else {}),
        **({"channel__exact": told.channel} if told.channel else {}),
    }
    return [Way(words=_("See the orders"), url=f"{reverse('admin:crm_order_changelist')}?{urlencode(its)}")]


def to_act(question: Question, words: Words, conditions: Tree) -> list[Way]:
    """First what is to be done for these people, then a draft: nothing happens before somebody starts it."""
    if not question.reader.has_perm("crm.add_campaign"):
        return []
    return [Way(words=words, url=f"{reverse('campaigns:new')}?{_query(question, conditions)}")]


def _query(question: Question, conditions: Tree) -> str:
    """Where the page tells of a segment, so do its ways."""
    segment = question.narrowed.segment
    if segment:
        within = {"some": "customer.segments", "where": is_one("segment.is", segment)}
        conditions = both(conditions, within)
    return urlencode({"conditions": json.dumps(conditions, separators=(",", ":"))})
