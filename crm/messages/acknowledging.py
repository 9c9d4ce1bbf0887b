"""“We have your message”: said by the house itself, where an account wants it, and so rarely that no loop can form.

At most once in a thread in 24 hours, and five times to one address in an hour, whatever threads it opens: two machines
that take away each other's signs still end.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from crm.messages import messaging
from crm.models import Customer, Message

SOURCE = "acknowledgement"
ONE_IN_A_THREAD = timedelta(hours=24)
MOST_TO_AN_ADDRESS, TO_AN_ADDRESS_IN = 5, timedelta(hours=1)
# In the settings of an account.
WANTED = "acknowledges"


@transaction.atomic
def acknowledge(message: Message, *, at: datetime) -> Message | None:
    """Tell a person that their words arrived; None: it is not wanted, or would be too much. Idempotent.

    Locks the customer's row: of two messages at once one is acknowledged.
    """
    customer = Customer.objects.select_for_update(no_key=True).get(pk=message.customer_id)
    if customer.erased_at or not _is_to_be_answered(message) or _is_enough(message, at=at):
        return None
    language = message.language or customer.language
    with override(language):
        text = _("We have received your message and will answer as soon as we can.")
    return messaging.write(
        customer,
        account=message.account,
        to=message.address,
        text=text,
        source=SOURCE,
        source_id=str(message.pk),
        answers=message,
        language=language,
        at=at,
    )


def _is_to_be_answered(message: Message) -> bool:
    is_a_word = message.direction == Message.Direction.IN and message.state == Message.State.RECEIVED
    return is_a_word and not message.is_automatic and bool(message.account.settings.get(WANTED))


def _is_enough(message: Message, *, at: datetime) -> bool:
    said = _said(message)
    in_thread = said.filter(thread=message.thread, recorded_at__gt=at - ONE_IN_A_THREAD)
    to_address = said.filter(address=message.address, recorded_at__gt=at - TO_AN_ADDRESS_IN)
    return in_thread.exists() or to_address.count() >= MOST_TO_AN_ADDRESS


def _said(message: Message) -> QuerySet[Message]:
    return Message.objects.filter(
        Q(thread=message.thread) | Q(address=message.address), account=message.account_id, source=SOURCE
    )
