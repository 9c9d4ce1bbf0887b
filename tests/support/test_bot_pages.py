"""What the bot could not answer, and what colleagues do about it."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from crm.models import User
from support.bot import duty, finding, unanswered
from support.help import writing
from support.models import Article, ArticleCategory, BotConversation, BotTurn
from tests.factories.customers import CustomerFactory
from tests.factories.shops import NOON
from tests.factories.tickets import account, after, agent

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead() -> User:
    return agent(role="team lead")


@pytest.fixture
def client(lead: User) -> Client:
    client = Client()
    client.force_login(lead)
    return client


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(after(hours=1), tick=False):
        yield


@pytest.fixture
def shelf() -> ArticleCategory:
    return ArticleCategory.objects.create(slug="all", names={"en": "All"})


def failed(text: str, **more: object) -> BotTurn:
    talk = BotConversation.objects.create(
        customer=CustomerFactory(),
        key=f"k{BotTurn.objects.count()}",
        language="ru",
        started_at=NOON,
        last_at=NOON,
    )
    told = {"kind": "handed_over", "reason": "not_known", "asked_at": NOON, "answered_at": NOON, **more}
    return BotTurn.objects.create(conversation=talk, asked=text, **told)


def post(client: Client, name: str, turn: BotTurn, **told: object) -> None:
    answer = client.post(reverse(f"support:{name}", args=[turn.pk]), {"language": "ru", **told})
    assert answer.status_code == 302


def test_the_same_question_in_other_words_stands_once(client):
    failed("Есть ли у вас парковка?")
    failed("а парковка у вас есть")
    failed("Вы продаёте кофемашины?")

    groups = unanswered.asked(at=after(hours=1))

    assert [len(group.turns) for group in groups] == [2, 1]
    assert "парковка" in client.get(reverse("support:bot")).content.decode()


def test_one_click_makes_a_draft_with_the_question_as_its_title(client, shelf):
    first, second = failed("Есть ли у вас парковка?"), failed("а парковка у вас есть")

    post(client, "bot-article", first, question="Есть ли парковка?")
    post(client, "bot-article", first, question="Есть ли парковка?")

    draft, published = writing.standing(Article.objects.get())
    assert draft is not None
    assert (draft.content["ru"]["title"], published) == ("Есть ли парковка?", None)
    assert BotTurn.objects.filter(settled_at=None).count() == 0
    assert second.pk


def test_it_should_have_been_this_article_and_next_time_it_is(client, shelf):
    article = Article.objects.create(slug="cars", category=shelf)
    wording = {"title": "Как к нам доехать?", "summary": "На машине.", "body": "На машине.", "keywords": []}
    writing.write(article, told={"ru": wording, "bg": wording, "en": wording}, by=None, at=NOON)
    writing.publish(article, by=None, at=NOON)
    turn = failed("Есть ли у вас парковка?")

    post(client, "bot-words", turn, question="есть ли парковка", article=article.pk)

    found = finding.find("Есть ли у вас парковка?", language="ru", at=after(hours=1))
    assert found[0].name == "cars"
    turn.refresh_from_db()
    assert turn.settled_by is not None


def test_a_whole_question_is_a_way_of_asking_without_numbers_that_tell_who_asked(client, shelf):
    article = Article.objects.create(slug="cars", category=shelf)
    wording = {"title": "Как к нам доехать?", "summary": "На машине.", "body": "На машине.", "keywords": []}
    writing.write(article, told={"ru": wording}, by=None, at=NOON)
    writing.publish(article, by=None, at=NOON)
    asked = "А где мне оставить свой пикап на время покупок?"
    turn = failed(asked)

    post(client, "bot-words", turn, question=f"{asked} Мой номер +35988123456", article=article.pk)

    _draft, published = writing.standing(article)
    assert published.content["ru"]["asked"] == [f"{asked} Мой номер"]
    assert published.content["ru"]["keywords"] == []


def test_what_was_taught_word_for_word_is_answered_so(client, shelf):
    article = Article.objects.create(slug="cars", category=shelf)
    wording = {"title": "Как к нам доехать?", "summary": "На машине.", "body": "На машине.", "keywords": []}
    writing.write(article, told={"ru": wording}, by=None, at=NOON)
    writing.publish(article, by=None, at=NOON)
    turn = failed("А где мне оставить свой пикап на время покупок?")

    post(client, "bot-words", turn, question=turn.question, article=article.pk)

    found = finding.find("а где мне оставить свой пикап на время покупок", language="ru", at=after(hours=1))
    assert (found[0].name, found[0].score) == ("cars", 1.0)


def test_what_needs_nothing_is_put_aside(client):
    turn = failed("Какая завтра погода?")

    post(client, "bot-settled", turn)

    assert unanswered.asked(at=after(hours=1)) == []


def test_leads_turn_it_on_and_off_and_agents_only_look(client):
    chat = account("chat")
    address = reverse("support:bot-duty", args=[chat.pk])
    client.post(address, {"how": "on"})
    assert duty.is_on(chat)
    client.post(address, {"how": "off"})
    assert not duty.is_on(chat)

    client.force_login(agent())
    assert client.get(reverse("support:bot")).status_code == 200
    assert client.post(address, {"how": "on"}).status_code == 403


def test_the_page_asks_as_much_of_the_database_for_many_as_for_one(client, django_assert_max_num_queries):
    failed("Есть ли у вас парковка?")
    client.get(reverse("support:bot"))
    for number in range(8):
        failed(f"Вопрос про предмет{number * 7919}")

    with django_assert_max_num_queries(14):
        client.get(reverse("support:bot"))
