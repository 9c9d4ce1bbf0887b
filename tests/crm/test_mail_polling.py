"""Mail to and fro with real servers: SMTP by aiosmtpd, IMAP by Dovecot, both on this machine."""

from datetime import timedelta

import pytest

from crm import mail_tasks
from crm.mail.headers import addresses
from crm.messages import acknowledging, mail_polling, messaging, receiving, sending
from crm.models import ChannelAccount, Message, RawDelivery
from support.models import Ticket
from tests.crm.hostile_mails import HOSTILE
from tests.crm.test_mail_loops import REPORT
from tests.factories.mailboxes import HERS, OURS, mail, mailbox
from tests.factories.shops import NOON
from tests.mail_servers import PASSWORD, Dovecot, Post, free_port, smtp

pytestmark = pytest.mark.django_db


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


def reply_to(
    letter, text: str, *, sender: str = HERS, number: str = "answer@example.org", **headers: str
) -> bytes:
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


def test_what_is_fetched_again_is_not_brought_again(account, post):
    post.take(mail(), HERS, [OURS])
    fetch_and_work_off(account)
    post.take(mail("Ещё вопрос", number="2@x"), HERS, [OURS])

    assert fetch_and_work_off(account) == 1
    assert fetch_and_work_off(account) == 0
    assert [message.text for message in Message.objects.order_by("pk")] == ["Где моя посылка?", "Ещё вопрос"]


def test_a_mailbox_that_was_numbered_anew_brings_nothing_twice_and_loses_nothing(account, post, imap):
    post.take(mail(), HERS, [OURS])
    fetch_and_work_off(account)
    before = account.position

    imap.number_anew(account.settings["imap_user"])
    post.take(mail("Ещё вопрос", number="2@x"), HERS, [OURS])

    assert fetch_and_work_off(account) == 1
    account.refresh_from_db()
    assert account.position["validity"] != before.get("validity")
    assert Message.objects.count() == 2


def test_a_worker_that_dies_in_the_middle_loses_nothing(account, post, monkeypatch):
    for number in range(3):
        post.take(mail(f"Вопрос {number}", number=f"{number}@x"), HERS, [OURS])
    keep = receiving.keep

    def keep_two(*args, **how):
        if RawDelivery.objects.count() == 2:
            raise KeyboardInterrupt
        return keep(*args, **how)

    monkeypatch.setattr(receiving, "keep", keep_two)
    with pytest.raises(KeyboardInterrupt):
        mail_polling.poll(account, at=NOON)
    monkeypatch.undo()

    assert fetch_and_work_off(account) == 1
    assert Message.objects.count() == 3


def test_nothing_in_the_mailbox_is_changed(account, post, imap):
    post.take(mail(), HERS, [OURS])

    fetch_and_work_off(account)

    [kept] = (imap.folder / "mail" / account.settings["imap_user"] / "new").iterdir()
    assert b"Message-ID: <1@example.org>" in kept.read_bytes()


def test_a_mailbox_that_cannot_be_reached_is_noted_and_works_again(account, post):
    post.take(mail(), HERS, [OURS])
    right = account.settings["imap_port"]
    account.settings["imap_port"] = free_port()
    account.save()

    assert mail_polling.poll(account, at=NOON) == 0
    account.refresh_from_db()
    assert (account.failed_at, bool(account.failure)) == (NOON, True)

    account.settings["imap_port"] = right
    account.save()
    assert fetch_and_work_off(account) == 1
    account.refresh_from_db()
    assert account.failure == ""


def test_a_wrong_password_is_noted(account):
    account.keep_secrets({"imap_password": "wrong"})
    account.save()

    assert mail_polling.poll(account, at=NOON) == 0
    account.refresh_from_db()
    assert account.failure == "MailboxLoginError"


def test_mail_from_before_the_mailbox_was_given_to_us_stays_where_it_is(account, post):
    account.opened_at = NOON + timedelta(days=36_500)
    account.save()
    post.take(mail(), HERS, [OURS])

    assert fetch_and_work_off(account) == 0


def test_only_open_mailboxes_are_fetched(account):
    closed = mailbox("old@lipa.example", imap_host="127.0.0.1")
    closed.closed_at = NOON
    closed.save()
    mailbox("hooks@lipa.example", imap_host=None)

    assert mail_polling.mailboxes() == [account.pk]
    mail_tasks.poll_mailbox(closed.pk)


