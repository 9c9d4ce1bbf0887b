"""Which invitations arrived: a response rate counts the silence of those whom a question reached, of nobody else."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F

from crm.models import Message
from surveys.models import Invitation

# Not every channel says that it delivered: what it took, and did not send back, has arrived.
ARRIVED = (Message.State.SENT, Message.State.DELIVERED, Message.State.READ)
# So long after it was asked a message may still come back.
SETTLES_WITHIN = timedelta(days=7)


def note_deliveries(*, at: datetime) -> int:
    """Write down what became of the latest invitations; answers how many changed. May run twice, and beside itself."""
    since = at - SETTLES_WITHIN
    on_the_way = Invitation.objects.filter(asked_at__gt=since, delivered_at=None)
    arrived = on_the_way.filter(message__state__in=ARRIVED).update(delivered_at=F("asked_at"))
    # Whoever answered was reached, whatever the channel says.
    silent = Invitation.objects.filter(delivered_at__gt=since, answered_at=None)
    came_back = silent.filter(message__state=Message.State.FAILED).update(delivered_at=None)
    return arrived + came_back
