"""A conversation by mail through real servers: the customer never repeats herself, and answers go where she wrote."""

from datetime import datetime, timedelta

import pytest

from crm.mail.headers import addresses
from crm.messages import mail_polling, receiving, sending
from crm.models import ChannelAccount, Message, RawDelivery, TimelineEntry, User
from crm.people import merging
from support.answering import replying
from support.models import Ticket
from support.models.tagging import Category
from tests.crm.test_mail_polling import on_servers, reply_to
from tests.factories.customers import CustomerFactory
from tests.factories.mailboxes import HERS, OURS, mail
from tests.factories.shops import NOON
from tests.factories.tickets import agent, wrote
from tests.mail_servers import Post

pytestmark = pytest.mark.django_db


def fetch(account: ChannelAccount, *, at: datetime) -> None:
    account.refresh_from_db()
    mail_polling.poll(account, at=at)
    for pk in RawDelivery.objects.filter(processed_at=None).values_list("pk", flat=True):
        assert receiving.work_off(pk, at=at)


def answer(ticket: Ticket, text: str, post: Post, *, by: User, at: datetime):
    """As an agent answers, and as it is sent after the moment in which it can be taken back."""
    ticket.refresh_from_db()
    replying.reply(ticket, text=text, by=by, key=text, at=at, version=ticket.version)
    while sending.send_next(at=at + replying.UNDO):
        pass
    return post.taken[-1]


def test_one_conversation_whatever_way_she_writes(post, imap):
    account, colleague = on_servers(post, imap, OURS), agent()
    post.take(mail("Где моя посылка?"), HERS, [OURS])
    fetch(account, at=NOON)
    [ticket] = Ticket.objects.all()
    maria = ticket.customer

    letter = answer(ticket, "Она в пути.", post, by=colleague, at=NOON)
    post.take(reply_to(letter, "Спасибо, а когда?"), HERS, [addresses(letter["Reply-To"])[0].address])
    fetch(account, at=NOON + timedelta(minutes=5))
    wrote("Я и здесь", customer=maria, by="telegram", at=NOON + timedelta(minutes=10))

    ticket.refresh_from_db()
    said = Message.objects.filter(pk__in=ticket.placed.values("message")).order_by("pk")
    assert [message.text for message in said] == [
        "Где моя посылка?",
        "Она в пути.",
        "Спасибо, а когда?",
        "Я и здесь",
    ]
    assert ticket.category == Category.OPEN
    kinds = TimelineEntry.objects.filter(customer=maria, kind__startswith="crm.message")
    assert kinds.count() == 4


def test_a_stranger_with_her_token_is_held_beside_her_words(post, imap):
    account, colleague = on_servers(post, imap, OURS), agent()
    post.take(mail(), HERS, [OURS])
    fetch(account, at=NOON)
    [ticket] = Ticket.objects.all()
    letter = answer(ticket, "Она в пути.", post, by=colleague, at=NOON)

    stranger = reply_to(letter, "Это я, с другого адреса.", sender="stranger@example.net")
    post.take(stranger, "stranger@example.net", [addresses(letter["Reply-To"])[0].address])
    fetch(account, at=NOON)

    held = Message.objects.get(address="stranger@example.net")
    ticket.refresh_from_db()
    assert (held.state, ticket.address) == ("held", HERS)
    assert held.customer != ticket.customer


def test_answers_go_where_she_wrote_after_a_merge_and_after_its_undoing(post, imap):
    account, colleague = on_servers(post, imap, OURS), agent()
    post.take(mail(), HERS, [OURS])
    fetch(account, at=NOON)
    [ticket] = Ticket.objects.all()
    other = CustomerFactory()

    merge = merging.merge(other, other=ticket.customer, by=colleague, at=NOON)
    merged = answer(ticket, "Она в пути.", post, by=colleague, at=NOON)
    merging.unmerge(merge, by=colleague, at=NOON)
    apart = answer(ticket, "Она уже здесь.", post, by=colleague, at=NOON + timedelta(minutes=1))

    assert [merged["To"], apart["To"]] == [HERS, HERS]
    assert post.recipients[-2:] == [[HERS], [HERS]]
