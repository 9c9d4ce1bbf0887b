"""A shop's own pages read the help centre, search in it, and say whether it helped."""

from __future__ import annotations

import pytest

from support.models import ArticleVote
from tests.api_client import ShopSystem
from tests.factories.articles import published

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> ShopSystem:
    published()
    return ShopSystem()


def test_articles_are_listed_with_their_titles(shop):
    (article,) = shop.get("articles/").body["items"]

    assert (article["slug"], article["category"]) == ("return-goods", "returns")
    assert article["titles"]["bg"] == "Как да върна стока?"


def test_one_is_read_in_the_language_that_is_asked_for(shop):
    article = shop.get("articles/return-goods/?language=ru").body

    assert article["title"] == "Как вернуть товар?"
    assert article["languages"] == ["bg", "en", "ru"]
    assert "<strong>14 дней</strong>" in article["html"]
    assert "/help/refund-when/" in article["html"]
    assert shop.get("articles/nothing/").status == 404


def test_a_question_finds_its_article_with_a_score(shop):
    (hit,) = shop.get("articles/search/?q=vernut+tovar&language=ru").body["items"]

    assert (hit["slug"], hit["language"]) == ("return-goods", "ru")
    assert 0.3 < hit["score"] <= 1
    assert shop.get("articles/search/?language=ru").status == 400


def test_a_reader_votes_once_however_often_they_do(shop):
    told = {"reader": "v-1", "answer": "yes", "language": "bg"}
    assert shop.post("articles/return-goods/votes/", told).status == 201
    shop.post("articles/return-goods/votes/", told | {"answer": "no", "why": "unclear", "words": "?"})

    vote = ArticleVote.objects.get()
    assert (vote.answer, vote.why, vote.session) == ("no", "unclear", None)


@pytest.mark.parametrize("wrong", [{"answer": "maybe"}, {"language": "de"}, {"reader": ""}, {"mood": "good"}])
def test_what_is_no_vote_is_refused(shop, wrong):
    told = {"reader": "v-1", "answer": "yes", "language": "bg"}
    assert shop.post("articles/return-goods/votes/", told | wrong).status == 422
    assert not ArticleVote.objects.exists()


def test_the_list_costs_as_much_for_many_as_for_one(shop, django_assert_max_num_queries):
    for number in range(9):
        published(f"article-{number}")
    shop.warm("articles/")
    with django_assert_max_num_queries(4):
        assert len(shop.get("articles/").body["items"]) == 10
