"""Colleagues write articles in three languages, are told what is wrong, publish, and see whether they help."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.models import User
from support.help import sessions, voting, writing
from support.models import Article, ArticleCategory, ArticleFile, ArticleVersion
from tests.factories.articles import RETURNS, published
from tests.factories.shops import UserFactory

pytestmark = pytest.mark.django_db
PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def sign_in(client: Client, role: str) -> User:
    one = UserFactory(language="en")
    one.groups.add(Group.objects.get(name=role))
    client.force_login(one)
    return one


@pytest.fixture
def lead(client: Client) -> User:
    return sign_in(client, "team lead")


@pytest.fixture
def article() -> Article:
    shelf = ArticleCategory.objects.create(slug="tea", names={"en": "Tea"})
    return Article.objects.create(slug="brew-tea", category=shelf)


def page_of(article: Article) -> str:
    return reverse("articles:article", args=[article.pk])


def typed(**more: str) -> dict[str, str]:
    return {
        "title_ru": "Как заварить чай?",
        "summary_ru": "Вода и время.",
        "keywords_ru": "заварка, чайник",
        "body_ru": "Возьмите воду 80 градусов и подождите три минуты.",
        **more,
    }


def test_a_draft_is_kept_and_customers_do_not_see_it(client, lead, article):
    assert client.post(page_of(article), typed()).status_code == 302

    draft = article.versions.get()
    assert (draft.state, draft.written_by) == ("draft", lead)
    assert draft.content["ru"]["keywords"] == ["заварка", "чайник"]
    assert client.get(reverse("help-article", args=["brew-tea"])).status_code == 404


def test_publishing_shows_it_and_the_next_version_takes_its_place(client, lead, article):
    client.post(page_of(article), typed(publish="1"))
    assert "три минуты" in client.get(reverse("help-article", args=["brew-tea"])).text

    client.post(page_of(article), typed(body_ru="Подождите четыре минуты.", publish="1"))
    shown = client.get(reverse("help-article", args=["brew-tea"])).text
    assert "четыре минуты" in shown
    assert list(article.versions.order_by("number").values_list("state", flat=True)) == [
        "retired",
        "published",
    ]
    assert article.versions.get(number=1).content["ru"]["body"].endswith("три минуты.")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title_ru": ""}, "Customers need a title and a text."),
        ({"body_ru": ""}, "Customers need a title and a text."),
        ({"body_ru": "См. [сюда](no-such-article)."}, "no-such-article"),
        ({"body_ru": "Здравствуйте, {{ customer.first_name }}"}, "customer.first_name"),
        ({"title_ru": "х" * 200}, "120"),
    ],
)
def test_what_is_not_fit_for_customers_is_not_published_and_says_why(client, lead, article, wrong, said):
    page = client.post(page_of(article), typed(publish="1", **wrong))

    assert page.status_code == 200
    assert said in page.text
    assert not ArticleVersion.objects.filter(state="published").exists()


def test_nobodys_work_is_overwritten_unseen(client, lead, article):
    seen = client.get(page_of(article)).context["form"]["seen"].value()
    client.post(page_of(article), typed())
    other = client.get(page_of(article)).context["form"]["seen"].value()
    client.post(page_of(article), typed(title_ru="Как заваривать чай?", seen=other))

    page = client.post(page_of(article), typed(title_ru="Мой заголовок", seen=other))

    assert "A colleague has changed this draft meanwhile" in page.text
    assert article.versions.get().content["ru"]["title"] == "Как заваривать чай?"
    assert seen == ""


def test_while_one_writes_it_is_checked_and_shown(client, lead, article):
    told = typed(body_ru="**Вода** <script>alert(1)</script>")
    shown = client.post(reverse("articles:check", args=[article.pk, "ru"]), told).text

    assert "<strong>Вода</strong>" in shown
    assert "<script>" not in shown
    assert "It can be published." in shown
    assert not article.versions.exists()


def test_taken_off_it_is_gone_for_customers_and_its_versions_stay(client, lead):
    article = published()
    client.post(reverse("articles:withdrawal", args=[article.pk]))

    assert client.get(reverse("help-article", args=[article.slug])).status_code == 404
    assert article.versions.get().state == "retired"
    assert (
        "Customers do not see this article."
        in client.post(reverse("articles:withdrawal", args=[article.pk]), follow=True).text
    )


def test_a_picture_is_what_its_bytes_say(client, lead, article, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    address = reverse("articles:pictures", args=[article.pk])
    client.post(address, {"picture": SimpleUploadedFile("cup.png", b"<svg onload=alert(1)>")})
    assert not ArticleFile.objects.exists()

    client.post(address, {"picture": SimpleUploadedFile("cup.html", PICTURE)})
    picture = ArticleFile.objects.get()
    served = client.get(reverse("help-file", args=[picture.token]))
    served.close()
    assert (served.headers["Content-Type"], served.headers["X-Content-Type-Options"]) == (
        "image/png",
        "nosniff",
    )


def test_an_agent_reads_and_does_not_write(client, article):
    sign_in(client, "agent")

    assert client.get(page_of(article)).status_code == 200
    assert client.post(page_of(article), typed()).status_code == 403
    assert not article.versions.exists()


def test_the_list_tells_how_articles_do_and_what_was_looked_for_in_vain(client, lead):
    article, at = published(), timezone.now() - timedelta(days=5)
    for number in range(3):
        visit = sessions.visit(f"v{number}", language="ru", at=at)
        sessions.searched(visit, words="вернуть", found=1, language="ru", at=at)
        sessions.opened(visit, article=article, language="ru", at=at)
        voting.vote(article, voter=voting.visitor(visit), answer="yes", language="ru", at=at)
    lost = sessions.visit("lost", language="bg", at=at)
    sessions.searched(lost, words="Подаръчна карта", found=0, language="bg", at=at)
    sessions.settle_due(at=timezone.now())

    shown = client.get(reverse("articles:list")).text

    assert "How do I return goods?" in shown
    assert shown.count("3 of 3") == 2
    assert "3 of 4" in shown
    assert "подаръчна карта" in shown


def test_the_list_costs_as_much_for_many_as_for_one(client, lead):
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse("articles:list")).status_code == 200
        return len(caught)

    published("one")
    queries()
    few = queries()
    for number in range(8):
        published(f"article-{number}")
    assert queries() == few


def test_a_new_article_is_written_on_its_own_page(client, lead):
    shelf = ArticleCategory.objects.create(slug="tea", names={"en": "Tea"})
    answered = client.post(
        reverse("admin:support_article_add"), {"slug": "brew-tea", "category": shelf.pk, "position": 0}
    )
    assert answered.url == page_of(Article.objects.get())


def test_publishing_twice_is_refused_and_changes_nothing():
    article = published()
    with pytest.raises(writing.NothingToPublish):
        writing.publish(article, by=None, at=timezone.now())
    assert writing.write(article, told=RETURNS, by=None, at=timezone.now()).number == 2


def test_how_customers_ask_for_it_is_kept_a_question_in_a_line(client, lead, article):
    client.post(
        page_of(article), typed(asked_ru="чай горчит, почему\r\n\r\n  сколько  ждать?\r\nсколько ждать?")
    )

    assert article.versions.get().content["ru"]["asked"] == ["чай горчит, почему", "сколько ждать?"]
    form = client.get(page_of(article)).context["form"]
    assert form["asked_ru"].value() == "чай горчит, почему\nсколько ждать?"
    assert form["keywords_ru"].value() == "заварка, чайник"


def test_ways_of_asking_are_not_too_many_and_not_too_long(client, lead, article):
    many = client.post(page_of(article), typed(asked_ru="\n".join(f"вопрос {n}" for n in range(61))))
    long = client.post(page_of(article), typed(asked_ru="х" * 161))

    assert "Give 60 of them at most." in many.text
    assert "Write 160 characters at most." in long.text
    assert not article.versions.exists()
