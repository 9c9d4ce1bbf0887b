"""Incidents: the warehouse in Varna has no electricity, unless it is said otherwise."""

from datetime import datetime
from typing import Any

from crm.models import Customer, Order, User
from support.incidents import announcing, drafting
from support.models import Incident, IncidentGoodwill, IncidentNotice
from tests.factories.customers import CustomerFactory
from tests.factories.orders import placed_order
from tests.factories.shops import NOON

OF_VARNA = {
    "all": [
        {"field": "order.warehouse", "op": "eq", "value": "varna"},
        {"field": "order.progress", "op": "in", "value": ["placed", "paid"]},
    ]
}
PUBLIC = {
    "ru": {"title": "Склад в Варне без электричества", "text": "Заказы отправятся позже."},
    "bg": {"title": "Складът във Варна е без ток", "text": "Поръчките ще тръгнат по-късно."},
    "en": {"title": "The Varna warehouse has no electricity", "text": "Orders will leave later."},
}


def drafted(*, by: User | None = None, at: datetime = NOON, **more: Any) -> Incident:
    names = {language: words["title"] for language, words in PUBLIC.items()}
    told = {"names": names, "affected": OF_VARNA, "began_at": at, "public_words": PUBLIC, **more}
    return drafting.draft(drafting.Told(**told), by=by, at=at)


def draft_notice(incident: Incident) -> IncidentNotice:
    return incident.notices.get(state=IncidentNotice.State.DRAFT)


def announced(incident: Incident, *, by: User, at: datetime = NOON) -> IncidentNotice:
    """Let out and told to the last one."""
    notice = drafting.notice_of(incident, by=by, at=at)
    return told(announcing.let_out(notice, by=by, at=at), at=at)


def told(notice: IncidentNotice, *, at: datetime = NOON) -> IncidentNotice:
    return announcing.run(notice, clock=lambda: at)


def waits_for(warehouse: str = "varna", *, customer: Customer | None = None, **more: Any) -> Order:
    """Somebody's order that has not left the warehouse."""
    customer = customer or CustomerFactory()
    number = f"{warehouse}-{customer.pk}-{Order.objects.count()}"
    return placed_order(number, customer=customer, warehouse=warehouse, **more)


def at_work(incident: Incident, *, by: User, at: datetime = NOON) -> None:
    """Its first notice is let out and still to be told; goodwill for it waits for a second person. Rows alone."""
    announcing.let_out(draft_notice(incident), by=by, at=at)
    IncidentGoodwill.objects.create(
        incident=incident,
        points=50,
        price_amount="0.50",
        budget_amount="5.00",
        currency="EUR",
        state=IncidentGoodwill.State.WAITING,
        requested_by=by,
        requested_at=at,
        created_at=at,
        moved_at=at,
    )
