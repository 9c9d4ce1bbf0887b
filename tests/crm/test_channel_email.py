"""E-mail with real servers: SMTP by aiosmtpd, IMAP by Dovecot, both on this machine."""

from datetime import timedelta
from email.message import EmailMessage

import pytest

from crm.channels import channel_named
from crm.channels.base import Delivery, File, Letter, NotTaken, PerhapsSent, Receipt, TryLater
from crm.channels.email import hooks
from crm.channels.email.channel import keys_of
from crm.channels.email.mailbox import FETCHED
from crm.mail import quotes, threading
from crm.mail.headers import addresses
from crm.messages import messaging, receiving, sending
from crm.models import ChannelAccount, Identity, Message, RawDelivery
from tests.crm.hostile_mails import HOSTILE
from tests.factories.mailboxes import HERS, OURS, mail, mailbox
from tests.factories.shops import NOON
from tests.mail_servers import Post, free_port

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


# ── Whose conversation it is ─────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def plain_account() -> ChannelAccount:
    """For what needs no server."""
    return mailbox(verifier="mx.lipa.example")


def take(account: ChannelAccount, raw: bytes, *, at=NOON) -> list[Message]:
    """As if it had been fetched: kept to the byte, then worked off."""
    delivery = receiving.keep(account, fetched(raw), at=at)
    if delivery:
        receiving.work_off(delivery.pk, at=at)
        delivery.refresh_from_db()
        assert delivery.processed_at or delivery.error.startswith("UnreadableDelivery"), delivery.error
    return list(Message.objects.filter(direction="in").order_by("pk"))


def fetched(raw: bytes) -> Delivery:
    return Delivery(delivery_id=hooks.identity_of(raw), body=raw, headers={hooks.WHAT: FETCHED})


def answered(account: ChannelAccount, question: Message, text: str = "Идёт к вам.") -> Message:
    """A colleague's answer that was sent."""
    answer = messaging.write(
        question.customer,
        account=account,
        to=question.address,
        text=text,
        source="test",
        source_id=f"answer to {question.pk}",
        answers=question,
        at=NOON,
    )
    key = keys_of(account)[0]
    receipt = Receipt(external_id=threading.message_id(answer.pk, "lipa.example", key), thread=answer.thread)
    Message.objects.filter(pk=answer.pk).update(state="sending", claimed_at=NOON)
    sending.note_sent(answer, receipt, at=NOON)
    answer.refresh_from_db()
    return answer


def token_address(account: ChannelAccount, thread: str) -> str:
    return threading.reply_address(account.address, thread, keys_of(account)[0])


def test_a_stranger_who_shows_a_right_token_is_held(plain_account):
    [question] = take(plain_account, mail())
    forwarded_to = token_address(plain_account, question.thread)

    [_, held] = take(
        plain_account, mail("Это я.", sender="stranger@example.net", to=forwarded_to, number="2@x")
    )

    assert (held.state, held.thread, held.address) == ("held", question.thread, "stranger@example.net")
    assert held.customer != question.customer


def test_a_stranger_who_guesses_a_token_begins_a_conversation_of_their_own(plain_account):
    [question] = take(plain_account, mail())
    guess = f"help+t{'a' * 32}@lipa.example"

    [_, other] = take(plain_account, mail("Это я.", sender="stranger@example.net", to=guess, number="2@x"))

    assert (other.state, other.in_reply_to) == ("received", None)
    assert other.thread != question.thread


def test_an_answer_to_our_id_is_threaded_without_the_token(plain_account):
    [question] = take(plain_account, mail())
    answer = answered(plain_account, question)

    [_, thanks] = take(plain_account, mail("Спасибо", number="2@x", In_Reply_To=answer.external_id))

    assert (thanks.thread, thanks.in_reply_to) == (question.thread, answer)


def test_a_stranger_who_names_our_id_is_not_let_in(plain_account):
    [question] = take(plain_account, mail())
    answer = answered(plain_account, question)

    messages = take(
        plain_account,
        mail("Я тоже", sender="stranger@example.net", number="2@x", In_Reply_To=answer.external_id),
    )

    assert messages[1].thread != question.thread


def test_somebody_who_goes_on_with_their_own_mail_stays_in_its_thread(plain_account):
    [question] = take(plain_account, mail())

    [_, more] = take(plain_account, mail("И ещё", number="2@x", References="<1@example.org>"))

    assert (more.thread, more.in_reply_to) == (question.thread, question)


