"""One row about a person, read or refused. Pure.

What is recorded of a consent is recorded: a purpose, yes or no, and a date. A “yes” without a date is refused, for it
proves nothing; a “no” without one is no statement. An empty cell says nothing, and nothing said is no consent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings

from crm.consents.consenting import Said
from crm.importing.cells import date_in, moment_reader, parts_in, yes_or_no
from crm.importing.columns import ColumnMap, bare_header
from crm.importing.kinds.row_by_row import RecordReader
from crm.importing.layouts.base import RowRefused
from crm.importing.refusals import RowRefusal
from crm.importing.rows import CLOCKS_MAY_DIFFER, EARLIEST, KEPT
from crm.models import Customer, Decision, Purpose, Shop
from crm.people.identification import Hint, Sign, sign_of
from crm.people.identity_kinds import IdentityKind

OLDEST_BIRTHDAY = date(1900, 1, 1)
NAMES = ("given_name", "patronymic", "family_name")
# What an address is made of, and how long each part may be.
ADDRESS = {"country": 2, "region": 100, "city": 100, "postal_code": 20, "street": 200}

# The columns that hold identities, surest first, and what is said of one that cannot be read.
SIGNS: Sequence[tuple[str, IdentityKind, RowRefusal]] = (
    ("number", IdentityKind.EXTERNAL, RowRefusal.BAD_CUSTOMER),
    ("card", IdentityKind.CARD, RowRefusal.BAD_CARD),
    ("phone", IdentityKind.PHONE, RowRefusal.BAD_PHONE),
    ("second_phone", IdentityKind.PHONE, RowRefusal.BAD_PHONE),
    ("email", IdentityKind.EMAIL, RowRefusal.BAD_EMAIL),
    ("second_email", IdentityKind.EMAIL, RowRefusal.BAD_EMAIL),
)

Subject = tuple[Purpose, str]
# Columns of their own → what a “yes” in them agrees to.
SUBJECTS: Mapping[str, Subject] = {
    "agrees_processing": (Purpose.PROCESSING, ""),
    "agrees_advertising": (Purpose.ADVERTISING, ""),
    "agrees_email": (Purpose.ADVERTISING, "email"),
    "agrees_sms": (Purpose.ADVERTISING, "sms"),
    "agrees_phone": (Purpose.ADVERTISING, "phone"),
    "agrees_telegram": (Purpose.ADVERTISING, "telegram"),
    "agrees_viber": (Purpose.ADVERTISING, "viber"),
    "agrees_post": (Purpose.ADVERTISING, "post"),
}

_PURPOSES: Mapping[str, Purpose] = {
    **dict.fromkeys(
        "processing personaldata обработка обработкаперсональныхданных персональныеданные "
        "обработканаличниданни личниданни".split(),
        Purpose.PROCESSING,
    ),
    **dict.fromkeys(
        "advertising marketing newsletter реклама рассылка маркетинг бюлетин".split(), Purpose.ADVERTISING
    ),
}
_CHANNELS: Mapping[str, str] = {
    **dict.fromkeys("email mail почта имейл емейл".split(), "email"),
    **dict.fromkeys("sms text смс есемес".split(), "sms"),
    **dict.fromkeys("phone call calls телефон звонок звонки обаждане обаждания".split(), "phone"),
    **dict.fromkeys("telegram телеграм телеграмм".split(), "telegram"),
    **dict.fromkeys("viber вайбер вибер".split(), "viber"),
    **dict.fromkeys("post letter letters письма писма поща".split(), "post"),
}
_LANGUAGES: Mapping[str, str] = {
    **dict.fromkeys("ru rus russian русский руски".split(), "ru"),
    **dict.fromkeys("bg bul bulgarian болгарский български".split(), "bg"),
    **dict.fromkeys("en eng english английский английски".split(), "en"),
}


@dataclass(frozen=True, kw_only=True)
class Person:
    """What a row says of somebody. `signs`: how they are recognised; the shop's own number and its cards decide."""

    signs: tuple[Sign, ...]
    details: Mapping[str, object]
    consents: tuple[Said, ...] = ()
    address: Mapping[str, str] | None = None
    known_since: datetime | None = None

    @property
    def number(self) -> str:
        return next((sign.value for sign in self.signs if sign.kind == IdentityKind.EXTERNAL), "")


