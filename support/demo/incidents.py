"""The demo's chapter about incidents: one of last week that is over, and the draft that somebody has to let out.

Last week a storm held up what lay in Varna: who waited was told before they asked. This morning there is no
electricity.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from crm.messages import messaging, notifying
from crm.messages.preferred_channel import ways_to
from crm.models import Customer, Message, Order, User
from support.incidents import drafting
from support.incidents.drafting import Kind, Told
from support.models import AffectedPerson, Incident, IncidentNotice, IncidentTelling, Script

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
TOLD = 12
OF_VARNA = {
    "all": [
        {"field": "order.warehouse", "op": "eq", "value": "varna"},
        {"field": "order.progress", "op": "in", "value": ["placed", "paid"]},
    ]
}
STORM = {
    "ru": {
        "title": "Шторм в Варне: отправления задерживаются",
        "text": "Курьеры не могли выехать. Сейчас всё в пути.",
    },
    "bg": {
        "title": "Буря във Варна: пратките закъсняват",
        "text": "Куриерите не можеха да тръгнат. Вече всичко е на път.",
    },
    "en": {
        "title": "A storm in Varna holds up parcels",
        "text": "Couriers could not set off. Everything is on its way now.",
    },
}
NO_ELECTRICITY = {
    "ru": {
        "title": "Склад в Варне без электричества",
        "text": "Заказы из Варны отправятся позже. Ничего делать не нужно: мы напишем, когда они будут в пути.",
    },
    "bg": {
        "title": "Складът във Варна е без ток",
        "text": "Поръчките от Варна ще тръгнат по-късно. Не е нужно да правите нищо: ще Ви пишем, когато тръгнат.",
    },
    "en": {
        "title": "The Varna warehouse has no electricity",
        "text": "Orders from Varna will leave later. There is nothing you need to do: we will write when they do.",
    },
}
WORDS = ("варн", "varna", "ток", "электрич", "electric", "склад", "warehouse")


@transaction.atomic
def tell(*, lead: User, now: datetime) -> None:
    """Once."""
    if Incident.objects.exists():
        return
    _storm(lead, now=now)
    no_electricity(lead, now=now)


def no_electricity(lead: User, *, now: datetime) -> Incident:
    """A draft: nobody is told of anything yet."""
    told = Told(
        names={language: words["title"] for language, words in NO_ELECTRICITY.items()},
        affected=OF_VARNA,
        began_at=now - 40 * MINUTE,
        summary="Енергото казва: до 18:00 ч. Нищо не тръгва от Варна; София работи.",
        script=Script.objects.filter(slug="outage").first(),
        link_words=WORDS,
        public_words=NO_ELECTRICITY,
    )
    incident = drafting.draft(told, by=lead, at=now - 25 * MINUTE)
    return drafting.show(incident, on=True, at=now - 25 * MINUTE)


def _storm(lead: User, *, now: datetime) -> None:
    """What stands of one that is over. The people of then, as many as TOLD, each with their letter."""
    began = now - 9 * DAY
    told = Told(
        names={language: words["title"] for language, words in STORM.items()},
        affected=OF_VARNA,
        began_at=began,
        summary="Буря: куриерите от Варна не тръгват до сутринта.",
        public_words=STORM,
    )
    incident = drafting.draft(told, by=lead, at=began)
    first = incident.notices.get()
    over = IncidentNotice(
        incident=incident,
        kind=Kind.RESOLVED,
        texts=drafting.beginning(Kind.RESOLVED),
        created_at=began,
        moved_at=began,
    )
    orders = Order.objects.filter(
        warehouse="varna", placed_at__range=(began - DAY, began), customer__erased_at=None
    )
    waited = {order.customer_id: order for order in orders.select_related("customer", "shop")[: 3 * TOLD]}
    people = list(waited.values())[:TOLD]
    for notice, at in ((first, began + 20 * MINUTE), (over, began + DAY)):
        _went_out(notice, people, by=lead, at=at)
    AffectedPerson.objects.bulk_create(
        AffectedPerson(
            incident=incident, customer=order.customer, order=order, found_at=began, gone_at=began + DAY
        )
        for order in people
    )
    incident.state, incident.shown_at = Incident.State.RESOLVED, began
    incident.announced_at, incident.announced_by = began + 20 * MINUTE, lead
    incident.resolved_at, incident.resolved_by = began + DAY, lead
    incident.save()


def _went_out(notice: IncidentNotice, people: list[Order], *, by: User, at: datetime) -> None:
    notice.state, notice.people_total = IncidentNotice.State.DONE, len(people)
    notice.let_out_by, notice.let_out_at, notice.finished_at, notice.moved_at = (
        by,
        at,
        at + MINUTE,
        at + MINUTE,
    )
    notice.save()
    for order in people:
        if order.customer is None:
            continue
        message = _letter(notice, order, order.customer, at=at)
        IncidentTelling.objects.create(
            notice=notice,
            customer=order.customer,
            order=order,
            message=message,
            why_not="" if message else notifying.WhyNot.NO_WAY,
            told_at=at,
        )


def _letter(notice: IncidentNotice, order: Order, person: Customer, *, at: datetime) -> Message | None:
    way = next(iter(ways_to(person)), None)
    if way is None:
        return None
    language = notifying.language_of(person)
    figures = {"order.number": order.number}
    words = notifying.fill(drafting.words_of(notice)[language], person, language=language, figures=figures)
    message = messaging.write(
        person,
        account=way.account,
        to=way.address,
        subject=words.subject,
        text=words.long,
        short_text=words.short,
        language=language,
        notice=drafting.catalogue_of(notice).name,
        source="incident",
        source_id=f"notice:{notice.pk}:demo:{order.pk}",
        at=at,
    )
    message.state, message.sent_at, message.delivered_at = Message.State.DELIVERED, at + MINUTE, at + MINUTE
    message.save(update_fields=["state", "sent_at", "delivered_at"])
    return message
