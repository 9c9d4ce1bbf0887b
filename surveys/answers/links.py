"""The links by which people answer: signed, short enough for an SMS, each good for one thing alone.

An invitation's is one person's. A receipt's is of one order. An open one hangs in a shop or stands on its site, and
tells nobody who answers. Whether a link can still be used is asked when it is used: see `answering`.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.http import base36_to_int, int_to_base36

from crm.models import Order, Shop
from crm.secrets import signed_words
from surveys.models import Invitation, Survey

SALT = "surveys.links"
SCORE = "score"
# What mail programs ask for by themselves and people never see: whoever follows it is a machine.
TRAP = "more"
LONGEST_TOKEN = 80
_INVITATION, _RECEIPT, _OPEN = "i", "r", "o"
_BETWEEN = "."


@dataclass(frozen=True, kw_only=True)
class Link:
    """What a link is good for: an invitation, or a survey with an order or a place."""

    invitation_id: int | None = None
    survey_id: int | None = None
    order_id: int | None = None
    shop_id: int | None = None


def token_of(invitation: Invitation) -> str:
    return _token(_INVITATION, invitation.pk)


def receipt_token(survey: Survey, order: Order) -> str:
    """For the QR code on the receipt of an order."""
    return _token(_RECEIPT, survey.pk, order.pk)


def open_token(survey: Survey, shop: Shop | None = None) -> str:
    """For a poster, a till or a page of the shop's site."""
    return _token(_OPEN, survey.pk, shop.pk if shop else 0)


def read(token: str) -> Link | None:
    """None: nobody of ours made it."""
    words = signed_words.read(token, salt=SALT) if len(token) <= LONGEST_TOKEN else None
    if not words:
        return None
    sort, *numbers = words[0], *(base36_to_int(number) for number in words[1:].split(_BETWEEN))
    if sort == _INVITATION:
        return Link(invitation_id=numbers[0])
    survey_id, other = numbers
    return Link(survey_id=survey_id, **{"order_id" if sort == _RECEIPT else "shop_id": other or None})


def address_of(invitation: Invitation, *, score: int | None = None) -> str:
    """`score`: one tap in a mail chooses it on the page; nothing counts before it is confirmed there."""
    return address_by(token_of(invitation), score=score)


def trap_of(invitation: Invitation) -> str:
    """To stand in a mail where no person sees it."""
    return f"{address_by(token_of(invitation))}?{urlencode({TRAP: 1})}"


def address_by(token: str, *, score: int | None = None) -> str:
    asked = "" if score is None else f"?{urlencode({SCORE: score})}"
    return f"{settings.PUBLIC_ADDRESS}{reverse('survey', args=[token])}{asked}"


def _token(sort: str, *numbers: int) -> str:
    words = sort + _BETWEEN.join(int_to_base36(number) for number in numbers)
    return signed_words.sign(words, salt=SALT)
