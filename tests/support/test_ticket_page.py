import re
from base64 import b64decode
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.channels.base import File, Incoming, Sender
from crm.messages import receiving
from crm.models import ChannelAccount, Message
from support import opening
from support.answering import noting
from support.models import AgentProfile, Draft, Note, Team, Ticket
from tests.factories.shops import ShopFactory, UserFactory

pytestmark = pytest.mark.django_db

PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def colleague(role: str = "agent", *teams: Team, **more):
    one = UserFactory(language="en", **more)
    one.groups.add(Group.objects.get(name=role))
    AgentProfile.objects.create(user=one).teams.set(teams)
    return one


@pytest.fixture
def agent(client):
    one = colleague(name="Iva Marinova")
    client.force_login(one)
    return one


@pytest.fixture
def mailbox():
    ShopFactory()
    return ChannelAccount.objects.create(
        channel="email", name="Post", address="shop@lipa.example", is_main=True, opened_at=timezone.now()
    )


def wrote(mailbox, text: str, *, who="maria@mail.example", thread="t1", number=1, **more) -> Message:
    now = timezone.now()
    incoming = Incoming(
        external_id=f"{who}-{thread}-{number}",
        sender=Sender(kind="email", value=who, name="Мария"),
        text=text,
        subject="Где посылка",
        occurred_at=now,
        thread=thread,
        **more,
    )
    message = receiving.receive(mailbox, incoming, raw=None, at=now)
    opening.hear(message, at=now)
    return message


@pytest.fixture
def ticket(mailbox) -> Ticket:
    return Ticket.objects.get(placed__message=wrote(mailbox, "Где мой заказ?"))


def url(ticket: Ticket, name: str = "ticket", *more: object) -> str:
    return reverse(f"support:{name}", args=[ticket.pk, *more])


def post(client, ticket: Ticket, name: str, *more: object, **values: object):
    """As the page's own script does."""
    return client.post(url(ticket, name, *more), values, headers={"HX-Request": "true"})


def fields(page) -> dict[str, str]:
    """What the form of an answer carries by itself."""
    found = {
        name: re.search(rf'name="{name}" value="([^"]*)"', page.text) for name in ("key", "version", "newest")
    }
    return {name: match[1] for name, match in found.items() if match}


def test_the_conversation_reads_from_top_to_bottom_with_notes_that_cannot_be_mistaken(client, agent, ticket):
    noting.write_note(ticket, text="Курьер потерял", by=agent, key="1", at=timezone.now())

    page = client.get(url(ticket)).text

    assert page.index("Где мой заказ?") < page.index("Курьер потерял")
    note = page[page.index('class="message note"') :].split("</article>")[0]
    assert "Internal note" in note
    assert "the customer will not see it" in note


def test_an_answer_is_sent_where_the_customer_wrote_and_can_be_taken_back(client, agent, ticket):
    carried = fields(client.get(url(ticket)))
    answer = post(client, ticket, "replies", kind="reply", text="Уже везут", **carried)

    message = Message.objects.get(direction="out")
    assert (message.text, message.address, message.state) == ("Уже везут", "maria@mail.example", "queued")
    assert "Take it back" in answer.text
    assert "reply-sent" in answer.headers["HX-Trigger-After-Settle"]

    taken = post(client, ticket, "withdrawal", message.pk)
    message.refresh_from_db()
    assert message.state == "cancelled"
    assert "taken-back" in taken.headers["HX-Trigger-After-Settle"]


def test_the_same_form_sent_twice_is_one_answer(client, agent, ticket):
    carried = fields(client.get(url(ticket)))
    for _time in range(2):
        post(client, ticket, "replies", kind="reply", text="Уже везут", **carried)

    assert Message.objects.filter(direction="out").count() == 1


def test_the_second_of_two_is_stopped_and_shown_what_is_new(client, agent, ticket, mailbox):
    carried = fields(client.get(url(ticket)))
    wrote(mailbox, "И ещё вопрос", number=2)

    answer = post(client, ticket, "replies", kind="reply", text="Уже везут", **carried)

    assert not Message.objects.filter(direction="out").exists()
    assert "1 new message came since you began" in answer.text
    assert "И ещё вопрос" in answer.text
    assert "HX-Trigger-After-Settle" not in answer.headers

    again = {**carried, **fields(answer)}
    post(client, ticket, "replies", kind="reply", text="Уже везут, и да", **again)
    assert Message.objects.get(direction="out").text == "Уже везут, и да"