def test_the_same_subject_is_not_the_same_conversation(plain_account):
    take(plain_account, mail("Где?", subject="Re: Заказ 7"))

    first, second = take(
        plain_account, mail("Где?", subject="Re: Заказ 7", sender="b@example.org", number="2@x")
    )

    assert first.thread != second.thread


def test_a_sender_is_proved_by_our_server_and_only_claimed_otherwise(plain_account):
    verdict = "mx.lipa.example; dmarc=pass header.from=example.org"

    take(plain_account, mail(Authentication_Results=verdict))
    first, second = take(plain_account, mail(sender="ivan@example.net", number="2@x"))

    assert (first.is_proved, second.is_proved) == (True, False)
    assert Identity.objects.get(value=HERS).verified_at
    assert not Identity.objects.get(value="ivan@example.net").verified_at


def test_a_form_of_the_shop_s_site_speaks_for_its_customer_without_proof(plain_account):
    verdict = "mx.lipa.example; dmarc=pass header.from=lipa.example"

    [asked] = take(plain_account, mail(sender=OURS, Reply_To=HERS, Authentication_Results=verdict))

    assert (asked.address, asked.is_proved) == (HERS, False)


# ── Once each ────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_mail_that_comes_twice_is_one_message(plain_account):
    take(plain_account, mail())

    assert len(take(plain_account, mail(Received="from a by b; Mon, 02 Mar 2026 12:00:00 +0000"))) == 1
    assert RawDelivery.objects.count() == 1


def test_two_mails_with_one_id_are_two_messages(plain_account):
    take(plain_account, mail("Где посылка?"))

    first, second = take(plain_account, mail("А где деньги?"))

    assert [first.text, second.text] == ["Где посылка?", "А где деньги?"]
    assert first.external_id != second.external_id


def test_a_mail_without_an_id_is_kept_once(plain_account):
    raw = mail().replace(b"Message-ID: <1@example.org>\n", b"")

    take(plain_account, raw)

    assert len(take(plain_account, raw)) == 1


def test_our_own_mail_come_back_is_nobody_s_message(plain_account):
    ours = threading.message_id(7, "lipa.example", keys_of(plain_account)[0]).strip("<>")

    assert take(plain_account, mail(sender=OURS, number=ours)) == []


# ── Hostile, unreadable, automatic ───────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mails_are_kept_to_the_byte_and_shown_inert(plain_account, name):
    messages = take(plain_account, HOSTILE[name])

    assert bytes(RawDelivery.objects.get().body) == HOSTILE[name]
    for message in messages:
        assert message.address == "maria@example.org" or name in (
            "two senders",
            "two addresses in one sender",
        )
        assert not message.is_proved
        assert "<script" not in message.html.lower()
        assert " src=" not in message.html
        assert " onerror=" not in message.html
        assert message.text or message.attachments.exists()


def test_a_mail_that_cannot_be_read_says_so_plainly(plain_account):
    [message] = take(plain_account, HOSTILE["deep"])

    assert message.text == "This mail could not be read: it is broken, or too large. It is kept as it came."
    assert message.raw.body


def test_a_mail_from_nobody_waits_for_people(plain_account):
    assert take(plain_account, HOSTILE["no sender"]) == []
    waiting = RawDelivery.objects.get()
    assert (waiting.processed_at, waiting.next_try_at) == (None, None)


def test_what_a_machine_wrote_is_marked(plain_account):
    [message] = take(plain_account, mail("Я в отпуске.", Auto_Submitted="auto-replied"))

    assert message.is_automatic


def test_pictures_of_a_mail_come_as_its_files(plain_account):
    letter = EmailMessage()
    letter["From"], letter["Message-ID"] = HERS, "<1@x>"
    letter.set_content("Ваза разбита")
    letter.add_alternative('<p>Ваза <img src="cid:vase@x"></p>', subtype="html")
    letter.get_payload()[1].add_related(
        b"\x89PNG\r\n\x1a\n..", maintype="image", subtype="png", cid="<vase@x>"
    )

    [message] = take(plain_account, bytes(letter))

    [picture] = message.attachments.all()
    assert (picture.content_type, picture.content_id, picture.is_inline) == ("image/png", "vase@x", True)
    assert 'data-cid="vase@x"' in message.html


