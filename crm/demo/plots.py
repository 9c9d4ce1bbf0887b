"""What happened to the characters: written by hand, told through the verbs as their shops would tell it, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from crm import timeline
from crm.demo import characters
from crm.demo.catalogue import BY_NAME
from crm.demo.channels import handles
from crm.demo.characters import Character
from crm.demo.company import Stage, warehouse_of
from crm.demo.lives import ONLINE
from crm.demo.order_numbers import OrderNumbers
from crm.demo.orders import DELIVERY, FREE_DELIVERY_FROM, RETURN_WINDOW
from crm.demo.rhythm import HERE
from crm.facts import ShopEventHappened
from crm.models import Address, Company, CompanyPerson, Customer, EventType, Identity, Order, User
from crm.people import customers, noting
from crm.people.identification import Hint
from crm.people.identity_kinds import IdentityKind
from crm.purchases import figures, ordering, returning, shipping
from crm.purchases.returning import LineReturned

RECOMMENDED = "friend-recommended"
LOCKER = "BoxPoint 31, бул. „Владислав Варненчик“ 60"


@dataclass(frozen=True, kw_only=True)
class Bought:
    """An order that went well: how many days ago, where, what (name → how many). `late_days` is how well."""

    days_ago: int
    goods: dict[str, int]
    shop: str = ONLINE
    late_days: int = 0


VERA_BOUGHT = (
    Bought(days_ago=412, goods={"Earl Grey Bergamot, 100 g": 1, "Rosa Damascena Water, 200 ml": 1}),
    Bought(days_ago=371, goods={"Rose Hand Cream, 75 ml": 2, "Lip Balm Honey": 1}, shop="lipa-varna"),
    Bought(days_ago=338, goods={"Milk Oolong, 50 g": 1, "Linden Honey, 400 g": 1}),
    Bought(days_ago=290, goods={'Gift Box "Rose Valley"': 1, "Gift Wrapping": 1}),
    Bought(days_ago=247, goods={"Earl Grey Bergamot, 100 g": 2, "Linden Blossom, 50 g": 1}, late_days=2),
    Bought(
        days_ago=201,
        goods={"Sun Fluid SPF 50, 50 ml": 1, "After Sun Gel with Aloe, 200 ml": 1},
        shop="lipa-varna",
    ),
    Bought(days_ago=158, goods={"Iced Peach and Verbena, 100 g": 1, "Glass Teapot, 600 ml": 1}),
    Bought(days_ago=113, goods={"Rose Day Cream, 50 ml": 1, "Rosa Damascena Water, 200 ml": 1}),
    Bought(days_ago=74, goods={"Earl Grey Bergamot, 100 g": 2, "Dark Chocolate with Tea, 80 g": 2}),
    Bought(
        days_ago=38, goods={"Nettle Shampoo, 250 ml": 1, "Rose Hand Cream, 75 ml": 1, "Rose Soap, 100 g": 2}
    ),
)
VERA_AWAITS = {"Earl Grey Bergamot, 100 g": 1, "Rosa Damascena Water, 200 ml": 1, 'Gift Box "Rose Valley"': 1}

KALINA_HOME = {"Mursala Mountain Tea, 40 g": 2, "Linden Honey, 400 g": 1}
KALINA_CAFE = {"English Breakfast, 50 bags": 3, "Sencha Kagoshima, 75 g": 2, "Ginger Biscuits, 200 g": 4}
KALINA_GIFTS = {'Gift Box "Two Cups"': 1, "Soy Candle Linden, 180 g": 1, "Gift Wrapping": 1}
KALINA_FACE = {"Linden Night Cream, 50 ml": 1, "Rosa Damascena Water, 200 ml": 2}

HANNAH_BOUGHT = Bought(
    days_ago=22,
    goods={'Gift Box "Two Cups"': 1, "Mursala Mountain Tea, 40 g": 1, "Lokum with Rose, 250 g": 1},
)


def told() -> bool:
    """Have the characters been told? They come last and together, so then everything is here."""
    return Identity.objects.filter(
        kind=IdentityKind.EXTERNAL, namespace=ONLINE, value=str(characters.HANNAH.number)
    ).exists()


@transaction.atomic
def tell(stage: Stage, *, now: datetime) -> None:
    """Tell all three stories, or none."""
    teller = Teller(stage, now)
    people = [teller.hannah(), teller.kalina(), teller.vera()]
    figures.recount([person.pk for person in people])


class Teller:
    """Tells what a shop would: through the verbs, at the moment it happened."""

    def __init__(self, stage: Stage, now: datetime) -> None:
        self.stage = stage
        self.today = now.astimezone(HERE).date()
        self.now = now
        self.numbers = OrderNumbers()

    # The three ---------------------------------------------------------------
    def vera(self) -> Customer:
        who = characters.VERA
        vera = self.joins(
            who,
            days_ago=412,
            more=[Hint(kind=IdentityKind.TELEGRAM, value=handles(who)["telegram"], is_verified=True)],
        )
        Customer.objects.filter(pk=vera.pk).update(preferred_channel="telegram")
        orders = [self.buys(vera, bought) for bought in VERA_BOUGHT]
        self.brings_back(orders[7], line="1", days_ago=104, reason="Не подошёл аромат")
        self.notes(
            vera,
            days_ago=240,
            text="Пратката закъсня два дни, извинихме се. Мостра „Milk Oolong“ със следващата.",
        )
        self.notes(
            vera, days_ago=103, text="Върна дневния крем, сумата е възстановена същия ден. Пишем на руски."
        )
        self.waits_for_a_late_parcel(vera)
        self.notes(
            vera,
            days_ago=1,
            text="Попита в Telegram къде е пратката. Куриерът мълчи; обещах да се обадим днес.",
        )
        return vera

    def waits_for_a_late_parcel(self, vera: Customer) -> None:
        order = self.places(vera, days_ago=6, goods=VERA_AWAITS, shop=ONLINE)
        shipping.note_shipment(
            order,
            external_id="1",
            details={
                "carrier": "BoxPoint",
                "tracking_number": "BO7040112233",
                "pickup_point": LOCKER,
                "promised_on": self.day(2),
                "shipped_at": self.moment(5, 16, 40),
            },
            source=f"api:{ONLINE}",
            at=self.moment(5, 16, 41),
        )

    def kalina(self) -> Customer:
        kalina = self.joins(characters.KALINA, days_ago=655)
        goods = (KALINA_HOME, KALINA_CAFE, KALINA_FACE, KALINA_CAFE, KALINA_GIFTS)
        for visit, days_ago in enumerate(range(655, 8, -24)):
            shop = "lipa-sofia" if visit % 3 == 1 else ONLINE
            self.buys(
                kalina, Bought(days_ago=days_ago - visit % 3, goods=goods[visit % len(goods)], shop=shop)
            )
        cafe = Company.objects.create(
            name="Кафе „Ванила“ ЕООД", country="BG", registration_number="000001024"
        )
        CompanyPerson.objects.create(company=cafe, customer=kalina, role="собственик")
        Customer.objects.filter(pk=kalina.pk).update(
            account_manager=self.stage.manager, deputy_manager=self.stage.agent
        )
        for friend, days_ago in (("Деница", 401), ("Ралица", 214), ("Невена", 62), ("Боряна", 17)):
            self.recommends(kalina, friend=friend, days_ago=days_ago)
        self.notes(
            kalina,
            days_ago=398,
            text="Доведе приятелка в магазина на „Витоша“. Подарихме ѝ кутия „Little Thanks“.",
        )
        self.notes(
            kalina, days_ago=33, text="Иска договор за кафето: чай веднъж месечно, фактура до 5-о число."
        )
        return kalina

    def hannah(self) -> Customer:
        hannah = self.joins(characters.HANNAH, days_ago=22)
        self.buys(hannah, HANNAH_BOUGHT)
        self.notes(hannah, days_ago=21, text="Пита на английски дали може картичка към подаръка. Сложихме.")
        return hannah

    # What they do ------------------------------------------------------------
    def joins(self, who: Character, *, days_ago: int, more: Sequence[Hint] = ()) -> Customer:
        hints = [
            Hint(kind=IdentityKind.EXTERNAL, value=str(who.number)),
            Hint(kind=IdentityKind.EMAIL, value=who.email, is_verified=True),
            Hint(kind=IdentityKind.PHONE, value=who.phone),
            *more,
        ]
        if who.card:
            hints.append(Hint(kind=IdentityKind.CARD, value=who.card, is_verified=True))
        details = {
            "given_name": who.given_name,
            "patronymic": who.patronymic,
            "family_name": who.family_name,
            "birthday": who.birthday,
            "language": who.language,
            "time_zone": "Europe/Sofia",
        }
        at = self.moment(days_ago, 9, 12)
        shop = self.stage.shops[ONLINE]
        customer = customers.enrol(
            shop=shop, hints=hints, details=details, source=f"api:{ONLINE}", at=at
        ).customer
        Address.objects.create(customer=customer, country="BG", is_main=True, **vars(who.home))
        User.objects.create_user(who.email, name=f"{who.given_name} {who.family_name}", customer=customer)
        return customer

    def buys(self, customer: Customer, bought: Bought) -> Order:
        """An order from the counter, or one that is carried and comes."""
        if bought.shop != ONLINE:
            return self.places(customer, days_ago=bought.days_ago, goods=bought.goods, shop=bought.shop)
        order = self.places(customer, days_ago=bought.days_ago, goods=bought.goods, shop=ONLINE)
        arrived = self.moment(bought.days_ago - 3 - bought.late_days, 13, 25)
        parcel = {"carrier": "Strela Express", "tracking_number": f"ST40{order.pk:08d}"}
        left = self.moment(bought.days_ago - 1, 15, 5)
        self.parcel(
            order, {**parcel, "promised_on": self.day(bought.days_ago - 3), "shipped_at": left}, at=left
        )
        self.parcel(order, {"delivered_at": arrived}, at=arrived)
        if (completed := arrived + RETURN_WINDOW) <= self.now:
            ordering.advance_order(
                order, moment="completed", occurred_at=completed, source=f"api:{ONLINE}", at=completed
            )
        return order

    def places(self, customer: Customer, *, days_ago: int, goods: dict[str, int], shop: str) -> Order:
        """Placed and paid; over the counter that is all there is."""
        online = shop == ONLINE
        placed_at = self.moment(days_ago, 20 if online else 12, 14 + days_ago % 40)
        paid_at = placed_at + timedelta(minutes=3) if online else placed_at
        lines = [
            ordering.LineGiven(
                external_id=str(position),
                sku=BY_NAME[name].sku,
                quantity=Decimal(count),
                unit_price=BY_NAME[name].price,
            )
            for position, (name, count) in enumerate(goods.items(), start=1)
        ]
        total = sum((line.computed_amount for line in lines), Decimal(0))
        number = self.numbers.next(shop, placed_at)
        return ordering.place_order(
            shop=self.stage.shops[shop],
            customer=customer,
            external_id=number,
            number=number,
            channel="online" if online else "store",
            warehouse=warehouse_of(placed_at) if online else "",
            lines=lines,
            delivery_amount=DELIVERY if online and total < FREE_DELIVERY_FROM else Decimal(0),
            placed_at=placed_at,
            moments={"paid": paid_at} | ({} if online else {"completed": placed_at}),
            source=f"api:{shop}",
            at=paid_at,
        )

    def parcel(self, order: Order, details: dict[str, object], *, at: datetime) -> None:
        shipping.note_shipment(order, external_id="1", details=details, source=f"api:{ONLINE}", at=at)

    def brings_back(self, order: Order, *, line: str, days_ago: int, reason: str) -> None:
        at = self.moment(days_ago, 11, 30)
        returning.register_return(
            order,
            external_id=f"R-{order.number}",
            lines=[LineReturned(line=line, quantity=Decimal(1))],
            returned_at=at,
            reason=reason,
            source=f"api:{ONLINE}",
            at=at,
        )

    def notes(self, customer: Customer, *, days_ago: int, text: str) -> None:
        noting.write_note(
            customer,
            text=text,
            author=self.stage.agent,
            key=f"told-{days_ago}",
            at=self.moment(days_ago, 17, 20),
        )

    def recommends(self, customer: Customer, *, friend: str, days_ago: int) -> None:
        """In the online shop's own words: a type of event that it has registered."""
        shop = self.stage.shops[ONLINE]
        kind, _ = EventType.objects.get_or_create(
            shop=shop,
            name=RECOMMENDED,
            defaults={
                "label_en": "A friend came on this recommendation",
                "label_ru": "По этой рекомендации пришла подруга",
                "label_bg": "По тази препоръка дойде приятелка",
                "data_schema": {
                    "type": "object",
                    "properties": {"friend": {"type": "string", "maxLength": 100}},
                    "required": ["friend"],
                    "additionalProperties": False,
                },
            },
        )
        labels = {"en": kind.label_en, "ru": kind.label_ru, "bg": kind.label_bg}
        at = self.moment(days_ago, 18, 45)
        timeline.record(
            customer,
            ShopEventHappened(name=kind.name, labels=labels, data={"friend": friend}),
            source=f"api:{ONLINE}",
            source_id=f"event:{RECOMMENDED}:{customer.pk}:{days_ago}",
            occurred_at=at,
            recorded_at=at,
            shop=shop,
            channel="online",
        )

    # When --------------------------------------------------------------------
    def day(self, days_ago: int) -> date:
        return self.today - timedelta(days=days_ago)

    def moment(self, days_ago: int, hour: int, minute: int) -> datetime:
        """That many days ago at that time of the shop's day; never later than now."""
        day = self.day(days_ago)
        return min(datetime(day.year, day.month, day.day, hour, minute, tzinfo=HERE), self.now)