def test_hostile_mails_come_through_real_servers(account, post):
    """(Those that no server would carry as they are stand in test_channel_email.)"""
    names = [name for name in HOSTILE if name not in ("many lines in many boundaries", "many parts")]
    for number, name in enumerate(names):
        raw = HOSTILE[name].replace(b"<hostile@", f"<{number}@".encode())
        post.take(raw, f"evil{number}@example.net", [OURS])

    account.refresh_from_db()
    mail_polling.poll(account, at=NOON)
    for pk in RawDelivery.objects.values_list("pk", flat=True):
        receiving.work_off(pk, at=NOON)

    account.refresh_from_db()
    assert (RawDelivery.objects.count(), account.failure) == (len(names), "")
    assert (
        not RawDelivery.objects.filter(processed_at=None)
        .exclude(error__startswith="UnreadableDelivery")
        .exists()
    )
    assert not Message.objects.filter(html__contains=" src=").exists()
    assert not Message.objects.filter(html__icontains="<script").exists()


def test_a_letter_that_comes_back_has_failed(account, post):
    post.take(mail(), HERS, [OURS])
    fetch_and_work_off(account)
    question = Message.objects.get()
    answer = messaging.write(
        question.customer,
        account=account,
        to=HERS,
        text="Да.",
        source="test",
        source_id="1",
        answers=question,
        at=NOON,
    )
    sending.send_next(at=NOON)
    answer.refresh_from_db()
    words = {"action": "failed", "status": "5.1.1", "diagnostic": "550 5.1.1 no such user"}
    report = REPORT.format(returned="message/rfc822", report_type="delivery-status", **words)

    post.take(report.replace("<veren.7.abc@lipa.example>", answer.external_id).encode(), "", [OURS])
    fetch_and_work_off(account)

    answer.refresh_from_db()
    assert (answer.state, answer.is_address_dead) == ("failed", True)
    assert "550 5.1.1" in answer.failure
    assert Message.objects.filter(direction="in").count() == 1


def test_nobody_makes_a_letter_fail_that_they_never_got(account, post):
    made_up = REPORT.format(
        returned="message/rfc822",
        report_type="delivery-status",
        action="failed",
        status="5.1.1",
        diagnostic="",
    )
    post.take(made_up.encode(), "", [OURS])

    fetch_and_work_off(account)

    assert not Message.objects.exists()


# ── Two of us answer each other ──────────────────────────────────────────────────────────────────────────────
class Forgetful(Post):
    """A way between two houses that loses every sign by which machines and threads are known."""

    def take(self, raw, mail_from, recipients):
        head, _blank, body = raw.partition(b"\r\n\r\n")
        signs = (
            b"auto-submitted",
            b"x-veren",
            b"x-auto",
            b"in-reply-to",
            b"references",
            b"reply-to",
            b"message-id",
        )
        kept = [line for line in head.split(b"\r\n") if not line.lower().startswith(signs)]
        kept.append(f"Message-ID: <{len(self.taken)}@relay.example>".encode())
        plain = [
            f"{one.partition('+')[0]}@{one.partition('@')[2]}" if "+" in one else one for one in recipients
        ]
        super().take(b"\r\n".join(kept) + b"\r\n\r\n" + body, mail_from, plain)


def two_houses(post: Post, imap: Dovecot) -> list[ChannelAccount]:
    houses = [on_servers(post, imap, address) for address in (OURS, "office@other.example")]
    for house in houses:
        house.settings["acknowledges"] = True
        house.save()
    return houses


def run(houses: list[ChannelAccount], *, rounds: int) -> None:
    """Everybody fetches, acknowledges whatever came, and sends what is to be sent: a minute a round."""
    for minute in range(rounds):
        at = NOON + timedelta(minutes=minute)
        for house in houses:
            house.refresh_from_db()
            mail_polling.poll(house, at=at)
            for pk in RawDelivery.objects.filter(processed_at=None).values_list("pk", flat=True):
                receiving.work_off(pk, at=at)
        for message in Message.objects.filter(direction="in").select_related("account"):
            acknowledging.acknowledge(message, at=at)
        while sending.send_next(at=at):
            pass


def test_two_houses_that_know_each_other_s_signs_say_it_once(post, imap):
    houses = two_houses(post, imap)
    post.take(mail(sender="office@other.example"), "office@other.example", [OURS])

    run(houses, rounds=4)

    assert Message.objects.filter(source=acknowledging.SOURCE).count() == 1


def test_two_houses_without_a_sign_between_them_end_below_the_limits(imap):
    with smtp(Forgetful()) as (post, port):
        post.port = port
        houses = two_houses(post, imap)
        post.take(mail(sender="office@other.example"), "office@other.example", [OURS])

        run(houses, rounds=16)

    said = Message.objects.filter(source=acknowledging.SOURCE)
    for house in houses:
        assert said.filter(account=house).count() <= acknowledging.MOST_TO_AN_ADDRESS
    for customer in Ticket.objects.values_list("customer", flat=True).distinct():
        assert Ticket.objects.filter(customer=customer).count() <= 5
    assert not Message.objects.filter(state="queued").exists()
