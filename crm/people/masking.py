"""Personal data as it stands on a screen that others can see: enough to recognise, not enough to use."""

from __future__ import annotations

import phonenumbers

from crm.people.identity_kinds import IdentityKind
from crm.words.wording import NBSP

GAP = "···"


def masked(kind: str, value: str) -> str:
    """“+7 921 ··· 17 02”, “m···a@example.org”, “4417 ··· 8812”. A handle is a public name and stays as it is."""
    if kind == IdentityKind.EMAIL:
        return masked_email(value)
    if kind == IdentityKind.PHONE:
        return masked_phone(value)
    if kind == IdentityKind.TELEGRAM:
        return value if value.isdigit() else f"@{value}"
    hidden = (IdentityKind.CARD, IdentityKind.VIBER, IdentityKind.CHAT)
    return masked_number(value) if kind in hidden else value


def masked_email(value: str) -> str:
    name, _, host = value.rpartition("@")
    return f"{name[:1]}{GAP}{name[-1:] if len(name) > 2 else ''}@{host}"


def masked_phone(value: str) -> str:
    """The country and the operator, then the last four digits in pairs."""
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return masked_number(value)
    own = str(number.national_number)
    start = own[:3] if len(own) > 8 else own[:1]
    return NBSP.join((f"+{number.country_code}", start, GAP, own[-4:-2], own[-2:]))


def masked_number(value: str) -> str:
    return f"{value[:4]}{NBSP}{GAP}{NBSP}{value[-4:]}" if len(value) > 8 else f"{GAP}{NBSP}{value[-2:]}"
