"""The answer bot hears first where it was turned on, answers what it knows, and hands over all else with every word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from crm.channels.base import File, Sender
from crm.models import Customer, Message, ParkedEntry
from support import states
from support.answering import replying
from support.bot import answering, duty, sweeping
from support.help import writing
from support.models import Article, ArticleCategory, BotConversation, BotTurn, Clock, Ticket, TicketEvent
from support.models.tagging import Category
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.orders import placed_order
from tests.factories.shops import NOON
from tests.factories.tickets import account, after, agent, wrote

pytestmark = pytest.mark.django_db

Kind, Reason, State = BotTurn.Kind, BotTurn.Reason, BotConversation.State


ARTICLES = {
    "points-expire": ("Кога изтичат точките?", ["срок на точките", "изгарят точки"]),
    "return-goods": ("Как се връща стока?", ["връщане", "върна чай"]),
    "tiers": ("Нива в програмата", ["сребърно ниво", "златно ниво"]),
}


@pytest.fixture(autouse=True)
def on_duty() -> Iterator[None]:
    duty.turn_on(account("telegram"), by=None, at=NOON)
    yield
    assert not ParkedEntry.objects.exists()


@pytest.fixture
def articles() -> None:
    shelf = ArticleCategory.objects.create(slug="all")
    for slug, (title, keywords) in ARTICLES.items():
        article = Article.objects.create(slug=slug, category=shelf)
        wording = {"title": title, "summary": "Накратко.", "body": "Подробно.", "keywords": keywords}
        writing.write(article, told={"bg": wording, "ru": wording, "en": wording}, by=None, at=NOON)
        writing.publish(article, by=None, at=NOON)


@pytest.fixture
def person() -> Customer:
    return CustomerFactory(language="bg")


def asks(text: str, person: Customer, *, minutes: float = 0, **more: Any) -> BotTurn:
    """A customer writes, and the feed lets the bot answer a moment later."""
    message = wrote(text, customer=person, at=after(minutes=minutes), **more)
    turn = answering.answer_message(message.pk, at=after(minutes=minutes, seconds=3))
    assert turn is not None
    turn.refresh_from_db()
    return turn


def answer_to(turn: BotTurn) -> str:
    assert turn.answer is not None
    return turn.answer.text


# ── what it takes ────────────────────────────────────────────────────────────
def test_what_the_bot_takes_opens_no_ticket_and_is_answered_once(person, articles):
    turn = asks("Кога изтичат точките?", person)

    assert not Ticket.objects.exists()
    assert answering.answer_message(turn.message_id, at=after(minutes=9)).pk == turn.pk
    assert Message.objects.filter(direction="out").count() == 1


def test_where_it_was_not_turned_on_colleagues_hear(person):
    duty.turn_off(account("telegram"), by=None, at=NOON)

    assert wrote("Кога изтичат точките?", customer=person).place.ticket.category == Category.NEW
    assert not BotTurn.objects.exists()


@pytest.mark.parametrize(
    "more",
    [
        {"is_automatic": True},
        {"text": "   "},
        {"files": [File(name="a.png", content_type="image/png", content=b"\x89PNG\r\n\x1a\n0000")]},
    ],
    ids=["a machine", "no words", "a picture"],
)
def test_what_is_no_question_in_words_goes_to_colleagues(person, more):
    message = wrote(**{"text": "Ето", "customer": person, **more})

    assert not BotTurn.objects.exists()
    assert Ticket.objects.filter(placed__message=message).exists()


def test_a_message_whose_sender_is_not_proved_never_reaches_it(person):
    wrote("Точки?", customer=person, sender=Sender(kind="telegram", value="31337", is_proved=False))

    assert not BotTurn.objects.exists()


def test_whoever_has_an_open_ticket_goes_on_with_colleagues(person):
    duty.turn_off(account("telegram"), by=None, at=NOON)
    ticket = wrote("Счупена чаша", customer=person).place.ticket
    duty.turn_on(account("telegram"), by=None, at=NOON)

    assert wrote("Кога изтичат точките?", customer=person, at=after(hours=1)).place.ticket == ticket
    states.move(ticket, to=Category.RESOLVED, by=agent(), at=after(hours=2))
    assert wrote("Пак е счупена", customer=person, at=after(hours=3)).place.ticket == ticket
    assert not BotTurn.objects.exists()


# ── what it answers ──────────────────────────────────────────────────────────
def test_a_question_is_answered_from_an_article_with_a_way_to_a_person(person, articles):
    turn = asks("Кога изтичат точките?", person)

    assert (turn.kind, turn.given) == (Kind.ARTICLE, "points-expire")
    assert "/help/points-expire/" in answer_to(turn)
    assert turn.answer.author_kind == Message.Author.RULE


def test_a_yes_confirms_and_a_new_question_begins_anew(person, articles):
    asks("Кога изтичат точките?", person)

    assert asks("Да, благодаря", person, minutes=1).kind == Kind.CONFIRMED
    talk = BotConversation.objects.get()
    assert (talk.state, talk.handled_at) == (State.ENDED, None)
    assert talk.confirmed_at is not None
    asks("Как се връща стока?", person, minutes=5)
    assert BotConversation.objects.count() == 2


def test_silence_for_a_day_is_handled_not_confirmed(person, articles):
    asks("Кога изтичат точките?", person)

    assert sweeping.settle(at=after(hours=23)) == 0
    assert sweeping.settle(at=after(hours=25)) == 1
    talk = BotConversation.objects.get()
    assert talk.handled_at is not None
    assert talk.confirmed_at is None
    assert sweeping.settle(at=after(hours=26)) == 0


def test_silence_after_a_question_of_ours_is_not_help(person):
    asks("Здравейте", person)

    sweeping.settle(at=after(hours=25))

    talk = BotConversation.objects.get()
    assert (talk.state, talk.handled_at) == (State.ENDED, None)


def test_a_choice_is_made_by_its_number(person, articles):
    talk = asks("Здравейте", person).conversation
    BotTurn.objects.filter(conversation=talk).update(
        kind=Kind.ASKED_BACK, offered=[["tiers", "Нива"], ["points-expire", "Кога изтичат точките ми?"]]
    )

    assert asks("2", person, minutes=1).given == "points-expire"


# ── what it hands over ───────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "words",
    ["човек", "искам да говоря с оператор", "Позовите живого человека!", "a human please", "без ботове моля"],
)
def test_whoever_wants_a_person_gets_one(person, articles, words):
    asks("Кога изтичат точките?", person)
    turn = asks(words, person, minutes=2)

    ticket = Ticket.objects.get()
    assert (turn.kind, turn.reason) == (Kind.HANDED_OVER, Reason.ASKED)
    assert turn.conversation.ticket == ticket
    assert ticket.subject == "Кога изтичат точките?"


def test_a_ticket_has_every_word_and_counts_from_the_wish_for_a_person(person, articles):
    asks("Кога изтичат точките?", person)
    asks("човек", person, minutes=10)

    ticket = Ticket.objects.get()
    said = list(ticket.placed.order_by("message_id").values_list("message__direction", flat=True))
    assert said == ["in", "out", "in", "out"]
    assert ticket.opened_at == after(minutes=10)
    assert Clock.objects.get(ticket=ticket, kind="first_response").began_at == after(minutes=10)
    assert ticket.first_answered_at is None
    assert Clock.objects.filter(ticket=ticket, kind="first_response", fulfilled_at=None).exists()
    assert TicketEvent.objects.get(ticket=ticket, kind="bot_tried").figures["tried"]


def test_an_answer_of_the_bot_is_no_first_response(person, articles):
    asks("Кога изтичат точките?", person)
    asks("човек", person, minutes=10)
    ticket = Ticket.objects.get()
    for message in Message.objects.filter(direction="out"):
        replying.sent(message, at=after(minutes=11))

    ticket.refresh_from_db()
    assert ticket.first_answered_at is None


def test_after_handing_over_the_bot_is_silent(person):
    asks("човек", person)

    message = wrote("Ало?", customer=person, at=after(minutes=5))

    assert message.place.ticket == Ticket.objects.get()
    assert BotTurn.objects.count() == 1


def test_no_help_and_anger_go_to_people(person, articles):
    asks("Кога изтичат точките?", person)
    assert asks("не, не помогна", person, minutes=1).reason == Reason.NO_HELP

    other = CustomerFactory(language="ru")
    assert asks("Это безобразие, вы мошенники", other).reason == Reason.UPSET


def test_what_nobody_has_written_about_goes_to_people(person, articles):
    assert asks("Продавате ли зимни гуми за трактор?", person).reason == Reason.NOT_KNOWN


def test_what_the_feed_did_not_answer_is_handed_over_after_two_minutes(person):
    first = wrote("Кога изтичат точките?", customer=person)
    second = wrote("Ало?", customer=person, at=after(minutes=1))
    assert sweeping.rescue(at=after(minutes=1, seconds=50)) == 0

    assert sweeping.rescue(at=after(minutes=2, seconds=10)) == 1

    ticket = Ticket.objects.get()
    assert {first.place.ticket, second.place.ticket} == {ticket}
    assert ticket.opened_at == NOON
    assert BotTurn.objects.filter(answered_at=None).count() == 0
    assert sweeping.rescue(at=after(minutes=9)) == 0
    # The feed comes late: nothing is said twice.
    answering.answer_message(first.pk, at=after(minutes=10))
    assert Message.objects.filter(direction="out").count() == 1


# ── what it looks up ─────────────────────────────────────────────────────────
def test_an_order_of_ones_own_is_told_and_nobody_elses(person):
    mine = placed_order("o-1", number="LP-1001", customer=person)
    others = placed_order("o-2", number="LP-1002", customer=CustomerFactory(), shop=mine.shop)

    told = asks("Къде е поръчката ми?", person)
    assert (told.kind, told.given) == (Kind.TOOL, "tool:order-status")
    assert mine.number in answer_to(told)

    asked = asks(f"Къде е поръчка {others.number}?", person, minutes=1)
    assert asked.reason == Reason.NO_DATA
    assert others.number not in answer_to(asked)


def test_whoever_is_not_proved_is_told_how_to_be(person):
    turn = asks("Колко точки имам?", person)
    assert turn.reason == Reason.NO_DATA  # proved by the messenger, and there is no account of points

    duty.turn_on(account("chat"), by=None, at=NOON)
    stranger = CustomerFactory(language="bg")
    IdentityFactory(customer=stranger, kind="chat", value="ab" * 16, verified=True)
    placed_order(customer=stranger)
    asked = asks("Къде е поръчката ми?", stranger, by="chat")
    assert (asked.kind, asked.reason) == (Kind.ASKED_BACK, Reason.NOT_PROVED)
