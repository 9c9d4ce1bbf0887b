"""A score tapped in a messenger, under an invitation: it counts at once, for no machine taps on the way of a message.

It comes as words of the customer, which stand in their conversation and open no ticket.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from crm.errors import Refusal
from crm.messages import messaging
from crm.models import Message
from surveys import content, walking
from surveys.answers import answering, links
from surveys.asking.telling import LONGEST_BUTTON, SOURCE, invitation_told_by, points_of
from surveys.models import Invitation


def is_answer(message: Message) -> bool:
    """Does a customer tap on a point of ours with this? One query, two where the channel does not say under what."""
    return _tapped_under(message) is not None


@transaction.atomic
def hear(message: Message, *, at: datetime) -> Message | None:
    """Keep what was tapped, and thank for it, once; None: it is no answer to an invitation.

    What cannot be answered any more is said as kindly as on the page. Locks the invitation's row, then the customer's.
    """
    asked = _tapped_under(message)
    if asked is None or Message.objects.filter(**_thanks_of(message)).exists():
        return None
    invitation = answering.locked(Invitation(pk=invitation_told_by(asked)))
    with override(asked.language):
        said = _kept(invitation, message, language=asked.language, at=at)
    return messaging.write(
        message.customer,
        account=message.account,
        to=message.address,
        text=said,
        **_thanks_of(message),
        answers=message,
        language=asked.language,
        at=at,
    )


def _kept(invitation: Invitation, message: Message, *, language: str, at: datetime) -> str:
    """What to say to it."""
    its = content.read(invitation.version.content)
    values = {point.label: point.value for point in points_of(invitation.version, language)}
    link = links.address_of(invitation)
    try:
        answering.answer(
            invitation,
            answers={its.start: values.get(message.text.strip())},
            at=at,
            language=language,
            channel=message.account.channel,
            until=its.start,
        )
    except Refusal as refused:
        return str(refused.title)
    thanks = its.thanks_in(language) or _("Thank you!")
    if len(walking.way(its, answering.given_of(invitation))) == 1:
        return thanks
    return f"{thanks}\n\n{_('Add a few words, if you like: {link}').format(link=link)}"


def _tapped_under(message: Message) -> Message | None:
    """Viber does not say under what was tapped: there it is the last that we wrote.

    Whoever answers a mail or an SMS with a mark alone has answered too, if the sender is proved.
    """
    is_theirs = message.is_from_customer and message.state == Message.State.RECEIVED and message.is_proved
    if not is_theirs or message.is_automatic or not 0 < len(message.text) <= LONGEST_BUTTON:
        return None
    asked = message.in_reply_to or _last_to(message)
    if asked is None or asked.address != message.address or message.text.strip() not in asked.choices:
        return None
    return asked if invitation_told_by(asked) else None


def _last_to(message: Message) -> Message | None:
    ours = Message.objects.filter(account=message.account_id, address=message.address, direction="out")
    before = ours.filter(customer=message.customer_id, pk__lt=message.pk)
    return before.order_by("-occurred_at", "-pk").first()


def _thanks_of(message: Message) -> dict[str, Any]:
    return {"source": SOURCE, "source_id": f"button:{message.pk}"}
