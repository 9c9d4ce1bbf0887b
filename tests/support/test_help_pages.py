"""Customers find an article, read it in their language, say whether it helped, and are not known for it."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse

from crm.models import ChannelAccount, Message
from support.help import sessions, writing
from support.models import ArticleVote, HelpEvent, HelpSession
from tests.factories.articles import RETURNS, published
from tests.factories.shops import NOON, ShopFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    cache.clear()
    with time_machine.travel(NOON + timedelta(days=1), tick=False) as clock:
        yield clock


def read(client, slug="return-goods", **more):
    return client.get(reverse("help-article", args=[slug]), **more)


def vote(client, **told):
    return client.post(reverse("help-votes", args=["return-goods"]), told)


# ── reading ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("language", "title"),
    [("ru", "Как вернуть товар?"), ("bg", "Как да върна стока?"), ("en", "How do I return")],
)
def test_an_article_is_read_in_the_language_of_its_address(client, language, title):
    published()

    page = read(client, data={"lang": language}, headers={"accept-language": "en"})

    assert title in page.text
    assert f'<html lang="{language}"' in page.text
    assert page.headers["Content-Language"] == language
    assert '<meta name="robots" content="index, follow">' in page.text
    for other in ("ru", "bg", "en"):
        assert f'hreflang="{other}"' in page.text


def test_what_has_no_text_in_the_readers_language_says_so(client):
    published(told={"ru": RETURNS["ru"]})

    page = read(client, headers={"accept-language": "bg"})

    assert "Как вернуть товар?" in page.text
    assert '<article class="stack" lang="ru">' in page.text


def test_links_to_other_articles_keep_the_language(client):
    published()
    page = read(client, data={"lang": "ru"})

    assert 'href="/help/refund-when/?lang=ru"' in page.text
    assert "<strong>14 дней</strong>" in page.text


def test_what_is_not_published_is_not_there(client):
    article = published()
    writing.withdraw(article, at=NOON)

    assert read(client).status_code == 404
    assert read(client, "nothing-here").status_code == 404


def test_an_unchanged_article_is_not_sent_again(client):
    article = published()
    etag = read(client).headers["ETag"]
    assert read(client, headers={"if-none-match": etag}).status_code == 304

    changed = {**RETURNS, "en": {**RETURNS["en"], "title": "Returning goods"}}
    writing.write(article, told=changed, by=None, at=NOON)
    writing.publish(article, by=None, at=NOON)
    assert read(client, headers={"if-none-match": etag}).status_code == 200


def test_reading_alone_leaves_no_cookie_of_ours(client):
    published()
    read(client)
    client.get(reverse("help"))

    assert "help" not in client.cookies
    assert not HelpSession.objects.exists()


# ── searching ────────────────────────────────────────────────────────────────
def test_searching_shows_what_answers_and_is_noted_without_numbers(client):
    published()

    page = client.get(reverse("help"), {"q": "возврат заказа 1002 anna@mail.example", "lang": "ru"})

    assert "Как вернуть товар?" in page.text
    assert client.cookies["help"]["httponly"]
    event = HelpEvent.objects.get()
    assert (event.kind, event.words, event.found) == ("searched", "возврат заказа … …", 1)


def test_a_search_letter_by_letter_is_one_search(client, noon):
    published()
    for typed in ("воз", "возвр", "возврат"):
        client.get(reverse("help"), {"q": typed})
        noon.shift(1)

    assert HelpEvent.objects.get().words == "возврат"


def test_what_is_not_found_leads_to_people(client):
    page = client.get(reverse("help"), {"q": "xyzzy"})

    assert "Nothing found" in page.text
    assert f'href="{reverse("ask")}"' in page.text
    assert HelpEvent.objects.get().found == 0


def test_part_of_the_page_is_enough_for_who_types(client):
    published()
    page = client.get(reverse("help"), {"q": "возврат"}, headers={"hx-target": "found"})

    assert "<html" not in page.text
    assert "How do I return goods?" in page.text


# ── was it useful ────────────────────────────────────────────────────────────
def test_yes_is_a_vote_and_a_visit_that_is_solved(client):
    published()

    answered = vote(client, answer="yes")

    assert "Glad that it is solved" in client.get(answered.url.split("#")[0]).text
    vote_kept, visit = ArticleVote.objects.get(), HelpSession.objects.get()
    assert (vote_kept.answer, vote_kept.session) == ("yes", visit)
    assert visit.solved_at


def test_no_asks_why_and_the_last_answer_counts(client):
    published()
    first = vote(client, answer="no")
    assert "We are sorry" in client.get(first.url.split("#")[0]).text

    second = vote(client, answer="no", why="unclear", words="Где мой заказ 123456?")
    assert "we will make it better" in client.get(second.url.split("#")[0]).text
    kept = ArticleVote.objects.get()
    assert (kept.answer, kept.why, kept.words) == ("no", "unclear", "Где мой заказ …")


def test_a_page_that_says_that_somebody_stayed_is_counted_once(client):
    published()
    for _ in range(2):
        assert client.post(reverse("help-reading", args=["return-goods"])).status_code == 204

    assert HelpEvent.objects.filter(kind="opened").count() == 1


@pytest.mark.parametrize("told", [{}, {"answer": "perhaps"}, {"answer": "no", "why": "because"}])
def test_what_is_no_answer_is_not_noted(client, told):
    published()
    assert vote(client, **told).status_code == 302
    assert not ArticleVote.objects.exists()


def test_a_forged_cookie_is_another_visit(client):
    published()
    vote(client, answer="yes")
    client.cookies["help"] = client.cookies["help"].value[:-1] + "~"
    vote(client, answer="no")

    assert HelpSession.objects.count() == 2


# ── before a question is sent ────────────────────────────────────────────────
@pytest.fixture
def mailbox():
    ShopFactory()
    return ChannelAccount.objects.create(
        channel="email", name="Mail", address="help@lipa.example", opened_at=NOON, is_main=True
    )


def form_of(client, clock, text):
    since = client.get(reverse("ask")).context["form"].initial["since"]
    clock.shift(10)
    return {"name": "Вера", "address": "vera@example.org", "text": text, "since": since}


def test_while_it_is_written_articles_are_suggested(client, mailbox):
    published()
    shown = client.post(reverse("ask-suggestions"), {"text": "Как мне вернуть товар?"})

    assert 'href="/help/return-goods/"' in shown.text
    assert 'name="seen"' in shown.text
    assert HelpEvent.objects.get().words == ""


def test_without_script_there_is_a_step_between_and_then_it_is_sent(client, noon, mailbox):
    published()
    told = form_of(client, noon, "Как мне вернуть товар?")

    between = client.post(reverse("ask"), told)
    assert "Perhaps the answer is here already" in between.text
    assert "Как мне вернуть товар?" in between.text
    assert not Message.objects.exists()

    assert client.post(reverse("ask"), {**told, "seen": "1"}).url == reverse("asked")
    assert Message.objects.count() == 1
    assert HelpSession.objects.get().wrote_at


def test_what_no_article_answers_is_sent_at_once(client, noon, mailbox):
    published()
    told = form_of(client, noon, "Вы ищете бариста на лето?")

    assert client.post(reverse("ask"), told).url == reverse("asked")
    assert not HelpSession.objects.exists()


# ── what it costs ────────────────────────────────────────────────────────────
def test_pages_cost_as_many_queries_with_one_article_as_with_many(client, django_assert_max_num_queries):
    for number in range(12):
        published(f"article-{number}")
    with django_assert_max_num_queries(4):
        client.get(reverse("help"))
    with django_assert_max_num_queries(3):
        read(client, "article-1")
    sessions_before = HelpSession.objects.count()
    with django_assert_max_num_queries(14):
        client.get(reverse("help"), {"q": "вернуть товар"})
    assert HelpSession.objects.count() == sessions_before + 1


def test_search_engines_are_told_of_each_language_of_each_article(client):
    published()
    told = client.get(reverse("help-sitemap"))

    assert told.headers["Content-Type"] == "application/xml"
    assert told.text.count("<url>") == 4
    assert "/help/return-goods/?lang=ru" in told.text


def test_quiet_words_hold_no_number_and_no_address():
    told = sessions.quiet("мой телефон +359888123456, почта a@b.example, сайт https://a.example/x 12 кг")
    assert told == "мой телефон … почта … сайт … 12 кг"
