from datetime import datetime, timedelta

import pytest

from crm.channels.base import Incoming, Sender
from crm.messages import acknowledging, receiving
from crm.models import ChannelAccount, Message
from support.models import Ticket
from tests.factories.mailboxes import HERS, mailbox
from tests.factories.shops import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> ChannelAccount:
    return mailbox(acknowledges=True)


def wrote(
    account: ChannelAccount, number: int = 1, *, thread: str = "one", at: datetime = NOON, **more
) -> Message:
    told = {"text": "Где?", "subject": "Заказ 7", "language": "ru", "thread": thread, **more}
    sender = Sender(kind="email", value=HERS, is_proved=True)
    incoming = Incoming(external_id=f"<{number}@x>", sender=sender, occurred_at=at, **told)
    return receiving.receive(account, incoming, raw=None, at=at)


def test_who_writes_hears_that_it_arrived_in_their_language(account):
    said = acknowledging.acknowledge(wrote(account), at=NOON)

    assert (said.address, said.subject, said.language, said.author_kind) == (
        HERS,
        "Re: Заказ 7",
        "ru",
        "rule",
    )
    assert said.text


def test_the_same_message_is_acknowledged_once(account):
    message = wrote(account)

    acknowledging.acknowledge(message, at=NOON)

    assert acknowledging.acknowledge(message, at=NOON + timedelta(days=2)) is not None
    assert Message.objects.filter(source=acknowledging.SOURCE).count() == 1


def test_a_thread_hears_it_once_in_a_day(account):
    acknowledging.acknowledge(wrote(account, 1), at=NOON)
    soon, next_day = NOON + timedelta(hours=23), NOON + timedelta(hours=24)

    assert acknowledging.acknowledge(wrote(account, 2, at=soon), at=soon) is None
    assert acknowledging.acknowledge(wrote(account, 3, at=next_day), at=next_day) is not None


def test_an_address_hears_it_five_times_in_an_hour_whatever_threads_it_opens(account):
    said = [
        acknowledging.acknowledge(wrote(account, number, thread=f"t{number}"), at=NOON) for number in range(9)
    ]

    assert [one is not None for one in said] == [True] * 5 + [False] * 4


@pytest.mark.parametrize("more", [{"is_automatic": True}, {"token_thread": "of-somebody-else"}])
def test_machines_and_strangers_hear_nothing(account, more):
    assert acknowledging.acknowledge(wrote(account, **more), at=NOON) is None


def test_a_house_that_does_not_want_it_says_nothing():
    assert acknowledging.acknowledge(wrote(mailbox()), at=NOON) is None


def test_it_answers_nobody(account):
    """The clocks of the ticket go on: no person has answered."""
    message = wrote(account)
    acknowledging.acknowledge(message, at=NOON)

    assert Ticket.objects.get().category == "new"
