"""On which clocks a person may live: their own word, their address, their phone; else the country of the shop.

Never a guess: where several are possible, all of them are answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers import timezone as phone_zones

from crm import company
from crm.models import Address, Customer, Identity
from crm.people.identity_kinds import IdentityKind
from crm.people.same_person import ids_of

# Beginnings of names of Russian regions and of great cities → their clock. A region that is not here keeps Moscow's.
RUSSIA: Mapping[str, str] = {
    "Europe/Kaliningrad": "калининград kaliningrad",
    "Europe/Moscow": "москв санкт-петербург петербург moscow saint-petersburg petersburg",
    "Europe/Samara": "самар тольятти удмурт ижевск samara togliatti udmurt izhevsk",
    "Europe/Saratov": "саратов saratov",
    "Europe/Ulyanovsk": "ульянов ulyanov",
    "Europe/Astrakhan": "астрахан astrakhan",
    "Asia/Yekaterinburg": (
        "свердлов екатеринбург челябин магнитогорск башк уфа перм тюмен курган оренбург ханты сургут "
        "ямал sverdlov yekaterinburg ekaterinburg chelyabinsk bashk ufa perm tyumen kurgan "
        "orenburg khanty surgut yamal"
    ),
    "Asia/Omsk": "омск omsk",
    "Asia/Novosibirsk": "новосибирск novosibirsk",
    "Asia/Barnaul": "алтай барнаул altai altay barnaul",
    "Asia/Tomsk": "томск tomsk",
    "Asia/Novokuznetsk": "кемеров кузбасс новокузнецк kemerov kuzbass novokuznetsk",
    "Asia/Krasnoyarsk": "красноярск хакас абакан тыва тува кызыл krasnoyarsk khakas abakan tuva tyva",
    "Asia/Irkutsk": "иркут ангарск братск бурят улан-удэ irkut angarsk bratsk buryat ulan-ude",
    "Asia/Chita": "забайкал чита zabaikal zabaykal chita",
    "Asia/Yakutsk": "якут амур благовещенск yakut amur blagoveshchensk",
    "Asia/Vladivostok": (
        "примор владивосток хабаровск еврейск биробиджан primor vladivostok khabarovsk birobidzhan"
    ),
    "Asia/Magadan": "магадан magadan",
    "Asia/Sakhalin": "сахалин южно-сахалинск sakhalin yuzhno-sakhalinsk",
    "Asia/Kamchatka": "камчат петропавловск-камчат kamchat petropavlovsk-kamchat",
    "Asia/Anadyr": "чукот анадыр chukot anadyr",
}
MOSCOW = "Europe/Moscow"
# Regions of two or three clocks, whatever their city: all of them are possible.
SPREAD = frozenset({"саха", "якутия", "(якутия)", "sakha", "yakutia"})
YAKUTIA = ("Asia/Yakutsk", "Asia/Vladivostok", "Asia/Srednekolymsk")


def clocks_of(customer: Customer, *, region: str) -> list[tzinfo]:
    """`region`: the country of the shop that speaks. Three queries at most."""
    names = (
        _said(customer)
        or _of_addresses(customer)
        or _of_phones(customer)
        or zones_of_country(region)
        or (company.current().clock.key,)
    )
    return [ZoneInfo(name) for name in names]


def zones_of_address(country: str, region: str, city: str) -> tuple[str, ...]:
    """Every clock there may be at this address; nothing for a country that nobody knows."""
    if country != "RU":
        return zones_of_country(country)
    return _zones_in_russia(f"{region} {city}") or ((MOSCOW,) if region else zones_of_country(country))


@cache
def zones_of_country(country: str) -> tuple[str, ...]:
    """As the time zone database says (zone.tab): one for Bulgaria, 26 for Russia."""
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return tuple(row[2] for row in rows if row[0] == country)


def _zones_in_russia(place: str) -> tuple[str, ...]:
    words = place.lower().replace(",", " ").split()
    if SPREAD.intersection(words):
        return YAKUTIA
    for zone, beginnings in RUSSIA.items():
        if any(word.startswith(tuple(beginnings.split())) for word in words):
            return (zone,)
    return ()


def _said(customer: Customer) -> tuple[str, ...]:
    try:
        return (ZoneInfo(customer.time_zone).key,) if customer.time_zone else ()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ()


def _of_addresses(customer: Customer) -> tuple[str, ...]:
    addresses = Address.objects.filter(customer__in=ids_of(customer)).order_by("-is_main", "-pk")
    address = addresses.first()
    return zones_of_address(address.country, address.region, address.city) if address else ()


def _of_phones(customer: Customer) -> tuple[str, ...]:
    phones = Identity.objects.filter(customer__in=ids_of(customer), kind=IdentityKind.PHONE)
    value = phones.order_by("pk").values_list("value", flat=True).first()
    if value is None:
        return ()
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return ()
    found: Sequence[str] = phone_zones.time_zones_for_number(number)
    return tuple(name for name in found if name != phone_zones.UNKNOWN_TIMEZONE)
