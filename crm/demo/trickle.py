"""The demo goes on: every few seconds an order is placed or moves on, through the verbs that a real shop would reach.

The characters are left alone, so that the story stays as it is told.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from django.db import InterfaceError, OperationalError, connection
from django.db.models import Max, Min, QuerySet
from django.utils import timezone

from crm.demo import characters, company
from crm.demo.baskets import draw_basket, draw_taste
from crm.demo.company import Stage, warehouse_of
from crm.demo.lives import NOTES, ONLINE, STORES
from crm.demo.names import draw_person, mail_address, phone
from crm.demo.order_numbers import OrderNumbers
from crm.demo.orders import (
    CARRIERS,
    DELIVERY,
    FREE_DELIVERY_FROM,
    RETURN_WINDOW,
    RETURNS,
    priced,
    tracking_number,
    working_day_after,
)
from crm.demo.rhythm import HERE
from crm.errors import Refusal
from crm.models import Customer, Identity, Order
from crm.people import customers, noting
from crm.people.identification import Hint
from crm.people.identity_kinds import IdentityKind
from crm.purchases import ordering, returning, shipping
from crm.purchases.order_progress import Progress
from crm.purchases.returning import LineReturned

log = logging.getLogger(__name__)

SHORTEST_PAUSE, LONGEST_PAUSE = 2.0, 6.0
LOOKS_BACK = timedelta(days=12)
NEWEST = 60
SOURCE = f"api:{ONLINE}"


def run_until(stop: threading.Event) -> None:
    """One small event every few seconds. Where the database goes away, it waits for it to come back."""
    random = Random()  # noqa: S311
    life: Trickle | None = None
    while not stop.wait(random.uniform(SHORTEST_PAUSE, LONGEST_PAUSE)):
        try:
            life = life or Trickle(company.build(), random)
            life.step(at=timezone.now())
        except (OperationalError, InterfaceError) as error:
            log.warning("the database went away: %s", type(error).__name__)
            connection.close()
        except Refusal as refusal:
            log.info("the demo was refused: %s", refusal.code)


class Trickle:
    def __init__(self, stage: Stage, random: Random) -> None:
        self.stage = stage
        self.random = random
        self.numbers = OrderNumbers()
        told_of = [str(character.number) for character in characters.CUSTOMERS]
        cast = Identity.objects.filter(kind=IdentityKind.EXTERNAL, namespace=ONLINE, value__in=told_of)
        self.cast = set(cast.values_list("customer_id", flat=True))

    def step(self, *, at: datetime) -> None:
        """One thing happens."""
        deeds: list[Callable[[datetime], None]] = [self.place, self.move_on, self.bring_back, self.note]
        self.random.choices(deeds, (38, 54, 4, 4))[0](at)

    # An order ----------------------------------------------------------------
    def place(self, at: datetime) -> None:
        customer = self.newcomer(at) if self.random.random() < 0.12 else self.somebody()
        address = customer.addresses.first() if customer else None
        store = STORES.get(address.city) if address else None
        slug = store if store and self.random.random() < 0.3 else ONLINE
        basket = draw_basket(self.random, draw_taste(self.random), month=at.astimezone(HERE).month)
        lines = [
            ordering.LineGiven(
                external_id=str(position),
                sku=line.article.sku,
                quantity=line.quantity,
                unit_price=line.article.price,
                discount_amount=line.discount_amount,
            )
            for position, line in enumerate(map(priced, basket), start=1)
        ]
        total = sum((line.computed_amount for line in lines), Decimal(0))
        in_store = slug != ONLINE
        number = self.numbers.next(slug, at)
        ordering.place_order(
            shop=self.stage.shops[slug],
            customer=customer,
            external_id=number,
            number=number,
            channel=Order.Channel.STORE if in_store else Order.Channel.ONLINE,
            warehouse="" if in_store else warehouse_of(at),
            lines=lines,
            delivery_amount=DELIVERY if not in_store and total < FREE_DELIVERY_FROM else Decimal(0),
            placed_at=at,
            moments={"paid": at, "completed": at} if in_store else {},
            source=f"api:{slug}",
            at=at,
        )

    def somebody(self) -> Customer | None:
        """Any customer but the characters, found by key: counting a million would take longer than this is worth."""
        ends = Customer.objects.aggregate(first=Min("pk"), last=Max("pk"))
        if ends["last"] is None:
            return None
        near = Customer.objects.filter(
            pk__gte=self.random.randint(ends["first"], ends["last"]), merged_into=None, erased_at=None
        )
        return near.exclude(pk__in=self.cast).order_by("pk").first()

    def newcomer(self, at: datetime) -> Customer:
        person = draw_person(self.random, today=at.date())
        number = int(at.timestamp()) % 10_000_000
        details = {
            "given_name": person.given_name,
            "patronymic": person.patronymic,
            "family_name": person.family_name,
            "birthday": person.birthday,
            "language": person.language,
            "time_zone": "Europe/Sofia",
        }
        hints = [
            Hint(kind=IdentityKind.EXTERNAL, value=f"n{number}"),
            Hint(kind=IdentityKind.EMAIL, value=mail_address(person, number)),
            Hint(kind=IdentityKind.PHONE, value=phone(person.language, number)),
        ]
        shop = self.stage.shops[ONLINE]
        return customers.enrol(shop=shop, hints=hints, details=details, source=SOURCE, at=at).customer

    # Its way -----------------------------------------------------------------
    def move_on(self, at: datetime) -> None:
        """One of the latest open orders takes its next step."""
        under_way = self.latest(at).filter(progress__in=(Progress.PLACED, Progress.PAID, Progress.SHIPPED))
        order = self.one_of(under_way)
        if order is None:
            return self.place(at)
        if order.progress == Progress.SHIPPED:
            return self.deliver(order, at)
        if order.progress == Progress.PLACED and self.random.random() < 0.04:
            ordering.advance_order(order, moment="cancelled", occurred_at=at, source=SOURCE, at=at)
        elif order.progress == Progress.PLACED and self.random.random() < 0.7:
            ordering.advance_order(order, moment="paid", occurred_at=at, source=SOURCE, at=at)
        else:
            self.ship(order, at)
        return None

    def ship(self, order: Order, at: datetime) -> None:
        carrier = self.random.choice(CARRIERS)
        details = {
            "carrier": carrier,
            "tracking_number": tracking_number(self.random, carrier),
            "promised_on": working_day_after(at.astimezone(HERE).date(), 2),
            "shipped_at": at,
        }
        shipping.note_shipment(order, external_id="1", details=details, source=SOURCE, at=at)

    def deliver(self, order: Order, at: datetime) -> None:
        shipping.note_shipment(order, external_id="1", details={"delivered_at": at}, source=SOURCE, at=at)
        if order.paid_at is None:
            ordering.advance_order(order, moment="paid", occurred_at=at, source=SOURCE, at=at)

    # And back ----------------------------------------------------------------
    def bring_back(self, at: datetime) -> None:
        order = self.one_of(
            self.latest(at).filter(progress=Progress.DELIVERED, delivered_at__gt=at - RETURN_WINDOW)
        )
        line = order.lines.filter(returned_quantity=0).order_by("pk").first() if order else None
        if order is None or line is None:
            return self.move_on(at)
        language = order.customer.language if order.customer else "bg"
        returning.register_return(
            order,
            external_id=f"R-{order.number}-{line.external_id}",
            lines=[LineReturned(line=line.external_id, quantity=line.quantity)],
            returned_at=at,
            reason=self.random.choice(RETURNS.get(language, RETURNS["bg"])),
            source=SOURCE,
            at=at,
        )
        return None

    def note(self, at: datetime) -> None:
        if customer := self.somebody():
            text, author = self.random.choice(NOTES), self.stage.agent
            noting.write_note(customer, text=text, author=author, key=at.isoformat(), at=at)

    # Which -------------------------------------------------------------------
    def latest(self, at: datetime) -> QuerySet[Order]:
        online = Order.objects.filter(shop=self.stage.shops[ONLINE], placed_at__gt=at - LOOKS_BACK)
        return (
            online.exclude(customer__in=self.cast).select_related("customer", "shop").order_by("-placed_at")
        )

    def one_of(self, orders: QuerySet[Order]) -> Order | None:
        found = list(orders[:NEWEST])
        return self.random.choice(found) if found else None
