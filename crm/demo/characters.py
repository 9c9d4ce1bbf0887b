"""Whom the story is about. Named here once, and the same in every chapter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from crm.demo.names import Home


@dataclass(frozen=True, kw_only=True)
class Character:
    """A customer whom visitors meet. `number` is theirs in the online shop; the crowd's numbers begin at 1001."""

    key: str
    number: int
    given_name: str
    patronymic: str
    family_name: str
    language: str
    email: str
    phone: str
    card: str
    birthday: date | None
    home: Home


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """`role` is one of config.roles."""

    email: str
    name: str
    role: str


# Writes Russian, lives in Varna; a parcel is late, and points expire on Sunday.
VERA = Character(
    key="vera",
    number=101,
    given_name="Вера",
    patronymic="Андреевна",
    family_name="Соколова",
    language="ru",
    email="vera.sokolova@example.org",
    phone="+359887123101",
    card="2960000000101",
    birthday=date(1984, 4, 17),
    home=Home(city="Варна", region="Варна", postal_code="9010", street="ул. „Цар Симеон I“ 14, ап. 9"),
)
# Writes Bulgarian; gold, buys for her café as well, and sends her friends.
KALINA = Character(
    key="kalina",
    number=102,
    given_name="Калина",
    patronymic="",
    family_name="Стоянова",
    language="bg",
    email="kalina.stoyanova@example.com",
    phone="+359888456102",
    card="2960000000102",
    birthday=date(1979, 12, 6),
    home=Home(
        city="София", region="София (столица)", postal_code="1000", street="ул. „Граф Игнатиев“ 38, ап. 5"
    ),
)
# Writes English; has ordered exactly once.
HANNAH = Character(
    key="hannah",
    number=103,
    given_name="Hannah",
    patronymic="",
    family_name="Whitfield",
    language="en",
    email="hannah.whitfield@example.net",
    phone="+359899321103",
    card="",
    birthday=None,
    home=Home(city="София", region="София (столица)", postal_code="1504", street="ул. „Оборище“ 91, ап. 2"),
)
AGENT = Colleague(email="iva.marinova@lipa.example.com", name="Ива Маринова", role="agent")
# Stands at the till in Sofia.
CASHIER = Colleague(email="dora.petkova@lipa.example.com", name="Дора Петкова", role="cashier")
MANAGER = Colleague(email="georgi.iliev@lipa.example.com", name="Георги Илиев", role="manager")

CUSTOMERS = (VERA, KALINA, HANNAH)
