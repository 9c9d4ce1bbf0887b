"""Thousands of lives written at once: by COPY, a thousand customers a transaction, each with all their past.

It reads as if Veren had been running all the time: every entry was recorded when it happened. A batch that is
committed stands whole, with its places in the feed, so loading may be interrupted and goes on where it stopped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter

from django.db import connection, models, transaction
from django.db.models import F
from django.db.models.functions import Cast

from crm import feed, figures, ordering
from crm.demo.company import CURRENCY, Stage
from crm.demo.copying import copy, copy_values, draw_ids
from crm.demo.lives import FIRST_NUMBER, ONLINE, Life, draw_life
from crm.demo.names import mail_address, phone
from crm.demo.orders import Comeback, Parcel, Story
from crm.demo.rhythm import HERE
from crm.facts import CustomerJoined, GoodsReturned, IdentityAdded, NoteWritten, ParcelPromised
from crm.identity_kinds import IdentityKind
from crm.models import (
    Address,
    Customer,
    FeedRow,
    Identity,
    Order,
    OrderLine,
    ReactionCursor,
    Return,
    ReturnLine,
    Shipment,
    TimelineEntry,
)
from crm.order_progress import MOMENTS, progress_of
from crm.reactions import afterwards
from crm.timeline import Told

BATCH = 1000
PREFIXES = {"lipa-online": "LO", "lipa-sofia": "LS", "lipa-varna": "LV"}
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many customers, over how many days, of which habits."""

    customers: int
    days: int
    mix: Mapping[str, int]


SIZES = {
    "small": Size(customers=2_000, days=730, mix={"once": 36, "regular": 23, "occasional": 25, "lapsed": 16}),
    "medium": Size(
        customers=50_000, days=730, mix={"once": 45, "regular": 14, "occasional": 25, "lapsed": 16}
    ),
    "large": Size(
        customers=1_000_000, days=540, mix={"once": 66, "regular": 3, "occasional": 22, "lapsed": 9}
    ),
}


def write(stage: Stage, *, size: Size, now: datetime, progress: Progress) -> None:
    """Write the customers that are missing to this size, batch by batch."""
    written = customers_written()
    numbers = OrderNumbers()
    for first in range(written, size.customers, BATCH):
        until = min(first + BATCH, size.customers)
        progress("customers", first, size.customers)
        lives = [
            draw_life(FIRST_NUMBER + place, mix=size.mix, days=size.days, now=now)
            for place in range(first, until)
        ]
        with transaction.atomic():
            Batch(stage, numbers).write(lives)
    progress("customers", size.customers, size.customers)


def customers_written() -> int:
    """How many stand already: their numbers in the online shop's system follow one another."""
    numbers = Identity.objects.filter(kind=IdentityKind.EXTERNAL, namespace=ONLINE, value__regex=r"^\d{4,}$")
    highest = numbers.aggregate(highest=models.Max(Cast("value", models.BigIntegerField())))["highest"]
    return highest - FIRST_NUMBER + 1 if highest else 0