def test_a_note_is_no_message(client, agent, ticket):
    carried = fields(client.get(url(ticket)))
    post(client, ticket, "replies", kind="note", text="Проверить склад", **carried)

    assert Note.objects.get().text == "Проверить склад"
    assert not Message.objects.filter(direction="out").exists()


def test_an_empty_answer_is_refused_with_words(client, agent, ticket):
    answer = post(client, ticket, "replies", kind="reply", text="  ", **fields(client.get(url(ticket))))

    assert "There is nothing to send yet" in answer.text
    assert not Message.objects.filter(direction="out").exists()


def test_what_is_typed_is_kept_until_it_is_sent(client, agent, ticket):
    post(client, ticket, "draft", kind="note", text="Недописано")
    page = client.get(url(ticket))
    assert "Недописано" in page.text

    post(client, ticket, "replies", kind="reply", text="Дописано", **fields(page))
    assert not Draft.objects.exists()


def test_a_draft_is_its_authors_alone(client, agent, ticket):
    post(client, ticket, "draft", kind="reply", text="Недописано")
    client.force_login(colleague())

    assert "Недописано" not in client.get(url(ticket)).text


def test_a_ticket_is_taken_given_and_resolved_by_small_forms(client, agent, ticket):
    post(client, ticket, "assignment", to="me")
    ticket.refresh_from_db()
    assert ticket.assignee == agent

    answer = post(client, ticket, "state", to="resolved")
    ticket.refresh_from_db()
    assert ticket.category == "resolved"
    assert "Undo" in answer.text

    post(client, ticket, "state", to="open")
    ticket.refresh_from_db()
    assert ticket.category == "open"


def test_from_the_inbox_a_row_is_acted_upon_by_one_key(client, agent, ticket):
    answer = client.post(
        url(ticket, "state"), {"to": "resolved", "from": "inbox"}, headers={"HX-Request": "true"}
    )

    assert "rows-changed" in answer.headers["HX-Trigger"]
    assert 'id="head"' not in answer.text


def test_an_older_version_changes_nothing(client, agent, ticket, mailbox):
    seen = ticket.version
    wrote(mailbox, "И ещё вопрос", number=2)

    answer = post(client, ticket, "state", to="resolved", version=seen)

    ticket.refresh_from_db()
    assert ticket.category != "resolved"
    assert "new message came since you began" in answer.text


def test_labels_are_changed_in_one_form(client, agent, ticket):
    post(client, ticket, "labels", priority="4", tag="праздник")
    ticket.refresh_from_db()

    assert ticket.priority == 4
    (tag,) = ticket.tags.all()
    post(client, ticket, "labels", untag=tag.pk)
    assert not ticket.tags.exists()


def test_an_open_page_hears_what_came_and_what_became_of_what_was_sent(client, agent, ticket, mailbox):
    page = client.get(url(ticket))
    carried = fields(page)
    assert "message-" not in post(client, ticket, "pulse", **carried).text

    wrote(mailbox, "Ещё вопрос", number=2)
    news = post(client, ticket, "pulse", **carried)
    assert "Ещё вопрос" in news.text
    assert "Где мой заказ?" not in news.text
    assert "Ещё вопрос" not in post(client, ticket, "pulse", **{**carried, **fields(news)}).text


def test_a_state_that_changed_is_told_to_the_open_page(client, agent, ticket):
    post(client, ticket, "replies", kind="reply", text="Уже везут", **fields(client.get(url(ticket))))
    message = Message.objects.get(direction="out")
    carried = fields(client.get(url(ticket)))
    Message.objects.filter(pk=message.pk).update(state="delivered")

    news = post(client, ticket, "pulse", states=f"{message.pk}:queued", **carried).text
    assert "delivered" in news
    assert "delivered" not in post(client, ticket, "pulse", states=f"{message.pk}:delivered", **carried).text


def test_a_long_conversation_asks_the_database_no_more_than_a_short_one(client, agent, ticket, mailbox):
    client.get(url(ticket))
    short = queries_of(client, url(ticket))
    for number in range(2, 60):
        wrote(mailbox, f"Вопрос {number}", number=number)
        noting.write_note(ticket, text=f"{number}", by=agent, key=f"{number}", at=timezone.now())

    assert queries_of(client, url(ticket)) <= short + 1


