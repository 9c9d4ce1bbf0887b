"""Mail that providers bring over HTTP, as they write it: proved, kept to the byte, and read once."""

import base64
import hashlib
import hmac
import json
import random
from urllib.parse import urlencode

import pytest

from crm.channels.email.channel import keys_of
from crm.mail import threading
from crm.messages import receiving
from crm.models import ChannelAccount, Message, RawDelivery
from tests.factories.customers import CustomerFactory
from tests.factories.mailboxes import HERS, OURS, mail, mailbox
from tests.factories.shops import NOON

pytestmark = pytest.mark.django_db
SECRET = "mailgun-signing-key"
PASSWORD = "postmark:kept-9f2c71d0"


@pytest.fixture
def mailgun() -> ChannelAccount:
    return mailbox(secrets={"hook_secret": SECRET}, hooks_of="mailgun")


@pytest.fixture
def postmark() -> ChannelAccount:
    return mailbox(secrets={"hook_secret": PASSWORD}, hooks_of="postmark")


def signed(token: str, secret: str = SECRET) -> dict[str, str]:
    stamp = "1772452800"
    signature = hmac.new(secret.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {"timestamp": stamp, "token": token, "signature": signature}


def brought_by_mailgun(client, account, raw: bytes, *, number: str = "t1", secret: str = SECRET):
    form = {**signed(number, secret), "sender": HERS, "recipient": OURS, "body-mime": raw.decode()}
    return client.post(f"/hooks/email/{account.key}/", form)


def brought_by_postmark(client, account, raw: bytes, *, login: str = PASSWORD):
    told = {
        "MessageID": "11111111-2222",
        "Headers": [{"Name": "Return-Path", "Value": f"<{HERS}>"}],
        "RawEmail": raw.decode(),
        "OriginalRecipient": OURS,
    }
    credentials = base64.b64encode(login.encode()).decode()
    return client.post(
        f"/hooks/email/{account.key}/",
        json.dumps(told),
        content_type="application/json",
        headers={"Authorization": f"Basic {credentials}"},
    )


def work_off() -> None:
    for pk in RawDelivery.objects.filter(processed_at=None).values_list("pk", flat=True):
        assert receiving.work_off(pk, at=NOON), RawDelivery.objects.get(pk=pk).error


def test_a_mail_by_mailgun_is_a_message(client, mailgun):
    assert brought_by_mailgun(client, mailgun, mail()).status_code == 200
    work_off()

    message = Message.objects.get()
    assert (message.text, message.address, message.external_id) == (
        "Где моя посылка?",
        HERS,
        "<1@example.org>",
    )


def test_a_mail_by_postmark_is_a_message(client, postmark):
    assert brought_by_postmark(client, postmark, mail()).status_code == 200
    work_off()

    assert Message.objects.get().text == "Где моя посылка?"


def test_a_mail_taken_apart_by_its_provider_is_a_message(client, mailgun):
    form = {
        **signed("t1"),
        "sender": HERS,
        "from": f"Мария <{HERS}>",
        "recipient": OURS,
        "subject": "Заказ 7",
        "body-plain": "Где моя посылка?",
        "message-headers": json.dumps(
            [["Message-Id", "<1@example.org>"], ["From", HERS], ["Subject", "Заказ 7"]]
        ),
    }
    assert (
        client.post(
            f"/hooks/email/{mailgun.key}/", urlencode(form), content_type="application/x-www-form-urlencoded"
        ).status_code
        == 200
    )
    work_off()

    message = Message.objects.get()
    assert (message.text, message.external_id) == ("Где моя посылка?", "<1@example.org>")


def test_a_mail_larger_than_a_form_may_be_is_taken(client, mailgun):
    large = mail("слово " * 600_000)

    assert brought_by_mailgun(client, mailgun, large).status_code == 200
    work_off()

    assert Message.objects.get().text.startswith("слово слово")


def test_the_same_mail_with_a_new_signature_is_the_same_delivery(client, mailgun):
    for number in range(3):
        assert brought_by_mailgun(client, mailgun, mail(), number=f"t{number}").status_code == 200

    assert RawDelivery.objects.count() == 1


@pytest.mark.parametrize(
    ("secret", "kept"),
    [("wrong", SECRET), ("", SECRET), (SECRET, ""), ("changeme-changeme", "changeme-changeme")],
)
def test_a_forged_call_is_refused_and_nothing_is_kept(client, secret, kept):
    account = mailbox(secrets={"hook_secret": kept}, hooks_of="mailgun")

    assert brought_by_mailgun(client, account, mail(), secret=secret).status_code == 403
    assert not RawDelivery.objects.exists()


@pytest.mark.parametrize("login", ["postmark:wrong", "", "other:kept-9f2c71d0"])
def test_a_wrong_password_is_refused(client, postmark, login):
    assert brought_by_postmark(client, postmark, mail(), login=login).status_code == 403


def test_a_mailbox_without_hooks_takes_nothing(client):
    assert brought_by_mailgun(client, mailbox(), mail()).status_code == 403


def test_nobody_listens_at_another_address(client, mailgun):
    mailgun.key = "guess"

    assert brought_by_mailgun(client, mailgun, mail()).status_code == 404


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\0", b"a=1&" * 3000, b'{"signature": []}', b'{"signature": {}}']
)
@pytest.mark.parametrize(
    "kind", ["application/json", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]
)
def test_nonsense_is_refused(client, mailgun, body, kind):
    answer = client.generic("POST", f"/hooks/email/{mailgun.key}/", body, content_type=kind)

    assert answer.status_code in (400, 403)


