"""Short messages that a person waits for: a code, a link. By e-mail today; a channel adds itself in `config.outgoing`.

What is written to many, or must be kept and sent again, does not go this way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TypeAlias

from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal

# (to whom, what it is about, what it says)
Carrier: TypeAlias = Callable[[str, str, str], None]


class NotSent(Refusal):
    code = "message-not-sent"
    title = _("The message could not be sent. Please try again in a minute.")
    status = 503


def carriers() -> Mapping[str, Carrier]:
    """Kind of identity → how something is sent to it."""
    found: Mapping[str, Carrier] = import_module(settings.OUTGOING).CARRIERS
    return found


def reaches(kind: str) -> bool:
    return kind in carriers()


def send(*, kind: str, to: str, subject: str, text: str) -> None:
    """Hand one message over. Not in a transaction: what was sent cannot be taken back.

    Raises:
        NotSent: nobody carries to this kind, or the carrier did not take it.
    """
    carry = carriers().get(kind)
    if carry is None:
        raise NotSent
    try:
        carry(to, subject, text)
    except OSError as error:  # every refusal of a mail server is one
        raise NotSent from error


def by_email(to: str, subject: str, text: str) -> None:
    send_mail(subject=subject, message=text, from_email=None, recipient_list=[to], fail_silently=False)
