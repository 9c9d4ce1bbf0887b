"""What goes out: rows that were written before anything is sent, claimed by one worker, handed over, and followed.

Between the claim and the provider's word nobody knows: a worker that dies there leaves a message that is perhaps sent.
It is shown as such and never sent again by itself.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from celery import current_app
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from crm import timeline
from crm.channels import channel_named
from crm.channels.base import Letter, NotTaken, PerhapsSent, Receipt, Report, TryLater
from crm.consents import consenting, preference_links
from crm.errors import Refusal
from crm.facts import MessageNotDelivered, MessageSent
from crm.facts.messages import SHOWN
from crm.messages import attaching
from crm.models import ChannelAccount, Customer, Message, Purpose, User
from crm.reactions import describe, next_try

log = logging.getLogger(__name__)

SOURCE = "channel"
# Handing over takes seconds. Whoever has not said what came of it after that is dead.
CLAIM_LASTS = timedelta(minutes=5)
# So many earlier messages of a thread are named to the provider.
MOST_REFERENCES = 20
AT_ONCE = 200
LONGEST_FAILURE = 200
NO_CONSENT = "consent-withdrawn"
NOT_HEARD_OF = "worker-lost"

# A later word of the provider moves a message up, never down: reports overtake one another.
RANK = {
    Message.State.SENDING: 0,
    Message.State.UNCERTAIN: 0,
    Message.State.SENT: 1,
    Message.State.DELIVERED: 2,
    Message.State.READ: 3,
}
# What is not known yet: only these take a worker's word, or a colleague's.
OPEN = (Message.State.SENDING, Message.State.UNCERTAIN)
# What was delivered once is not undelivered by a later word.
CAN_FAIL = (*OPEN, Message.State.SENT)


class NotUncertain(Refusal):
    code = "message-not-uncertain"
    title = _("What became of this message is known by now.")


def start(message: Message) -> None:
    """Tell a worker once what stands is committed. If nobody hears it, the beat finds the message."""
    transaction.on_commit(
        lambda: current_app.send_task("crm.channel_tasks.send_due", retry=False, ignore_result=True),
        robust=True,
    )


def send_next(*, at: datetime) -> Message | None:
    """Send the message whose turn it is, once; None: there is none to send at this moment.

    Claims it in a transaction of its own, hands it over outside of any, and writes down what came of it.
    """
    message = claim(at=at)
    if message is not None and message.state == Message.State.SENDING:
        hand_over(message, at=at)
    return message


@transaction.atomic
def claim(*, at: datetime) -> Message | None:
    """Take the message whose turn it is, so that nobody else sends it. What may no longer be sent is cancelled.

    One at a time: a worker that dies leaves one in doubt. Nothing overtakes another to the same person. Locks the
    account's row, which keeps its provider's pace, then the message's, skipping what others hold.
    """
    account = _account_with_work(at).select_for_update(no_key=True, of=("self",)).first()
    if account is None:
        return None
    found = _turn(account, at).select_for_update(no_key=True, skip_locked=True, of=("self",)).first()
    if found is None:
        return None
    _keep_pace(account, at)
    if why_not := _why_not(found):
        _end(found, state=Message.State.CANCELLED, failure=why_not, at=at)
        return found
    found.state, found.claimed_at, found.attempts = Message.State.SENDING, at, found.attempts + 1
    found.save(update_fields=["state", "claimed_at", "attempts"])
    return found


def _account_with_work(at: datetime) -> QuerySet[ChannelAccount]:
    """Whose provider takes something now, and who has something for it: the one that waited longest."""
    free = Q(paced_until=None) | Q(paced_until__lte=at)
    waiting = _waiting(at).filter(account=OuterRef("pk"))
    accounts = ChannelAccount.objects.open().filter(free, Exists(waiting))
    return accounts.order_by(F("paced_until").asc(nulls_first=True), "pk")


def _turn(account: ChannelAccount, at: datetime) -> QuerySet[Message]:
    rows = Message.objects.select_related("customer", "account__shop", "in_reply_to")
    return _waiting(at, rows).filter(account=account).order_by("send_at", "pk")


def _waiting(at: datetime, rows: QuerySet[Message] | None = None) -> QuerySet[Message]:
    """Due, and nothing to the same person is under way."""
    under_way = Message.objects.filter(
        account=OuterRef("account"), address=OuterRef("address"), state=Message.State.SENDING
    )
    due = (Message.objects.all() if rows is None else rows).filter(
        state=Message.State.QUEUED, send_at__lte=at
    )
    return due.filter(~Exists(under_way))


def _keep_pace(account: ChannelAccount, at: datetime) -> None:
    most = channel_named(account.channel).most_per_second
    if most:
        account.paced_until = at + timedelta(seconds=1) / most
        account.save(update_fields=["paced_until"])


def _why_not(message: Message) -> str:
    """What has changed since it was written: the person is gone, or wants no advertising any more."""
    if message.erased_at:
        return "erased"
    if message.purpose == Message.Purpose.ADVERTISING and not consenting.may(
        message.customer, purpose=Purpose.ADVERTISING, channel=message.account.channel
    ):
        return NO_CONSENT
    return ""


def hand_over(message: Message, *, at: datetime) -> None:
    """Give a claimed message to its provider, and write down what came of it. In no transaction."""
    account = message.account
    channel = channel_named(account.channel)
    try:
        receipt = channel.send(account, letter_of(message))
    except TryLater as later:
        _try_again(message, later, at=at)
    except NotTaken as refused:
        fail(message, why=refused.reason, is_address_dead=refused.is_address_dead, at=at)
    except PerhapsSent as broken:
        _leave_open(message, why=broken.reason, at=at)
    except Exception as error:  # noqa: BLE001 - a fault of ours on the way: nobody knows how far it came
        log.warning("sending failed", extra={"message_id": message.pk, "error": describe(error)})
        _leave_open(message, why=type(error).__name__, at=at)
    else:
        note_sent(message, receipt, at=at)


def letter_of(message: Message) -> Letter:
    """A message as its channel needs it: with the link to what the person wants of us, where it belongs."""
    channel = channel_named(message.account.channel)
    link = preference_links.address_of(message.customer_id)
    text = message.text
    if preference_links.belongs_to(message, channel):
        text = preference_links.add_to(text, link, language=message.language, is_short=channel.wants_short)
    return Letter(
        id=message.pk,
        to=message.address,
        text=channel.text_for(text),
        subject=message.subject,
        thread=message.thread,
        replies_to=_replies_to(message),
        language=message.language,
        is_automatic=message.author_kind == Message.Author.RULE,
        unsubscribe_url=_unsubscribe_url(message),
        files=attaching.files_of(message),
        choices=message.choices,
        html=message.html,
    )


def _unsubscribe_url(message: Message) -> str:
    if message.purpose != Message.Purpose.ADVERTISING:
        return ""
    return preference_links.unsubscribe_address_of(message.customer_id, channel=message.account.channel)


def _replies_to(message: Message) -> list[str]:
    if not message.thread:
        return []
    earlier = Message.objects.filter(account=message.account_id, thread=message.thread, pk__lt=message.pk)
    known = earlier.exclude(external_id="").order_by("-pk")
    return list(known.values_list("external_id", flat=True)[:MOST_REFERENCES])


@transaction.atomic
def note_sent(message: Message, receipt: Receipt, *, at: datetime, by: User | None = None) -> bool:
    """The provider took it, or a colleague saw that it arrived. A fact (MessageSent). Idempotent.

    Locks the customer's row, then the message's.
    """
    customer, row = _lock(message)
    if row is None or row.state not in OPEN:
        return False
    row.state, row.sent_at, row.failure = Message.State.SENT, at, ""
    row.external_id = receipt.external_id[:255]
    row.thread = (receipt.thread or row.thread)[:255]
    row.save(update_fields=["state", "sent_at", "failure", "external_id", "thread"])
    _rest(row, at)
    if not customer.erased_at:
        _tell(customer, row, _sent(row), at=at, by=by)
    return True


@transaction.atomic
def fail(message: Message, *, why: str, at: datetime, is_address_dead: bool = False) -> bool:
    """It does not arrive, for good. A fact (MessageNotDelivered), of which another way may be found. Idempotent.

    Locks the customer's row, then the message's.
    """
    customer, row = _lock(message)
    if row is None or row.state not in CAN_FAIL:
        return False
    row.is_address_dead = is_address_dead
    _end(row, state=Message.State.FAILED, failure=why, at=at)
    if not customer.erased_at:
        _tell(customer, row, MessageNotDelivered(channel_code=row.account.channel, why=row.failure), at=at)
    return True


@transaction.atomic
def _try_again(message: Message, later: TryLater, *, at: datetime) -> None:
    """Nothing was sent. Back into the queue after a growing pause; after reactions.TRIES it has failed."""
    pause = next_try(message.attempts, at)
    if pause is None:
        fail(message, why=later.reason, at=at)
        return
    if later.after:
        pause = max(pause, at + later.after)
        ChannelAccount.objects.filter(pk=message.account_id).update(paced_until=at + later.after)
    ours = Message.objects.filter(pk=message.pk, state__in=OPEN, attempts=message.attempts)
    ours.update(
        state=Message.State.QUEUED, send_at=pause, claimed_at=None, failure=later.reason[:LONGEST_FAILURE]
    )
    _note_failure(message.account_id, later.reason, at)


def _leave_open(message: Message, *, why: str, at: datetime) -> None:
    """Perhaps it is with the provider. People decide."""
    ours = Message.objects.filter(pk=message.pk, state=Message.State.SENDING, attempts=message.attempts)
    ours.update(state=Message.State.UNCERTAIN, failure=why[:LONGEST_FAILURE])
    _note_failure(message.account_id, why, at)


def is_more_to_come(*, at: datetime) -> bool:
    """Is there something to send that only waits for a provider's pace? Whoever sends may wait for it too."""
    accounts = ChannelAccount.objects.open().filter(Exists(_waiting(at).filter(account=OuterRef("pk"))))
    return accounts.filter(Q(paced_until=None) | Q(paced_until__lte=at)).exists()