def queries_of(client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_earlier_turns_show_everything_once(client, agent, ticket, mailbox):
    for number in range(2, 50):
        wrote(mailbox, f"Вопрос {number};", number=number)
        if number % 3 == 0:
            noting.write_note(ticket, text=f"Заметка {number};", by=agent, key=f"{number}", at=timezone.now())
    page = client.get(url(ticket))
    words = page.text
    while older := page.context["older"]:
        page = client.get(url(ticket), {"older": older}, headers={"HX-Request": "true", "HX-Target": "older"})
        words += page.text

    for number in range(2, 50):
        assert words.count(f"Вопрос {number};</p>") == 1
    assert words.count("Заметка 3;</p>") == 1


def test_a_foreign_ticket_is_not_there(client, agent, ticket):
    Ticket.objects.filter(pk=ticket.pk).update(
        team=Team.objects.create(slug="w", names={"en": "Wholesale"}), assignee=None
    )

    assert client.get(url(ticket)).status_code == 404
    for name in ("replies", "assignment", "state", "labels", "draft", "pulse"):
        assert post(client, ticket, name, text="x", to="me").status_code == 404


def test_a_customer_beside_the_conversation_with_parcels_and_points(client, agent, ticket):
    from crm.purchases.shipping import note_shipment
    from tests.factories.orders import placed_order

    now = timezone.now()
    order = placed_order(customer=ticket.customer, number="LO-7", placed_at=now - timedelta(days=9), at=now)
    promised = (now - timedelta(days=2)).date()
    note_shipment(order, external_id="1", details={"promised_on": promised}, source="test", at=now)

    page = client.get(url(ticket)).text

    assert "Order LO-7 has not arrived: 2 days late" in page
    assert "Мария" in page


def test_what_was_quoted_and_the_original_are_one_click_away(client, agent, ticket, mailbox):
    message = wrote(
        mailbox,
        "Спасибо",
        number=2,
        uncut_text="Спасибо\n> раньше",
        html='<p>Спасибо</p><img data-remote-src="https://evil.example/pixel.gif">',
    )

    assert "раньше" in client.get(url(ticket, "quoted", message.pk)).text
    original = client.get(url(ticket, "original", message.pk))
    assert ' src="https://evil' not in original.text
    assert "script-src 'none'" in original.headers["Content-Security-Policy"]
    with_pictures = client.get(url(ticket, "original", message.pk), {"pictures": "yes"})
    assert ' src="https://evil.example/pixel.gif"' in with_pictures.text


def test_pictures_of_a_mail_are_shown_from_where_we_keep_them(client, agent, ticket, mailbox):
    picture = File(
        name="vase.png", content_type="image/png", content=PNG, content_id="vase&1@x", is_inline=True
    )
    page = File(name="p.html", content_type="text/html", content=b"<p>", content_id="page@x", is_inline=True)
    html = '<img data-cid="vase&amp;1@x"><img data-cid="page@x"><img data-cid="elsewhere@x">'
    message = wrote(mailbox, "Вот", number=2, html=html, files=[picture, page])
    other = Ticket.objects.get(placed__message=message)

    shown = client.get(url(other, "original", message.pk))

    token = message.attachments.get(name="vase.png").token
    assert f'src="{url(other, "file", token)}"' in shown.text
    assert shown.text.count(" src=") == 1
    sent = client.get(url(other, "file", token))
    assert (sent["Content-Type"], sent["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert b"".join(sent.streaming_content) == PNG
    with CaptureQueriesContext(connection) as queries:
        client.get(url(other, "original", message.pk))
    assert len([one for one in queries if "crm_attachment" in one["sql"]]) == 1


def test_without_script_a_form_leads_back_to_the_page(client, agent, ticket):
    carried = fields(client.get(url(ticket)))
    answer = client.post(
        url(ticket, "replies"), {"kind": "reply", "text": "Уже везут", **carried}, follow=True
    )

    assert "The answer goes out in a few seconds" in answer.text
    assert "Уже везут" in answer.text


@pytest.mark.parametrize("role", ["auditor"])
def test_an_auditor_looks_and_writes_nothing(client, ticket, role):
    client.force_login(colleague(role))

    page = client.get(url(ticket))
    assert page.status_code == 200
    assert "<textarea" not in page.text
    assert post(client, ticket, "replies", kind="note", text="x").status_code == 403


def test_a_ticket_is_put_off_and_brought_back(client, agent, ticket):
    answer = post(client, ticket, "snooze", until="morning")
    ticket.refresh_from_db()
    assert ticket.snoozed_until
    assert "The ticket comes back tomorrow" in answer.text

    post(client, ticket, "snooze", until="now")
    ticket.refresh_from_db()
    assert ticket.snoozed_until is None


@pytest.mark.parametrize(
    "typed", ["", "yesterday", "2001-01-01T10:00", "0001-01-01T00:00", "9999-99-99T10:00"]
)
def test_a_moment_that_cannot_be_is_refused_with_words(client, agent, ticket, typed):
    answer = post(client, ticket, "snooze", until="typed", until_typed=typed)

    assert "Choose a moment that is still to come" in answer.text


def test_a_promise_stands_over_the_conversation_until_it_is_kept(client, agent, ticket):
    assert "Перезвонить" in post(client, ticket, "promises", what="Перезвонить", due="hour").text
    promise = ticket.promises.get()

    post(client, ticket, "promise-end", promise.pk, how="kept")
    promise.refresh_from_db()
    assert promise.kept_by == agent
    assert 'name="how" value="kept"' not in client.get(url(ticket)).text


def test_another_ticket_of_the_same_customer_is_taken_in_and_let_go(client, agent, ticket):
    from tests.factories.support import TicketFactory

    other = TicketFactory(customer=ticket.customer)
    post(client, ticket, "merger", other=f"№ {other.pk}")
    other.refresh_from_db()
    assert other.merged_into == ticket
    assert client.get(url(other)).headers["Location"] == url(ticket)

    post(client, ticket, "parting", other=other.pk)
    other.refresh_from_db()
    assert other.merged_into is None


def test_a_foreign_ticket_is_not_taken_in(client, agent, ticket):
    from tests.factories.support import TicketFactory

    foreign = TicketFactory(
        customer=ticket.customer, team=Team.objects.create(slug="w", names={"en": "Wholesale"})
    )

    assert "not yours to see" in post(client, ticket, "merger", other=foreign.pk).text
    foreign.refresh_from_db()
    assert foreign.merged_into is None


def test_a_held_message_is_let_in_by_one_button(client, agent, ticket, mailbox):
    message = wrote(
        mailbox, "Пришлите код", who="stranger@evil.example", token_thread=thread_of(ticket), number=9
    )
    assert message.state == "held"
    assert "The sender is not proved" in client.get(url(ticket)).text

    post(client, ticket, "letting-in", message.pk)
    message.refresh_from_db()
    assert message.state == "received"


def test_a_held_message_is_sent_away_to_a_ticket_of_its_own(client, agent, ticket, mailbox):
    message = wrote(
        mailbox, "Пришлите код", who="stranger@evil.example", token_thread=thread_of(ticket), number=9
    )

    post(client, ticket, "sending-away", message.pk)
    assert message.place.ticket != ticket


def thread_of(ticket: Ticket) -> str:
    return Message.objects.filter(place__ticket=ticket).first().thread


def test_of_a_message_that_is_perhaps_sent_a_colleague_decides(client, agent, ticket):
    post(client, ticket, "replies", kind="reply", text="Уже везут", **fields(client.get(url(ticket))))
    message = Message.objects.get(direction="out")
    Message.objects.filter(pk=message.pk).update(
        state="uncertain", send_at=timezone.now() - timedelta(hours=1)
    )
    assert "It did not: send it again" in client.get(url(ticket)).text

    post(client, ticket, "certainty", message.pk, was="sent")
    message.refresh_from_db()
    assert message.state == "sent"


def test_who_else_is_here_is_said(client, agent, ticket):
    post(client, ticket, "pulse", active="yes", typing="yes")
    client.force_login(colleague(name="Pyotr"))

    assert "Iva Marinova is writing here" in post(client, ticket, "pulse", active="yes").text


def test_what_a_colleague_began_to_answer_is_not_overtaken_by_the_pulse(client, agent, ticket, mailbox):
    carried = fields(client.get(url(ticket)))
    wrote(mailbox, "И ещё вопрос", number=2)
    news = post(client, ticket, "pulse", writing="yes", newest=carried["newest"])
    assert "И ещё вопрос" in news.text
    assert 'name="version"' not in news.text

    answer = post(client, ticket, "replies", kind="reply", text="Уже везут", **carried)
    assert "1 new message came since you began" in answer.text