class PersonReader(RecordReader[Person]):
    """Reads people from the rows of one file. Its dates were written in `zone`; nothing may lie more than a day after
    `at`. Phones are read as people in the shop's country write them."""

    def __init__(self, columns: ColumnMap, *, shop: Shop, zone: ZoneInfo, width: int, at: datetime) -> None:
        self.shop, self.width, self.dates = shop, width, columns.dates
        self.places = columns.positions
        self.moment_in = moment_reader(zone, columns.dates)
        self.latest, self.today = at + CLOCKS_MAY_DIFFER, at.astimezone(zone).date()
        self._sign = lru_cache(maxsize=KEPT)(self._read_sign)

    def customer_ref(self, record: Person) -> str:
        return record.number

    def record(self, cells: Sequence[str]) -> Person:
        if len(cells) != self.width:
            raise RowRefused(RowRefusal.BROKEN)
        said = {name: text for name, place in self.places.items() if (text := cells[place].strip())}
        signs = tuple({sign.key: sign for sign in self._signs(said)}.values())
        if not signs:
            raise RowRefused(RowRefusal.NOBODY)
        return Person(
            signs=signs,
            details=self._details(said),
            consents=tuple(dict.fromkeys(self._consents(said))),
            address=self._address(said),
            known_since=self._moment(said["known_since"], RowRefusal.BAD_DATE)
            if "known_since" in said
            else None,
        )

    def _signs(self, said: Mapping[str, str]) -> Iterator[Sign]:
        for column, kind, refusal in SIGNS:
            text = said.get(column, "")
            for part in [text] if kind == IdentityKind.EXTERNAL and text else parts_in(text):
                try:
                    yield self._sign(kind, part)
                except ValueError as error:
                    raise RowRefused(refusal) from error

    def _read_sign(self, kind: str, text: str) -> Sign:
        return sign_of(Hint(kind=kind, value=text, is_verified=kind == IdentityKind.CARD), self.shop)

    def _details(self, said: Mapping[str, str]) -> dict[str, object]:
        details: dict[str, object] = {name: said[name][:100] for name in NAMES if name in said}
        if "birthday" in said:
            details["birthday"] = self._birthday(said["birthday"])
        if language := language_in(said.get("language", "")):
            details["language"] = language
        return details

    def _birthday(self, text: str) -> date:
        try:
            birthday = date_in(text, self.dates)
        except (ValueError, OverflowError) as error:
            raise RowRefused(RowRefusal.BAD_BIRTHDAY) from error
        if not OLDEST_BIRTHDAY <= birthday <= self.today:
            raise RowRefused(RowRefusal.BAD_BIRTHDAY)
        return birthday

    def _address(self, said: Mapping[str, str]) -> Mapping[str, str] | None:
        """A country alone is no address."""
        found = {name: said[name] for name in ADDRESS if name in said}
        if not found.keys() - {"country"}:
            return None
        country = found.get("country", "").upper()
        if len(country) != 2 or not country.isascii():
            country = self.shop.region
        return {**{name: text[: ADDRESS[name]] for name, text in found.items()}, "country": country}

    def _consents(self, said: Mapping[str, str]) -> Iterator[Said]:
        proof = said.get("consent_source", "")[:500]
        for (purpose, channel), decision in self._decisions(said):
            given, moment = self._decided(decision, said.get("consented_at", ""))
            if moment is not None:
                yield Said(
                    purpose=purpose,
                    channel=channel,
                    decision=Decision.GIVEN if given else Decision.WITHDRAWN,
                    occurred_at=moment,
                    proof=proof,
                )

    def _decisions(self, said: Mapping[str, str]) -> Iterator[tuple[Subject, str]]:
        for column, subject in SUBJECTS.items():
            if column in said:
                yield subject, said[column]
        for part in parts_in(said.get("purpose", "")):
            yield subject_in(part), said.get("decision", "yes")

    def _decided(self, decision: str, date_said: str) -> tuple[bool, datetime | None]:
        """Yes or no, and when. A date instead of a word is a yes of that date; a no without a date says nothing."""
        try:
            given = yes_or_no(decision)
        except ValueError:
            return True, self._moment(decision, RowRefusal.BAD_DECISION)
        if not given and not date_said:
            return False, None
        return given, self._moment(date_said, RowRefusal.BAD_CONSENT_DATE)

    def _moment(self, text: str, refusal: RowRefusal) -> datetime:
        try:
            moment = self.moment_in(text)
        except (ValueError, OverflowError) as error:
            raise RowRefused(refusal) from error
        if not EARLIEST <= moment <= self.latest:
            raise RowRefused(RowRefusal.BAD_CONSENT_DATE if refusal == RowRefusal.BAD_DECISION else refusal)
        return moment


def subject_in(text: str) -> Subject:
    """“advertising”, “advertising: e-mail”, “sms”, “processing”. Raises RowRefused for what is none of these."""
    words = [bare_header(word) for word in text.replace("/", ":").split(":")]
    if len(words) == 1 and words[0] in _CHANNELS:
        return Purpose.ADVERTISING, _CHANNELS[words[0]]
    purpose = _PURPOSES.get(words[0])
    channel = _CHANNELS.get(words[1]) if len(words) == 2 else "" if len(words) == 1 else None
    if purpose is None or channel is None or (purpose == Purpose.PROCESSING and channel):
        raise RowRefused(RowRefusal.UNKNOWN_PURPOSE)
    return purpose, channel


def language_in(text: str) -> str:
    """The code of a language that we speak; of another one, nothing is known."""
    bare = bare_header(text.replace("_", "-").split("-")[0])
    found = _LANGUAGES.get(bare, bare)
    return found if found in dict(settings.LANGUAGES) else ""


def agrees(person: Person, customer: Customer) -> bool:
    """Nothing that both say of name and birthday contradicts. What one of them does not know, does not count."""
    for name in (*NAMES, "birthday"):
        one, other = person.details.get(name), getattr(customer, name)
        if one and other and _alike(one) != _alike(other):
            return False
    return True


def lacking_details(person: Person, customer: Customer) -> dict[str, object]:
    """What the row knows and the record does not. Names only where no name contradicts: two people share no name."""
    found = {name: value for name, value in person.details.items() if not getattr(customer, name)}
    named_alike = all(
        _alike(one) == _alike(other)
        for name in NAMES
        if (one := person.details.get(name)) and (other := getattr(customer, name))
    )
    return found if named_alike else {name: value for name, value in found.items() if name not in NAMES}


def _alike(value: object) -> object:
    return " ".join(value.casefold().replace("ё", "е").split()) if isinstance(value, str) else value
