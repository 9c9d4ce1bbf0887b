"""Whom the story is about. Named here once, and the same in every chapter."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Character:
    """A customer whom visitors meet. `number` is theirs in the online shop; the crowd's numbers begin at 1001."""

    number: int
    given_name: str
    patronymic: str
    family_name: str
    language: str
    city: str
    email: str
    phone: str
    card: str


@dataclass(frozen=True, kw_only=True)
class Colleague:
    email: str
    name: str
    is_administrator: bool


# Writes Russian, lives in Varna; a parcel is late, and points expire on Sunday.
VERA = Character(
    number=101,
    given_name="Вера",
    patronymic="Андреевна",
    family_name="Соколова",
    language="ru",
    city="Варна",
    email="vera.sokolova@example.org",
    phone="+359887123101",
    card="2960000000101",
)
# Writes Bulgarian; gold, buys for her café as well, and sends her friends.
KALINA = Character(
    number=102,
    given_name="Калина",
    patronymic="",
    family_name="Стоянова",
    language="bg",
    city="София",
    email="kalina.stoyanova@example.com",
    phone="+359888456102",
    card="2960000000102",
)
# Writes English; has ordered exactly once.
HANNAH = Character(
    number=103,
    given_name="Hannah",
    patronymic="",
    family_name="Whitfield",
    language="en",
    city="София",
    email="hannah.whitfield@example.net",
    phone="+359899321103",
    card="",
)
AGENT = Colleague(email="iva.marinova@lipa.example.com", name="Ива Маринова", is_administrator=False)
MANAGER = Colleague(email="georgi.iliev@lipa.example.com", name="Георги Илиев", is_administrator=True)

CUSTOMERS = (VERA, KALINA, HANNAH)