def find_lost(*, at: datetime) -> int:
    """Claimed, and never heard of again: perhaps sent. Answers how many there are. Idempotent."""
    lost = Message.objects.filter(state=Message.State.SENDING, claimed_at__lt=at - CLAIM_LASTS)
    return lost.update(state=Message.State.UNCERTAIN, failure=NOT_HEARD_OF)


@transaction.atomic
def send_again(message: Message, *, by: User, at: datetime) -> Message:
    """A colleague decides that a message that was perhaps sent goes out once more. Locks its row.

    Raises:
        NotUncertain: nothing is sent.
    """
    row = _lock_uncertain(message)
    row.state, row.send_at, row.claimed_at = Message.State.QUEUED, at, None
    row.attempts, row.decided_by, row.decided_at = 0, by, at
    row.save(update_fields=["state", "send_at", "claimed_at", "attempts", "decided_by", "decided_at"])
    start(row)
    return row


@transaction.atomic
def confirm_arrival(message: Message, *, by: User, at: datetime) -> Message:
    """A colleague has learned that a message that was perhaps sent has arrived. A fact (MessageSent).

    Locks the customer's row, then the message's.

    Raises:
        NotUncertain: nothing is changed.
    """
    _lock(message)
    row = _lock_uncertain(message)
    row.decided_by, row.decided_at = by, at
    row.save(update_fields=["decided_by", "decided_at"])
    note_sent(row, Receipt(external_id=row.external_id, thread=row.thread), at=at, by=by)
    row.refresh_from_db()
    return row


