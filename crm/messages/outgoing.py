"""Short messages that a person waits for: a code, a link. They are handed over at once, and kept nowhere.

Through the company's main account of a channel that reaches such an address, where one is open; else by the carrier
that `config.outgoing` names. What is written to many, or must be kept and sent again, does not go this way.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TypeAlias

from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext_lazy as _

from crm.channels import CHANNELS, channel_named
from crm.channels.base import Letter, NotTaken, PerhapsSent, TryLater
from crm.errors import Refusal
from crm.models import ChannelAccount

# No message that is kept has such a number.
FIRST_UNKEPT = 2**62
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
    """One query where no carrier does."""
    return kind in carriers() or _account_for(kind) is not None


def send(*, kind: str, to: str, subject: str, text: str) -> None:
    """Hand one message over. Not in a transaction: what was sent cannot be taken back.

    Raises:
        NotSent: nobody carries to this kind, or the carrier did not take it.
    """
    account, carry = _account_for(kind), carriers().get(kind)
    try:
        if account:
            _hand_over(account, to, subject, text)
        elif carry:
            carry(to, subject, text)
        else:
            raise NotSent
    except (
        OSError,
        TryLater,
        NotTaken,
        PerhapsSent,
    ) as error:  # every refusal of a mail server is an OSError
        raise NotSent from error


def _account_for(kind: str) -> ChannelAccount | None:
    names = [
        channel.name
        for channel in CHANNELS.values()
        if channel.identity_kind == kind and channel.can_write and channel.can_begin
    ]
    return ChannelAccount.objects.open().filter(channel__in=names, is_main=True).first()


def _hand_over(account: ChannelAccount, to: str, subject: str, text: str) -> None:
    """Under a number that no message has: whoever asks again is sent another code, not the same."""
    letter = Letter(
        id=FIRST_UNKEPT | secrets.randbits(61), to=to, subject=subject, text=text, is_automatic=True
    )
    channel_named(account.channel).send(account, letter)


def by_email(to: str, subject: str, text: str) -> None:
    send_mail(subject=subject, message=text, from_email=None, recipient_list=[to], fail_silently=False)
