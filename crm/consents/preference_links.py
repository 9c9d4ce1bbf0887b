"""The link under what we write: to the page where a person says what they want of us, without signing in.

Signed, short enough for an SMS, and the same for as long as SECRET_KEY is (earlier ones, SECRET_KEY_FALLBACKS, are
read too). It opens nothing but those wishes.
"""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.http import base36_to_int, int_to_base36
from django.utils.translation import gettext, override

from crm.channels.base import Channel
from crm.models import Message
from crm.secrets import signed_words

SALT = "contact-preferences"
LONGEST_NUMBER = 12


def token_of(customer_id: int) -> str:
    return signed_words.sign(int_to_base36(customer_id), salt=SALT)


def customer_id_of(token: str) -> int | None:
    """Whose link it is; None: nobody's."""
    number = signed_words.read(token, salt=SALT)
    return base36_to_int(number) if number and len(number) <= LONGEST_NUMBER else None


def address_of(customer_id: int) -> str:
    return f"{settings.PUBLIC_ADDRESS}{reverse('contact-preferences', args=[token_of(customer_id)])}"


def unsubscribe_address_of(customer_id: int, *, channel: str) -> str:
    """For one click in a mail program (RFC 8058): a POST there takes the consent to advertising back."""
    page = reverse("unsubscribe", args=[token_of(customer_id)])
    return f"{settings.PUBLIC_ADDRESS}{page}?{urlencode({'channel': channel})}"


def belongs_to(message: Message, channel: Channel) -> bool:
    """Under every notice and every mail; in a chat under the first of our messages only."""
    if message.notice or channel.has_subject:
        return True
    ours = Message.objects.filter(account=message.account_id, address=message.address, direction="out")
    return not ours.filter(pk__lt=message.pk).exists()


def add_to(text: str, link: str, *, language: str, is_short: bool) -> str:
    if is_short:
        return f"{text} {link}"
    with override(language or settings.LANGUAGE_CODE):
        said = gettext("What we write to you about, and how: {link}").format(link=link)
    return f"{text}\n\n{said}"
