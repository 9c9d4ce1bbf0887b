"""One customer's whole life with Lipa, drawn from a seed: who they are, what they bought, what was noted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from crm.demo.baskets import draw_basket, draw_taste
from crm.demo.names import Home, Person, draw_home, draw_person, telegram_handle
from crm.demo.orders import Story, sold_in_store, sold_online
from crm.demo.rhythm import HERE, Habit, at_hour, draw_habit, visits

SEED = 1987
FIRST_NUMBER = 1001
STORES = {"София": "lipa-sofia", "Варна": "lipa-varna"}
ONLINE = "lipa-online"

# What colleagues write down about people, in the language they write to each other.
NOTES = (
    "Помоли да се звъни след 17 ч.",
    "Предпочита да получава в автомат, не на адрес.",
    "Алергия към лавандула: да не слагаме мостри с лавандула.",
    "Купува чай за офиса, пита за по-големи опаковки.",
    "Пита кога ще има пак „Matcha Uji“.",
    "Похвали опаковката на подаръка.",
    "Обади се за грешен артикул, изпратихме верния същия ден.",
    "Иска фактура към всяка поръчка.",
    "Говори руски, отговаряме на руски.",
    "Пише на английски, отговаряме на английски.",
    "Мостра от „Milk Oolong“ със следващата пратка.",
    "Куриерът не намира входа: вход Б, откъм двора.",
    "Интересува се от дегустацията през пролетта.",
    "Не обича да му се обаждат: само писмо.",
    "Рожденият ден на дъщерята е през май, търси подарък.",
    "Попита за крем без парфюм.",
)


@dataclass(frozen=True, kw_only=True)
class Life:
    """`number` is the customer's number in the online shop's system and part of all that must be unique."""

    number: int
    person: Person
    home: Home
    habit: Habit
    joined_at: datetime
    orders: Sequence[tuple[str, Story]]
    notes: Sequence[tuple[datetime, str]]
    gave_email: bool
    gave_phone: bool
    confirmed: bool
    has_card: bool
    telegram: str


def draw_life(number: int, *, mix: Mapping[str, int], days: int, now: datetime) -> Life:
    """The same number gives the same life, whenever it is drawn."""
    random = Random(SEED * 10_000_000 + number)  # noqa: S311  nothing secret is drawn here
    person = draw_person(random, today=now.date())
    home = draw_home(random)
    habit = draw_habit(random, mix=mix, days=days)
    orders = _orders(random, habit, home, person.language, now)
    joined_at = orders[0][1].placed_at
    buys_online = any(shop == ONLINE for shop, _ in orders)
    return Life(
        number=number,
        person=person,
        home=home,
        habit=habit,
        joined_at=joined_at,
        orders=orders,
        notes=_notes(random, joined_at, now),
        gave_email=buys_online or random.random() < 0.5,
        gave_phone=random.random() < 0.8,
        confirmed=random.random() < 0.35,
        has_card=not buys_online or random.random() < 0.3,
        telegram=telegram_handle(person, number) if random.random() < 0.06 else "",
    )


def _orders(
    random: Random, habit: Habit, home: Home, language: str, now: datetime
) -> list[tuple[str, Story]]:
    taste = draw_taste(random)
    store = STORES.get(home.city)
    to_store = random.choice((0.15, 0.5, 0.85)) if store else 0.0
    found = []
    for day in visits(random, habit, now=now):
        in_store = store is not None and random.random() < to_store
        placed_at = at_hour(random, day, in_store=in_store)
        if placed_at > now:
            placed_at -= timedelta(days=1)
        basket = draw_basket(random, taste, month=placed_at.month)
        if store and in_store:
            story = sold_in_store(random, basket, placed_at=placed_at, language=language, now=now)
            found.append((store, story))
        else:
            story = sold_online(
                random, basket, placed_at=placed_at, city=home.city, language=language, now=now
            )
            found.append((ONLINE, story))
    return sorted(found, key=lambda pair: pair[1].placed_at)


def _notes(random: Random, joined_at: datetime, now: datetime) -> list[tuple[datetime, str]]:
    if random.random() > 0.07:
        return []
    noted_at = joined_at + (now - joined_at) * random.random()
    return [(noted_at.astimezone(HERE).replace(second=0, microsecond=0), random.choice(NOTES))]
