"""The thirty articles of the demo company: complete in three languages, plain to read, true of what the shop does."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from crm.demo import channels, company, orders
from crm.demo.catalogue import BY_NAME
from crm.words.text_checks import Vocabulary, advice, faults
from loyalty.demo.club import CLUB
from support.demo import articles, desk
from support.demo.desk import TOPICS
from support.help import content, marking, ready
from support.help.ready import ReadyArticle
from support.models import ArticleVersion
from tests.factories.shops import NOON

LANGUAGES = ("en", "ru", "bg")
SLUGS = frozenset(
    """
    how-points-are-earned when-points-arrive points-expire pay-with-points points-missing tiers
    join-the-programme card-lost birthday-gift invite-a-friend promo-code
    place-an-order change-or-cancel-order ways-to-pay double-charge invoice-for-company
    delivery-ways-and-prices track-a-parcel parcel-late pick-up-in-shop
    return-goods refund-when damaged-or-wrong-item
    change-contact-details stop-messages delete-my-data
    brew-tea store-tea-and-coffee gift-wrapping shops-and-hours
    """.split()
)
ALLOWED = frozenset(["inline", "text", "softbreak"]) | {
    f"{block}_{end}"
    for block in ("heading", "paragraph", "bullet_list", "ordered_list", "list_item", "strong", "link")
    for end in ("open", "close")
}
TOOLS = ("balance", "expiry", "order-status", "return", "preferences")
FEWEST_WORDS, MOST_WORDS = 80, 350
GAP = "\u00a0"
ARTICLES = {article.slug: article for article in ready.articles()}
WORDINGS = [(slug, language) for slug in sorted(ARTICLES) for language in LANGUAGES]
each_wording = pytest.mark.parametrize(("slug", "language"), WORDINGS)


def body(slug: str, language: str) -> str:
    return str(ARTICLES[slug].content[language]["body"])


def everything(slug: str, language: str) -> str:
    said = ARTICLES[slug].content[language]
    return "\n".join([said["title"], said["summary"], marking.plain(said["body"])])


def tokens(markdown: str) -> Iterator[tuple[str, str]]:
    """(type, tag) of all that stands in it."""
    for token in MarkdownIt("commonmark").parse(markdown):
        yield token.type, token.tag
        for inner in token.children or ():
            yield inner.type, inner.tag


# ── all there ────────────────────────────────────────────────────────────────
def test_all_thirty_are_there_under_their_names():
    assert set(ARTICLES) == SLUGS
    assert len(SLUGS) == 30
    assert all((ready.HERE / f"{slug}.toml").is_file() for slug in SLUGS)


def test_every_article_stands_on_a_shelf_at_a_place_of_its_own():
    shelves = {shelf.slug for shelf in ready.categories()}
    places = Counter((article.category, article.position) for article in ARTICLES.values())

    assert {article.category for article in ARTICLES.values()} == shelves
    assert [place for place, times in places.items() if times > 1] == []


def test_topics_are_those_that_the_desk_knows():
    assert {topic for article in ARTICLES.values() for topic in article.topics} <= set(TOPICS)


@pytest.mark.parametrize("article", ARTICLES.values(), ids=lambda article: article.slug)
def test_the_house_can_keep_an_article_in_each_of_its_languages(article: ReadyArticle):
    read = content.read(article.content, languages=frozenset(LANGUAGES))

    assert set(read) == set(LANGUAGES)
    assert all(wording.is_complete and wording.summary for wording in read.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_titles_are_the_same(language):
    titles = [article.content[language]["title"].casefold() for article in ARTICLES.values()]

    assert len(set(titles)) == len(titles)


# ── plain to read ────────────────────────────────────────────────────────────
@each_wording
def test_it_is_neither_too_short_nor_too_long(slug, language):
    assert FEWEST_WORDS <= len(marking.plain(body(slug, language)).split()) <= MOST_WORDS
    assert len(ARTICLES[slug].content[language]["summary"]) <= 160


@each_wording
def test_it_has_headings_lists_bold_words_and_links_alone(slug, language):
    found = set(tokens(body(slug, language)))

    assert {kind for kind, _tag in found} <= ALLOWED
    assert {tag for kind, tag in found if kind == "heading_open"} == {"h2"}
    assert not re.search(r"\*|\]\(|`|<", marking.plain(body(slug, language)))


@each_wording
def test_the_answer_comes_first_in_bold(slug, language):
    first, *_rest = body(slug, language).strip().split("\n\n")

    assert not first.startswith(("#", "-", "1."))
    assert "**" in first


@each_wording
def test_it_leads_to_other_articles_that_exist(slug, language):
    links = re.findall(r"\]\(([^)]*)\)", body(slug, language))

    assert links
    assert set(links) <= SLUGS - {slug}


@pytest.mark.parametrize("slug", sorted(ARTICLES))
def test_it_leads_to_the_same_articles_in_every_language(slug):
    links = [re.findall(r"\]\(([^)]*)\)", body(slug, language)) for language in LANGUAGES]

    assert Counter(links[0]) == Counter(links[1]) == Counter(links[2])


@pytest.mark.parametrize("slug", sorted(ARTICLES))
def test_a_title_that_is_quoted_is_the_title(slug):
    quoted = re.findall(r"\[«([^»]*)»\]\(([a-z-]*)\)", body(slug, "ru"))

    assert [title for title, _of in quoted] == [ARTICLES[of].content["ru"]["title"] for _title, of in quoted]


@each_wording
def test_it_is_written_without_words_of_the_trade_and_in_short_sentences(slug, language):
    nothing_to_fill_in = Vocabulary()
    text = everything(slug, language)

    assert list(faults(text, language=language, vocabulary=nothing_to_fill_in)) == []
    assert list(advice(text, language=language, vocabulary=nothing_to_fill_in)) == []


@each_wording
def test_keywords_are_words_that_the_title_does_not_have(slug, language):
    said = ARTICLES[slug].content[language]
    words = [word.casefold() for word in said["keywords"]]

    assert 4 <= len(words) <= 20
    assert len(set(words)) == len(words)
    assert said["title"].casefold() not in words


# ── each language by its own rules ───────────────────────────────────────────
FOREIGN = {"en": r"[А-Яа-яЁё]", "ru": r"\b[а-яё]*ъ\b", "bg": r"[ыэёЫЭЁ]"}
WRONG_QUOTES = {"en": r"[\"'„«»]", "ru": r'["“”„]', "bg": r'["”«»]'}
# In the middle of a sentence: Russian speaks to «вы», Bulgarian to „Вие“.
WRONG_POLITENESS = {
    "en": r"(?!)",
    "ru": r"(?<=[а-яё,] )(Вы|Вас|Вам|Вами|Ваш[а-я]*)\b",
    "bg": r"\b(вие|вас|вам|ви|ваш[а-я]*)\b",
}


@each_wording
def test_it_is_written_in_one_language_by_its_rules(slug, language):
    text = everything(slug, language)

    assert re.findall(FOREIGN[language], text) == []
    assert re.findall(WRONG_QUOTES[language], text) == []
    assert re.findall(WRONG_POLITENESS[language], text) == []
    assert " - " not in text


@each_wording
def test_money_is_written_as_the_language_writes_it(slug, language):
    text = body(slug, language)
    rule = r"€\d+(\.\d\d)?(?!\d)" if language == "en" else rf"\d+(,\d\d)?{GAP}€"

    assert len(re.findall(rule, text)) == text.count("€")
    assert re.findall(r"\d (€|%|°C)", text) == []


# ── true of the shop ─────────────────────────────────────────────────────────
def money(amount: Decimal | int, language: str) -> str:
    text = format(Decimal(amount).normalize(), "f")
    text = f"{Decimal(text):.2f}" if "." in text else text
    return f"€{text}" if language == "en" else f"{text.replace('.', ',')}{GAP}€"


def percent(number: object, language: str) -> str:
    return f"{number}%" if language == "en" else f"{number}{GAP}%"


@pytest.mark.parametrize("language", LANGUAGES)
def test_delivery_costs_what_the_shop_takes(language):
    text = body("delivery-ways-and-prices", language)

    assert money(orders.DELIVERY, language) in text
    assert money(orders.FREE_DELIVERY_FROM, language) in text
    assert all(carrier in text for carrier in orders.CARRIERS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_tiers_are_those_of_the_club(language):
    text = body("tiers", language)
    _leaf, silver, gold = CLUB.tiers

    assert money(silver.threshold, language) in text
    assert money(gold.threshold, language) in text
    assert money(Decimal(silver.privileges["free_delivery"]["from_amount"]), language) in text
    assert str(CLUB.tier_terms["grace_days"]) in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_points_come_and_pay_by_the_rules_of_the_club(language):
    settings = {rule.effect: rule.settings for rule in CLUB.rules}
    earned, paid = body("how-points-are-earned", language), body("pay-with-points", language)

    assert str(settings["first_order"]["points"]) in earned
    assert percent(settings["tier_bonus"]["percent"], language) in earned
    assert money(CLUB.programme["point_value"], language) in paid
    assert all(str(reward.points) in paid for reward in CLUB.rewards)
    assert str(CLUB.programme["pending_days"]) in body("when-points-arrive", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_goods_come_back_within_the_days_of_the_shop(language):
    assert str(orders.RETURN_WINDOW.days) in body("return-goods", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_shop_is_found_where_it_is(language):
    text = body("shops-and-hours", language)
    numbers = [re.findall(r"\d+", shop.address)[-1] for shop in company.SHOPS if shop.address]

    assert len(numbers) == 2
    assert all(number in text for number in numbers)
    assert channels.MAILBOX in text
    assert channels.ADDRESSES["telegram"] in text
    assert channels.LINE in re.sub(r"(?<=\d) (?=\d)", "", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_gifts_cost_what_stands_on_the_shelf(language):
    text = body("gift-wrapping", language)
    cheapest = min(article.price for article in BY_NAME.values() if article.name.startswith("Gift Box"))

    assert str(BY_NAME["Gift Wrapping"].price).replace(".", "," if language != "en" else ".") in text
    assert money(cheapest, language) in text


# ── in the demo ──────────────────────────────────────────────────────────────
@pytest.mark.django_db
def test_the_demo_publishes_them_once_before_the_first_question():
    stage = company.build()
    topics = desk.open_desk(stage, now=NOON).topics

    articles.publish(stage.manager, now=NOON)
    articles.publish(stage.manager, now=NOON + timedelta(days=1))

    versions = ArticleVersion.objects.all()
    assert versions.count() == 30
    assert {version.published_at for version in versions} == {NOON - articles.AGE}
    assert set(topics["points"].articles.values_list("slug", flat=True)) == {
        slug for slug, article in ARTICLES.items() if "points" in article.topics
    }


# ── what customers ask ───────────────────────────────────────────────────────
def test_known_questions_expect_an_article_or_a_tool_that_exists():
    questions = json.loads((Path(__file__).parent / "golden" / "bot_known.json").read_text())
    expected = {answer for question in questions for answer in question["expects"]}

    assert Counter(question["language"] for question in questions) == {"ru": 30, "bg": 30}
    assert len({question["text"] for question in questions}) == 60
    assert expected <= SLUGS | {f"tool:{tool}" for tool in TOOLS}


# ── how customers ask for it ─────────────────────────────────────────────────
def test_beside_each_stands_how_customers_ask_for_it_in_every_language():
    assert {file.stem for file in ready.ASKED.glob("*.toml")} == SLUGS
    assert [(slug, language) for slug, language in WORDINGS if len(asked(slug, language)) < 12] == []


def test_nobody_asks_for_two_articles_in_the_same_words():
    of_each = {(slug, phrase.lower()) for slug, language in WORDINGS for phrase in asked(slug, language)}
    owners = Counter(phrase for _slug, phrase in of_each)

    assert [phrase for phrase, times in owners.items() if times > 1] == []


def asked(slug: str, language: str) -> list[str]:
    return list(ARTICLES[slug].content[language]["asked"])