def follow(account: ChannelAccount, report: Report, *, at: datetime) -> Message | None:
    """What the provider says became of a message of ours. Late, doubled and unknown reports change nothing.

    Locks the customer's row, then the message's.
    """
    if report.external_id == "":
        return None
    ours = Message.objects.filter(account=account, direction="out", external_id=report.external_id)
    message = ours.select_related("customer", "account__shop").first()
    if message is None:
        return None
    if report.state == Message.State.FAILED:
        fail(message, why=report.reason, is_address_dead=report.is_address_dead, at=at)
    else:
        _move_up(message, report)
    message.refresh_from_db()
    return message


@transaction.atomic
def _move_up(message: Message, report: Report) -> None:
    _customer, row = _lock(message)
    if row is None or RANK.get(Message.State(report.state), -1) <= RANK.get(Message.State(row.state), 9):
        return
    row.state = report.state
    setattr(row, f"{report.state}_at", report.at)
    row.save(update_fields=["state", f"{report.state}_at"])


def _lock(message: Message) -> tuple[Customer, Message | None]:
    customer = Customer.objects.select_for_update(no_key=True).get(pk=message.customer_id)
    rows = Message.objects.select_for_update(no_key=True, of=("self",)).select_related("account__shop")
    return customer, rows.filter(pk=message.pk).first()


def _lock_uncertain(message: Message) -> Message:
    _customer, row = _lock(message)
    if row is None or row.state != Message.State.UNCERTAIN:
        raise NotUncertain
    return row


def _end(row: Message, *, state: str, failure: str, at: datetime) -> None:
    row.state, row.ended_at, row.failure = state, at, failure[:LONGEST_FAILURE]
    row.save(update_fields=["state", "ended_at", "failure", "is_address_dead"])


def _rest(row: Message, at: datetime) -> None:
    """What else goes to the same person waits for as long as the provider wants."""
    pause = channel_named(row.account.channel).pause_per_person
    if pause:
        next_ones = Message.objects.filter(
            account=row.account_id, address=row.address, state=Message.State.QUEUED, send_at__lt=at + pause
        )
        next_ones.update(send_at=at + pause)


def _note_failure(account_id: int, why: str, at: datetime) -> None:
    ChannelAccount.objects.filter(pk=account_id).update(failed_at=at, failure=why[:LONGEST_FAILURE])


def _sent(row: Message) -> MessageSent:
    return MessageSent(
        channel_code=row.account.channel, subject=row.subject, text=row.text[:SHOWN], notice=row.notice
    )


def _tell(
    customer: Customer,
    row: Message,
    fact: MessageSent | MessageNotDelivered,
    *,
    at: datetime,
    by: User | None = None,
) -> None:
    timeline.record(
        customer,
        fact,
        source=SOURCE,
        source_id=f"message:{row.pk}",
        occurred_at=at,
        recorded_at=at,
        shop=row.account.shop,
        actor=by or row.author,
        channel=row.account.channel,
        direction="out",
        subject=row,
        language=row.language,
    )
