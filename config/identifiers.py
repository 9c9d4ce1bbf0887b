"""By what people are recognised here, surest first. How each is read stands in `crm.people.identifiers`."""

from collections.abc import Callable, Sequence
from datetime import datetime

from crm.people.identifiers import (
    Identifier,
    normal_card,
    normal_chat,
    normal_email,
    normal_external,
    normal_phone,
    normal_telegram,
    normal_viber,
)
from crm.people.identity_kinds import IdentityKind
from loyalty.members import cards

IDENTIFIERS: Sequence[Identifier] = (
    Identifier(kind=IdentityKind.EXTERNAL, normal=normal_external, within_shop=True, proves=True),
    Identifier(kind=IdentityKind.CARD, normal=normal_card),
    Identifier(kind=IdentityKind.PHONE, normal=normal_phone),
    Identifier(kind=IdentityKind.EMAIL, normal=normal_email),
    Identifier(kind=IdentityKind.TELEGRAM, normal=normal_telegram),
    Identifier(kind=IdentityKind.VIBER, normal=normal_viber),
    Identifier(kind=IdentityKind.CHAT, normal=normal_chat),
)

# What people show at the till: text and moment → the customer.
PRESENTED: Sequence[Callable[[str, datetime], int | None]] = (cards.customer_who_shows,)