def reported(client, account, external_id: str, event: str = "failed", *, number: str = "t9"):
    told = {
        "signature": signed(number),
        "event-data": {
            "event": event,
            "id": f"event-{event}-{external_id}",
            "timestamp": 1772452860.5,
            "severity": "permanent",
            "reason": "bounce",
            "recipient": HERS,
            "delivery-status": {"code": 550, "message": "5.1.1 no such user"},
            "user-variables": {"veren": external_id},
            "message": {"headers": {"message-id": "rewritten@mailgun"}},
        },
    }
    return client.post(
        f"/hooks/email/{account.key}/?what=events", json.dumps(told), content_type="application/json"
    )


@pytest.fixture
def letter(mailgun) -> Message:
    message = Message.objects.create(
        customer=CustomerFactory(),
        account=mailgun,
        direction="out",
        author_kind="rule",
        state="sent",
        identity_kind="email",
        address=HERS,
        source="test",
        source_id="1",
        occurred_at=NOON,
        recorded_at=NOON,
    )
    message.external_id = threading.message_id(message.pk, "lipa.example", keys_of(mailgun)[0])
    message.save()
    return message


@pytest.mark.parametrize(
    ("event", "state"), [("delivered", "delivered"), ("failed", "failed"), ("opened", "sent")]
)
def test_a_provider_s_report_moves_our_letter(client, mailgun, letter, event, state):
    assert reported(client, mailgun, letter.external_id, event).status_code == 200
    work_off()

    letter.refresh_from_db()
    assert letter.state == state


def test_a_report_of_what_we_never_signed_changes_nothing(client, mailgun, letter):
    made_up = letter.external_id.replace("<veren.", "<veren.1")

    assert reported(client, mailgun, made_up).status_code == 200
    work_off()

    letter.refresh_from_db()
    assert letter.state == "sent"


@pytest.mark.parametrize("many", [50, pytest.param(500, marks=pytest.mark.nightly)])
def test_mails_doubled_reordered_replayed_and_forged_are_as_many_as_were_written(client, mailgun, many):
    """No message lost, doubled or wrongly accepted."""
    shuffled = random.Random(7)
    real = [(mail(f"Вопрос {n}", number=f"{n}@example.org"), SECRET) for n in range(many)]
    forged = [(mail(f"Подделка {n}", number=f"forged-{n}@example.org"), "guess") for n in range(many)]
    calls = [*real, *real, *forged]
    shuffled.shuffle(calls)

    for number, (raw, secret) in enumerate(calls):
        answer = brought_by_mailgun(client, mailgun, raw, number=f"t{number}", secret=secret)
        assert answer.status_code == (200 if secret == SECRET else 403)
    work_off()

    assert sorted(Message.objects.values_list("text", flat=True)) == sorted(
        f"Вопрос {n}" for n in range(many)
    )