class OrderNumbers:
    """The day's orders of a shop are counted from one: LO-261122-17 is the seventeenth online order of that day."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT left(number, 9), max(split_part(number, '-', 3)::int) FROM crm_order"
                " WHERE number ~ '^L[OSV]-[0-9]{6}-[0-9]{1,9}$' GROUP BY 1"
            )
            self.last = Counter(dict(cursor.fetchall()))

    def next(self, shop: str, placed_at: datetime) -> str:
        day = f"{PREFIXES[shop]}-{placed_at.astimezone(HERE):%y%m%d}"
        self.last[day] += 1
        return f"{day}-{self.last[day]}"


class Batch:
    """Turns lives into rows of every table, and writes them in the order in which they refer to each other."""

    def __init__(self, stage: Stage, numbers: OrderNumbers) -> None:
        self.stage = stage
        self.numbers = numbers
        self.told: list[Told] = []

    def write(self, lives: Sequence[Life]) -> None:
        customers = [_customer(life) for life in lives]
        copy(customers)
        self._write_people(lives, customers)
        self._write_orders(lives, customers)
        write_entries(self.told)
        figures.recount([customer.pk for customer in customers])

    # People ------------------------------------------------------------------
    def _write_people(self, lives: Sequence[Life], customers: Sequence[Customer]) -> None:
        identities: list[Identity] = []
        addresses: list[Address] = []
        for life, customer in zip(lives, customers, strict=True):
            identities += _identities(life, customer)
            addresses.append(_address(life, customer))
        copy(identities)
        copy(addresses)
        for life, customer in zip(lives, customers, strict=True):
            self._tell_person(life, customer)
        self._tell_cards([identity for identity in identities if identity.kind == IdentityKind.CARD])

    def _tell_person(self, life: Life, customer: Customer) -> None:
        shop = self.stage.shops[life.orders[0][0]]
        self.told.append(
            Told(
                fact=CustomerJoined(shop_name=shop.name),
                customer_id=customer.pk,
                occurred_at=life.joined_at,
                recorded_at=life.joined_at,
                source=f"api:{shop.slug}",
                source_id=f"customer:{customer.pk}",
                shop_id=shop.pk,
                subject=customer,
                language=customer.language,
            )
        )
        for noted_at, text in life.notes:
            self.told.append(
                Told(
                    fact=NoteWritten(text=text),
                    customer_id=customer.pk,
                    occurred_at=noted_at,
                    recorded_at=noted_at,
                    source="agent",
                    source_id=f"note:{customer.pk}:{noted_at.astimezone(UTC).isoformat()}",
                    actor_id=self.stage.agent.pk,
                    language="bg",
                )
            )

    def _tell_cards(self, cards: Sequence[Identity]) -> None:
        for card in cards:
            self.told.append(
                Told(
                    fact=IdentityAdded(identity_kind=card.kind),
                    customer_id=card.customer_id,
                    occurred_at=card.added_at,
                    recorded_at=card.added_at,
                    source=f"api:{ONLINE}",
                    source_id=f"identity:{card.pk}",
                    subject=card,
                    language=card.customer.language,
                )
            )

    # Orders ------------------------------------------------------------------
    def _write_orders(self, lives: Sequence[Life], customers: Sequence[Customer]) -> None:
        pairs = [
            (self._order(shop, story, customer), story)
            for life, customer in zip(lives, customers, strict=True)
            for shop, story in life.orders
        ]
        pairs.sort(key=lambda pair: pair[1].placed_at)
        for order, story in pairs:
            order.number = order.external_id = self.numbers.next(order.shop.slug, story.placed_at)
        orders = [order for order, _ in pairs]
        copy(orders)
        self._write_what_belongs_to(pairs)

    def _write_what_belongs_to(self, pairs: Sequence[tuple[Order, Story]]) -> None:
        lines = [self._lines(order, story) for order, story in pairs]
        every = [line for some in lines for line in some]
        copy(every)
        parcels = {order.pk: _parcel(order, story.parcel) for order, story in pairs if story.parcel}
        copy(list(parcels.values()))
        returns = {order.pk: _return(order, story.comeback) for order, story in pairs if story.comeback}
        copy(list(returns.values()))
        returned = [
            _return_line(returns[order.pk], some[story.comeback.position], story.comeback)
            for (order, story), some in zip(pairs, lines, strict=True)
            if story.comeback
        ]
        copy(returned)
        for (order, story), some in zip(pairs, lines, strict=True):
            self._tell_order(order, story, some, parcels.get(order.pk), returns.get(order.pk))

    def _order(self, slug: str, story: Story, customer: Customer) -> Order:
        moments = {moment: getattr(story, f"{moment}_at") for moment in MOMENTS}
        return Order(
            shop=self.stage.shops[slug],
            customer=customer,
            channel=story.channel,
            currency=CURRENCY,
            goods_amount=story.goods_amount,
            delivery_amount=story.delivery_amount,
            progress=progress_of(moments),
            created_at=story.placed_at,
            **{f"{moment}_at": occurred_at for moment, occurred_at in moments.items()},
        )

    def _lines(self, order: Order, story: Story) -> list[OrderLine]:
        products = self.stage.products
        return [
            OrderLine(
                order=order,
                external_id=str(position),
                product=products[line.article.sku],
                sku=line.article.sku,
                name=line.article.name,
                quantity=line.quantity,
                unit_price=line.article.price,
                discount_amount=line.discount_amount,
                amount=line.amount,
                unit_cost=line.article.unit_cost,
                returned_quantity=line.returned,
            )
            for position, line in enumerate(story.lines, start=1)
        ]

    def _tell_order(
        self,
        order: Order,
        story: Story,
        lines: Sequence[OrderLine],
        parcel: Shipment | None,
        goods_return: Return | None,
    ) -> None:
        source = f"api:{order.shop.slug}"
        for moment in MOMENTS:
            if occurred_at := getattr(order, f"{moment}_at"):
                fact = ordering.fact_of(order, moment, lines=lines, reason=story.cancelled_because)
                self.told.append(ordering.tell(order, fact, moment=moment, source=source, at=occurred_at))
        if parcel and story.parcel:
            self.told.append(_promise(order, story.parcel, parcel, source))
        if goods_return and story.comeback:
            self.told.append(_comeback(order, goods_return, lines[story.comeback.position], source))


def _customer(life: Life) -> Customer:
    return Customer(
        given_name=life.person.given_name,
        patronymic=life.person.patronymic,
        family_name=life.person.family_name,
        birthday=life.person.birthday,
        language=life.person.language,
        time_zone="Europe/Sofia",
        preferred_channel="telegram" if life.telegram else "",
        created_at=life.joined_at,
        updated_at=life.joined_at,
    )


def _identities(life: Life, customer: Customer) -> list[Identity]:
    """The number in the online shop always; the rest as far as it was given."""
    by = Identity.Evidence
    language = life.person.language
    mail, mobile = mail_address(life.person, life.number), phone(language, life.number)
    found = [_identity(customer, IdentityKind.EXTERNAL, str(life.number), by.SHOP, life.joined_at, ONLINE)]
    if life.gave_email:
        found.append(
            _identity(
                customer, IdentityKind.EMAIL, mail, by.CODE if life.confirmed else by.SHOP, life.joined_at
            )
        )
    if life.gave_phone:
        found.append(_identity(customer, IdentityKind.PHONE, mobile, by.TYPED, life.joined_at))
    if life.has_card:
        last_known = life.orders[min(1, len(life.orders) - 1)][1].placed_at
        found.append(_identity(customer, IdentityKind.CARD, f"2960{life.number:09d}", by.SHOP, last_known))
    if life.telegram:
        found.append(_identity(customer, IdentityKind.TELEGRAM, life.telegram, by.MESSAGE, life.joined_at))
    return found


def _identity(
    customer: Customer, kind: str, value: str, evidence: str, added_at: datetime, namespace: str = ""
) -> Identity:
    proven = evidence in (Identity.Evidence.CODE, Identity.Evidence.MESSAGE) or kind in (
        IdentityKind.EXTERNAL,
        IdentityKind.CARD,
    )
    return Identity(
        customer=customer,
        kind=kind,
        namespace=namespace,
        value=value,
        original=value,
        evidence=evidence,
        verified_at=added_at if proven else None,
        added_at=added_at,
    )


def _address(life: Life, customer: Customer) -> Address:
    return Address(
        customer=customer,
        country="BG",
        region=life.home.region,
        city=life.home.city,
        postal_code=life.home.postal_code,
        street=life.home.street,
        is_main=True,
    )


def _parcel(order: Order, parcel: Parcel) -> Shipment:
    return Shipment(order=order, external_id="1", **vars(parcel))


def _return(order: Order, comeback: Comeback) -> Return:
    return Return(
        shop=order.shop,
        customer=order.customer,
        external_id=f"R-{order.number}",
        number=f"R-{order.number}",
        currency=order.currency,
        amount=comeback.amount,
        reason=comeback.reason,
        returned_at=comeback.returned_at,
        created_at=comeback.returned_at,
    )


def _return_line(goods_return: Return, sold: OrderLine, comeback: Comeback) -> ReturnLine:
    return ReturnLine(
        goods_return=goods_return,
        order_line=sold,
        sku=sold.sku,
        name=sold.name,
        quantity=comeback.quantity,
        amount=comeback.amount,
    )


def _promise(order: Order, parcel: Parcel, shipment: Shipment, source: str) -> Told:
    """As crm.shipping tells it."""
    return Told(
        fact=ParcelPromised(
            order_number=order.number,
            carrier=parcel.carrier,
            tracking_number=parcel.tracking_number,
            promised_on=parcel.promised_on,
        ),
        customer_id=order.customer_id,
        occurred_at=parcel.shipped_at,
        recorded_at=parcel.shipped_at,
        source=source,
        source_id=f"shipment:{shipment.pk}:promised:{parcel.shipped_at.astimezone(UTC).isoformat()}",
        shop_id=order.shop_id,
        channel=order.channel,
        subject=shipment,
        language=order.customer.language if order.customer else "",
    )


def _comeback(order: Order, goods_return: Return, line: OrderLine, source: str) -> Told:
    """As crm.returning tells it."""
    return Told(
        fact=GoodsReturned(
            return_number=goods_return.number,
            order_numbers=order.number,
            amount=goods_return.amount,
            currency=goods_return.currency,
            lines_count=1,
            goods=ordering.goods_of([line]),
        ),
        customer_id=order.customer_id,
        occurred_at=goods_return.returned_at,
        recorded_at=goods_return.returned_at,
        source=source,
        source_id=f"return:{goods_return.pk}",
        shop_id=order.shop_id,
        channel=order.channel,
        subject=goods_return,
        language=order.customer.language if order.customer else "",
    )


def write_entries(told: Sequence[Told]) -> None:
    """Append entries by COPY and give them their places in the feed at once, in the order in which they happened.

    Takes the sequencer's lock until commit. Reactions that had read everything so far are moved past these entries:
    what they would make of this past stands already (the figures), is a chapter of its own, or is not wanted.
    """
    ids = draw_ids(TimelineEntry, len(told))
    in_time = sorted(told, key=attrgetter("occurred_at"))
    copy_values(TimelineEntry, ({"id": pk, **one.row()} for pk, one in zip(ids, in_time, strict=True)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('crm_sequence_feed'))")
    head = feed.head()
    copy_values(
        FeedRow, ({"position": head + place, "entry_id": pk} for place, pk in enumerate(ids, start=1))
    )
    ReactionCursor.objects.bulk_create(
        (ReactionCursor(reaction=reaction.name) for reaction in afterwards()), ignore_conflicts=True
    )
    ReactionCursor.objects.filter(position=head).update(position=F("position") + len(ids))
