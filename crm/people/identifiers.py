"""How each kind of identity is read: one written form per e-mail, phone, card or handle, however it was typed.

Pure: no database, no clock. The table of what is recognised, in order, is `config.identifiers`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from crm.people.identity_kinds import IdentityKind

LONGEST = 254
LONGEST_EXTENSION = 8


@dataclass(frozen=True, kw_only=True)
class Identifier:
    """One kind of identity.

    `normal` takes the text as given and the shop's country, and answers the one normal form.
    Raises ValueError when the text is nothing of this kind.
    `proves` says that being given is proof enough: a shop knows its own numbers.
    """

    kind: IdentityKind
    normal: Callable[[str, str], str]
    within_shop: bool = False
    proves: bool = False


def identifiers() -> Sequence[Identifier]:
    known: Sequence[Identifier] = import_module(settings.IDENTIFIERS).IDENTIFIERS
    return known


def identifier(kind: str) -> Identifier:
    """Raises ValueError for a kind that this installation does not recognise."""
    for known in identifiers():
        if known.kind == kind:
            return known
    raise ValueError(kind)


def presented(text: str, *, at: datetime) -> int | None:
    """The customer whose card or code somebody shows, by the first in `PRESENTED` that knows such; None: nobody's.

    Raises whatever a reader refuses with: CodeTooOld, CardIsBlocked.
    """
    readers: Sequence[Callable[[str, datetime], int | None]] = import_module(settings.IDENTIFIERS).PRESENTED
    return next((found for read in readers if (found := read(text, at)) is not None), None)


_is_email = EmailValidator()


def normal_email(text: str, region: str = "") -> str:
    """Lower case, composed. The part before @ is case-sensitive on paper only."""
    email = unicodedata.normalize("NFC", text.strip().lower())
    try:
        _is_email(email)
    except ValidationError as error:
        raise ValueError(text) from error
    return _short_enough(email)


def normal_phone(text: str, region: str) -> str:
    """E.164, read as people in `region` write it; a short extension stays, as ";ext=12": it is another desk.

    A "extension" of nine digits and more is a second number typed behind a semicolon, and refused: taking the
    first of two would be a guess.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise ValueError(text) from error
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise ValueError(text)
    extension = number.extension or ""
    if len(extension) > LONGEST_EXTENSION:
        raise ValueError(text)
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{written};ext={extension}" if extension else written


def normal_card(text: str, region: str = "") -> str:
    """Letters and digits, upper case; the gaps printed between them mean nothing."""
    card = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()
    if not re.fullmatch(r"[0-9A-Z]{4,32}", card):
        raise ValueError(text)
    return card


def normal_telegram(text: str, region: str = "") -> str:
    """A number that Telegram gave, or a @name (5–32 letters, digits and underscores, any case)."""
    handle = text.strip().removeprefix("@").lower()
    if not re.fullmatch(r"[1-9][0-9]{0,19}|[a-z][a-z0-9_]{4,31}", handle):
        raise ValueError(text)
    return handle


def normal_viber(text: str, region: str = "") -> str:
    """The id Viber gave to a subscriber: case matters."""
    handle = text.strip()
    if not re.fullmatch(r"[0-9A-Za-z+/=_-]{6,64}", handle):
        raise ValueError(text)
    return handle


def normal_chat(text: str, region: str = "") -> str:
    """The number that we gave to a browser in which somebody chats."""
    number = text.strip().lower()
    if not re.fullmatch(r"[0-9a-f]{32}", number):
        raise ValueError(text)
    return number


def normal_external(text: str, region: str = "") -> str:
    """A shop's own number: kept as it is, but for space around it."""
    number = unicodedata.normalize("NFC", text.strip())
    if not number or len(number) > 64 or not number.isprintable():
        raise ValueError(text)
    return number


def _short_enough(text: str) -> str:
    if len(text) > LONGEST:
        raise ValueError(text)
    return text
