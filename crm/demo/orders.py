"""How one order goes: paid, carried, sometimes late, sometimes back. Pure draws; nothing lies in the future."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from crm.demo.baskets import Picked
from crm.demo.catalogue import Article
from crm.demo.rhythm import HERE

CENT = Decimal("0.01")
FREE_DELIVERY_FROM = Decimal(45)
DELIVERY = Decimal("3.90")
RETURN_WINDOW = timedelta(days=14)

CARRIERS = ("Strela Express", "Sokol Post", "BoxPoint")
PICKUP_POINTS = {
    "София": (
        "BoxPoint 114, метростанция „Сердика“",
        "BoxPoint 87, пазар „Красно село“",
        "BoxPoint 203, бул. „Черни връх“ 41",
    ),
    "Варна": (
        "BoxPoint 31, бул. „Владислав Варненчик“ 60",
        "BoxPoint 36, ул. „Цар Симеон“ 12",
        "BoxPoint 40, кв. „Чайка“",
    ),
}
ANYWHERE = ("BoxPoint 12, автогара", "BoxPoint 19, централен пазар")

# What people say themselves, in their own language.
CANCELLATIONS = {
    "bg": ("Поръчано два пъти по погрешка", "Вече не е нужно", "Грешен адрес", "Доставката е твърде късно"),
    "ru": ("Заказано дважды по ошибке", "Уже не нужно", "Неверный адрес", "Слишком долгая доставка"),
    "en": ("Ordered twice by mistake", "No longer needed", "Wrong address", "Delivery takes too long"),
}
RETURNS = {
    "bg": ("Ароматът не допадна", "Пристигна повредено", "Подаръкът не потрябва", "Грешен артикул"),
    "ru": ("Не подошёл аромат", "Пришло повреждённым", "Подарок не понадобился", "Прислали не то"),
    "en": ("The scent was not right", "Arrived damaged", "A gift not needed", "The wrong item came"),
}


@dataclass(frozen=True, kw_only=True)
class Line:
    article: Article
    quantity: Decimal
    discount_amount: Decimal
    amount: Decimal
    returned: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Parcel:
    carrier: str
    tracking_number: str
    pickup_point: str
    promised_on: date
    shipped_at: datetime
    delivered_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Comeback:
    """One line of the order, come back whole or in part."""

    position: int
    quantity: Decimal
    amount: Decimal
    reason: str
    returned_at: datetime


@dataclass(frozen=True, kw_only=True)
class Story:
    """An order from beginning to where it stands now."""

    channel: str
    placed_at: datetime
    lines: Sequence[Line]
    delivery_amount: Decimal = Decimal(0)
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    completed_at: datetime | None = None
    cancelled_at: datetime | None = None
    cancelled_because: str = ""
    parcel: Parcel | None = None
    comeback: Comeback | None = None

    @property
    def goods_amount(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))


def priced(picked: Picked) -> Line:
    quantity = Decimal(picked.quantity)
    full = picked.article.price * quantity
    discount = (full * picked.discount_percent / 100).quantize(CENT, ROUND_HALF_UP)
    return Line(article=picked.article, quantity=quantity, discount_amount=discount, amount=full - discount)


def sold_in_store(
    random: Random, basket: Sequence[Picked], *, placed_at: datetime, language: str, now: datetime
) -> Story:
    """Paid at the counter and carried away."""
    story = Story(
        channel="store",
        placed_at=placed_at,
        lines=[priced(picked) for picked in basket],
        paid_at=placed_at,
        completed_at=placed_at,
    )
    return _perhaps_back(random, story, since=placed_at, language=language, now=now)


def sold_online(
    random: Random, basket: Sequence[Picked], *, placed_at: datetime, city: str, language: str, now: datetime
) -> Story:
    """Ordered online: by card, or in cash to the courier; cut off where the future begins."""
    story = Story(channel="online", placed_at=placed_at, lines=[priced(picked) for picked in basket])
    if story.goods_amount < FREE_DELIVERY_FROM:
        story = replace(story, delivery_amount=DELIVERY)
    if random.random() < 0.021:
        return _cancelled(random, story, language, now)
    return _carried(random, story, city=city, by_card=random.random() < 0.65, language=language, now=now)


def _cancelled(random: Random, story: Story, language: str, now: datetime) -> Story:
    cancelled_at = _known(story.placed_at + timedelta(minutes=random.randint(4, 900)), now)
    reason = random.choice(CANCELLATIONS[language]) if cancelled_at else ""
    return replace(story, cancelled_at=cancelled_at, cancelled_because=reason)


def _carried(
    random: Random, story: Story, *, city: str, by_card: bool, language: str, now: datetime
) -> Story:
    handed_over = _in_working_hours(random, story.placed_at + timedelta(hours=random.randint(3, 26)))
    shipped_at = _known(handed_over, now)
    arrived_at = delivered_at = None
    parcel = None
    if shipped_at:
        promised_on = working_day_after(shipped_at.astimezone(HERE).date(), random.choice((1, 1, 2, 2, 3)))
        arrived_at = _arrival(random, promised_on)
        delivered_at = _known(max(arrived_at, shipped_at + timedelta(hours=9)), now)
        parcel = _parcel(
            random, city, promised_on=promised_on, shipped_at=shipped_at, delivered_at=delivered_at
        )
    paid_at = (
        _known(story.placed_at + timedelta(minutes=random.randint(1, 9)), now) if by_card else delivered_at
    )
    story = replace(story, paid_at=paid_at, shipped_at=shipped_at, delivered_at=delivered_at, parcel=parcel)
    if delivered_at is None:
        return story
    story = replace(story, completed_at=_known(delivered_at + RETURN_WINDOW, now))
    return _perhaps_back(random, story, since=delivered_at, language=language, now=now)


def _arrival(random: Random, promised_on: date) -> datetime:
    """Nine parcels of ten come on their day or the day before; the rest are late, a few of them very."""
    late_days = random.choices((-1, 0, 1, 2, 3, 6), (12, 79, 4, 2, 2, 1))[0]
    return datetime(
        promised_on.year,
        promised_on.month,
        promised_on.day,
        random.randint(9, 18),
        random.randrange(60),
        tzinfo=HERE,
    ) + timedelta(days=late_days)


def _parcel(
    random: Random, city: str, *, promised_on: date, shipped_at: datetime, delivered_at: datetime | None
) -> Parcel:
    carrier = random.choices(CARRIERS, (45, 30, 25))[0]
    point = random.choice(PICKUP_POINTS.get(city, ANYWHERE)) if carrier == "BoxPoint" else ""
    return Parcel(
        carrier=carrier,
        tracking_number=tracking_number(random, carrier),
        pickup_point=point,
        promised_on=promised_on,
        shipped_at=shipped_at,
        delivered_at=delivered_at,
    )


def tracking_number(random: Random, carrier: str) -> str:
    return f"{carrier[:2].upper()}{random.randrange(10**9, 10**10)}"


def _perhaps_back(random: Random, story: Story, *, since: datetime, language: str, now: datetime) -> Story:
    """About four orders of a hundred come back in part, within the window that the shop gives."""
    returned_at = _known(since + timedelta(hours=random.randint(20, 300)), now)
    if random.random() > 0.042 or returned_at is None:
        return story
    position = random.randrange(len(story.lines))
    line = story.lines[position]
    quantity = Decimal(random.randint(1, int(line.quantity)))
    amount = (line.amount * quantity / line.quantity).quantize(CENT, ROUND_HALF_UP)
    lines = list(story.lines)
    lines[position] = replace(line, returned=quantity)
    comeback = Comeback(
        position=position,
        quantity=quantity,
        amount=amount,
        reason=random.choice(RETURNS[language]),
        returned_at=returned_at,
    )
    return replace(story, lines=lines, comeback=comeback)


def _known(moment: datetime, now: datetime) -> datetime | None:
    return moment if moment <= now else None


def _in_working_hours(random: Random, moment: datetime) -> datetime:
    """The warehouse hands parcels over from Monday to Saturday, in the afternoon."""
    local = moment.astimezone(HERE)
    if local.weekday() == 6:
        local += timedelta(days=1)
    afternoon = local.replace(hour=random.randint(14, 18), minute=random.randrange(60))
    return afternoon if afternoon > moment else afternoon + timedelta(days=2 if local.weekday() == 5 else 1)


def working_day_after(day: date, days: int) -> date:
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day
