"""What goes out: rows that were written before anything is sent, claimed by one worker, handed over, and followed.

Between the claim and the provider's word nobody knows: a worker that dies there leaves a message that is perhaps sent.
It is shown as such and never sent again by itself.
"""

from __future__ import annotations

from datetime import datetime

from celery import current_app
from django.db import transaction

from crm.channels.base import Report
from crm.models import ChannelAccount, Message

# A later word of the provider moves a message up, never down: reports overtake one another.
RANK = {
    Message.State.SENDING: 0,
    Message.State.UNCERTAIN: 0,
    Message.State.SENT: 1,
    Message.State.DELIVERED: 2,
    Message.State.READ: 3,
}


def start(message: Message) -> None:
    """Tell a worker once what stands is committed. If nobody hears it, the beat finds the message."""
    transaction.on_commit(
        lambda: current_app.send_task("crm.channel_tasks.send_due", retry=False, ignore_result=True),
        robust=True,
    )


@transaction.atomic
def follow(account: ChannelAccount, report: Report, *, at: datetime) -> Message | None:
    """What the provider says became of a message of ours. Late, doubled and unknown reports change nothing.

    Locks the message's row.
    """
    rows = Message.objects.select_for_update(no_key=True, of=("self",))
    message = rows.filter(account=account, direction="out", external_id=report.external_id).first()
    if message is None or report.external_id == "":
        return None
    if report.state == Message.State.FAILED:
        return message
    if RANK.get(Message.State(report.state), -1) <= RANK.get(Message.State(message.state), 9):
        return message
    message.state = report.state
    setattr(message, f"{report.state}_at", report.at)
    message.save(update_fields=["state", f"{report.state}_at"])
    return message
