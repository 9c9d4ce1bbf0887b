"""E-mail with real servers: SMTP by aiosmtpd, IMAP by Dovecot, both on this machine."""

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from crm import mail_polling, messaging, receiving, sending
from crm.channels import channel_named
from crm.channels.base import Letter, NotTaken, PerhapsSent, TryLater
from crm.mail import quotes, threading
from crm.mail.headers import addresses
from crm.models import ChannelAccount, Message, RawDelivery
from tests.factories.mailboxes import HERS, OURS, mail, mailbox
from tests.factories.shops import NOON
from tests.mail_servers import PASSWORD, Dovecot, Post, dovecot, free_port, smtp

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def post() -> Iterator[Post]:
    with smtp() as (post, port):
        post.port = port
        yield post


@pytest.fixture(scope="module")
def imap() -> Iterator[Dovecot]:
    """In a folder that the server's own account can enter."""
    with tempfile.TemporaryDirectory(prefix="veren-dovecot-") as folder:
        Path(folder).chmod(0o755)
        with dovecot(Path(folder)) as server:
            yield server


@pytest.fixture
def account(post: Post, imap: Dovecot) -> ChannelAccount:
    return on_servers(post, imap, OURS)


def on_servers(post: Post, imap: Dovecot, address: str) -> ChannelAccount:
    """A mailbox of its own for each test: Dovecot keeps mail by user."""
    user = f"user-{free_port()}"
    account = mailbox(
        address,
        secrets={"imap_password": PASSWORD},
        sends_by="smtp",
        smtp_host="127.0.0.1",
        smtp_port=post.port,
        smtp_security="none",
        imap_host="127.0.0.1",
        imap_port=imap.port,
        imap_security="none",
        imap_user=user,
    )
    account.opened_at = NOON - timedelta(days=1)
    account.save()
    post.mailboxes[address] = lambda raw: imap.deliver(user, raw)
    return account


def fetch_and_work_off(account: ChannelAccount) -> int:
    account.refresh_from_db()
    brought = mail_polling.poll(account, at=NOON)
    for pk in RawDelivery.objects.filter(processed_at=None).values_list("pk", flat=True):
        assert receiving.work_off(pk, at=NOON), RawDelivery.objects.get(pk=pk).error
    return brought


def reply_to(letter, text: str, *, sender: str = HERS, number: str = "answer@example.org", **headers: str) -> bytes:
    """As a mail program answers: to the address that is asked for, naming what it answers, quoting it."""
    quoted = "\n".join(f"> {line}" for line in letter.get_payload(decode=True).decode().splitlines())
    return mail(
        f"{text}\n\nНа 2.03.2026 г. в 14:00 ч., Липа <{OURS}> написа:\n{quoted}",
        sender=sender,
        to=letter["Reply-To"],
        subject=f"Re: {letter['Subject']}",
        number=number,
        In_Reply_To=letter["Message-ID"],
        References=f"{letter.get('References', '')} {letter['Message-ID']}",
        **headers,
    )


def test_a_conversation_by_mail_goes_to_and_fro_in_one_thread(account, post):
    post.take(mail("Где моя посылка?"), HERS, [OURS])

    assert fetch_and_work_off(account) == 1
    question = Message.objects.get()
    answer = messaging.write(
        question.customer,
        account=account,
        to=question.address,
        text="Идёт к вам.",
        source="test",
        source_id="1",
        subject="Re: Заказ 7",
        answers=question,
        at=NOON,
    )
    sending.send_next(at=NOON)
    letter = post.taken[-1]
    post.take(reply_to(letter, "Спасибо!"), HERS, [addresses(letter["Reply-To"])[0].address])
    fetch_and_work_off(account)

    answer.refresh_from_db()
    thanks = Message.objects.latest("pk")
    assert (question.text, question.address, answer.state) == ("Где моя посылка?", HERS, "sent")
    assert letter["In-Reply-To"] == question.external_id == "<1@example.org>"
    assert (thanks.text, thanks.thread, thanks.in_reply_to) == ("Спасибо!", question.thread, answer)
    assert (thanks.state, thanks.customer) == ("received", question.customer)
    assert "Идёт к вам." in thanks.uncut_text
    assert "Идёт к вам." not in thanks.text