# ── Out ──────────────────────────────────────────────────────────────────────────────────────────────────────
def letter(**more) -> Letter:
    return Letter(
        **{"id": 7, "to": HERS, "text": "Идёт к вам.", "subject": "Заказ 7", "language": "ru", **more}
    )


def sent(post: Post, account: ChannelAccount, **more):
    channel_named("email").send(account, letter(**more))
    return post.taken[-1]


@pytest.fixture
def smtp_account(post: Post) -> ChannelAccount:
    return mailbox(
        sends_by="smtp", smtp_host="127.0.0.1", smtp_port=post.port, smtp_security="none", sender_name="Липа"
    )


def test_a_letter_names_its_thread_and_itself(smtp_account, post):
    got = sent(post, smtp_account, thread="abcdefghijklmnop", replies_to=["<2@x>", "<1@x>"])

    assert [one.name for one in addresses(got["From"])] == ["Липа"]
    assert got["Message-ID"] == threading.message_id(7, "lipa.example", keys_of(smtp_account)[0])
    assert threading.thread_in(addresses(got["Reply-To"]), OURS, keys_of(smtp_account)) == "abcdefghijklmnop"
    assert (got["In-Reply-To"], got["References"]) == ("<2@x>", "<1@x> <2@x>")
    assert got["Auto-Submitted"] is None


def test_a_letter_has_the_same_id_at_every_attempt(smtp_account, post):
    assert sent(post, smtp_account)["Message-ID"] == sent(post, smtp_account)["Message-ID"]


def test_a_letter_of_the_house_says_that_a_machine_wrote_it(smtp_account, post):
    assert sent(post, smtp_account, is_automatic=True)["Auto-Submitted"] == "auto-generated"
    assert (
        sent(post, smtp_account, is_automatic=True, replies_to=["<1@x>"])["Auto-Submitted"] == "auto-replied"
    )


def test_advertising_is_ended_by_one_click(smtp_account, post):
    got = sent(post, smtp_account, unsubscribe_url="https://lipa.example/u/1")

    assert got["List-Unsubscribe"] == "<https://lipa.example/u/1>"
    assert got["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_our_line_is_known_again_in_every_language(smtp_account, post):
    for language in ("ru", "bg", "en"):
        body = sent(post, smtp_account, language=language).get_payload(decode=True).decode()
        assert quotes.cut_text(f"Спасибо!\n\n{body}") == "Спасибо!"


def test_nothing_in_a_letter_becomes_a_header(smtp_account, post):
    got = sent(
        post,
        smtp_account,
        subject="Order\r\nBcc: all@example.org",
        replies_to=["<1@x>\r\nBcc: all@example.org"],
    )

    assert got["Bcc"] is None
    assert post.recipients[-1] == [HERS]


def test_files_go_along(smtp_account, post):
    got = sent(
        post, smtp_account, files=[File(name="сч\nёт.pdf", content_type="application/pdf", content=b"%PDF-")]
    )

    [_body, file] = got.get_payload()
    assert (file.get_content_type(), file.get_payload(decode=True)) == ("application/pdf", b"%PDF-")


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        ("451 try again later", TryLater),
        ("421 too busy", TryLater),
        ("554 spam", NotTaken),
    ],
)
def test_what_a_server_answers_decides(smtp_account, post, answer, what):
    post.answers = [answer]

    with pytest.raises(what):
        sent(post, smtp_account)
    assert post.taken == []


@pytest.mark.parametrize(
    ("refusal", "is_dead"), [("550 5.1.1 no such user", True), ("550 5.7.1 not from you", False)]
)
def test_an_address_that_does_not_exist_is_dead(smtp_account, post, refusal, is_dead):
    post.refuses_addresses[HERS] = refusal

    with pytest.raises(NotTaken) as refused:
        sent(post, smtp_account)
    assert refused.value.is_address_dead is is_dead


def test_a_line_that_breaks_after_the_mail_leaves_it_in_doubt(smtp_account, post):
    post.drops_after_data = True

    with pytest.raises(PerhapsSent):
        sent(post, smtp_account)
    assert len(post.taken) == 1


def test_without_a_server_nothing_was_sent(smtp_account):
    smtp_account.settings["smtp_port"] = free_port()

    with pytest.raises(TryLater):
        channel_named("email").send(smtp_account, letter())


def test_the_house_s_own_mail_carries_it_too(mailoutbox):
    channel_named("email").send(mailbox(), letter())

    assert mailoutbox[0].to == [HERS]
