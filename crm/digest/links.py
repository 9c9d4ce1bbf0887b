"""The link that ends a subscription from a mail program, without signing in: signed, and good for nothing else."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.http import base36_to_int, int_to_base36

from crm.secrets import signed_words

SALT = "digest"
LONGEST_NUMBER = 12


def unsubscribe_address_of(user_id: int) -> str:
    token = signed_words.sign(int_to_base36(user_id), salt=SALT)
    return f"{settings.PUBLIC_ADDRESS}{reverse('digest-end', args=[token])}"


def user_id_of(token: str) -> int | None:
    """Whose link it is; None: nobody's."""
    number = signed_words.read(token, salt=SALT)
    return base36_to_int(number) if number and len(number) <= LONGEST_NUMBER else None
