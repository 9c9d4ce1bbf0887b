"""Parcels of an order: who carries them, for when they were promised, when they came."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from django.db import transaction

from crm import timeline
from crm.facts import ParcelPromised
from crm.models import Order, Shipment
from crm.people.tombstones import refuse_words_about
from crm.purchases.ordering import advance_locked, check_plausible
from crm.timeline import Told

DETAILS = ("carrier", "tracking_number", "pickup_point", "promised_on", "shipped_at", "delivered_at")
PERSONAL = ("tracking_number", "pickup_point")


@transaction.atomic
def note_shipment(
    order: Order, *, external_id: str, details: Mapping[str, object], source: str, at: datetime
) -> Shipment:
    """Note what a shop says of one parcel, new or known by its `external_id`. What is not named stays as it was.

    A new promised day is a fact (ParcelPromised). The first parcel that leaves makes the order shipped, the last one
    that comes makes it delivered. Telling it again changes nothing. Locks the order's row, then its customer's.

    Raises:
        NotPlausible: a moment before 1970, or more than a day ahead.
        PersonErased: a tracking number or a place for somebody who was erased; without them, the rest is noted.
    """
    if unknown := set(details) - set(DETAILS):
        raise TypeError(f"not a parcel's details: {sorted(unknown)}")
    for moment in ("shipped_at", "delivered_at"):
        told = details.get(moment)
        if isinstance(told, datetime):
            check_plausible(told, at=at, pointer=f"/{moment}")
    order = (
        Order.objects.select_for_update(no_key=True, of=("self",))
        .select_related("customer", "shop")
        .get(pk=order.pk)
    )
    if any(details.get(name) for name in PERSONAL):
        refuse_words_about(order.customer)
    shipment = order.shipments.filter(external_id=external_id).first() or Shipment(
        order=order, external_id=external_id
    )
    promised_before = shipment.promised_on
    changed = [name for name, value in details.items() if getattr(shipment, name) != value]
    for name in changed:
        setattr(shipment, name, details[name])
    if changed or shipment.pk is None:
        shipment.save()
    if shipment.promised_on and shipment.promised_on != promised_before:
        _tell_promise(order, shipment, shipment.promised_on, source=source, at=at)
    _move_order(order, shipment, source=source, at=at)
    return shipment


def _tell_promise(order: Order, shipment: Shipment, promised_on: date, *, source: str, at: datetime) -> None:
    timeline.record_all(
        [
            Told(
                fact=ParcelPromised(
                    order_number=order.number,
                    carrier=shipment.carrier,
                    tracking_number=shipment.tracking_number,
                    promised_on=promised_on,
                ),
                customer_id=order.customer_id,
                occurred_at=at,
                recorded_at=at,
                source=source,
                # A day may be promised, moved and promised again: the telling is the event, not the day.
                source_id=f"shipment:{shipment.pk}:promised:{at.astimezone(UTC).isoformat()}",
                shop_id=order.shop_id,
                channel=order.channel,
                subject=shipment,
                language=order.customer.language if order.customer else "",
                is_history=order.is_history,
            )
        ]
    )


def _move_order(order: Order, shipment: Shipment, *, source: str, at: datetime) -> None:
    if shipment.shipped_at:
        advance_locked(order, moment="shipped", occurred_at=shipment.shipped_at, source=source, at=at)
    if shipment.delivered_at and not order.shipments.filter(delivered_at=None).exists():
        advance_locked(order, moment="delivered", occurred_at=shipment.delivered_at, source=source, at=at)
