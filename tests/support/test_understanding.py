"""What the bot makes of what is said to it, without a database: wishes, answers, and when it is sure."""

from __future__ import annotations

import pytest

from crm.words.spoken_words import language_of
from support.bot import choosing, outside, phrases, understanding
from support.bot.tools import TOOLS
from support.bot.understanding import AskBack, Before, Confirm, Give, HandOver, Offer
from support.models import BotTurn

ANSWERED = Before(kind=BotTurn.Kind.ARTICLE)


@pytest.mark.parametrize(
    "words",
    [
        "оператор",
        "Позовите человека, пожалуйста",
        "соедините с живым сотрудником",
        "хватит бота",
        "искам да говоря със служител",
        "може ли с човек",
        "без роботи, моля",
        "I want to talk to a person",
        "Позвать человека",
        "Искам човек",
        "Talk to a person",
    ],
)
def test_a_wish_for_a_person_is_heard(words: str) -> None:
    assert phrases.wants_a_person(words)


@pytest.mark.parametrize(
    "words",
    [
        "подарок для двух человек",
        "чай за трима човека",
        "чай для друга, он хороший человек",
        "как оплатить заказ?",
    ],
)
def test_a_person_who_is_only_spoken_of_is_no_wish(words: str) -> None:
    assert not phrases.wants_a_person(words)


@pytest.mark.parametrize(
    "words", ["да", "Да, помогло, спасибо", "Да, помогна", "yes", "Yes, it helped", "ок, стана ясно"]
)
def test_yes_is_heard_after_an_answer(words: str) -> None:
    assert understanding.without_searching(words, before=ANSWERED) == Confirm()


@pytest.mark.parametrize(
    "words", ["нет", "не помогло", "Нет, не помогло", "не, не помогна", "No, it did not help"]
)
def test_no_is_heard_after_an_answer(words: str) -> None:
    decided = understanding.without_searching(words, before=ANSWERED)
    assert decided == HandOver(BotTurn.Reason.NO_HELP)


def test_a_choice_is_its_number_or_its_words_and_nothing_else() -> None:
    offers = [Offer(name="a", title="Доставка"), Offer(name="b", title="Возврат")]
    before = Before(kind=BotTurn.Kind.ASKED_BACK, offered=offers)

    assert understanding.without_searching("2", before=before) == Give(offers[1])
    assert understanding.without_searching("доставка", before=before) == Give(offers[0])
    assert understanding.without_searching("3", before=before) is None


@pytest.mark.parametrize(
    ("scores", "decides"),
    [
        ((0.9, 0.5), Give),
        ((0.9, 0.88), AskBack),
        ((0.42, 0.1), Give),
        ((0.42, 0.35), AskBack),
        ((0.1,), HandOver),
    ],
)
def test_it_answers_only_where_one_answer_is_clearly_ahead(scores: tuple[float, ...], decides: type) -> None:
    offers = [Offer(name=str(score), title="", score=score) for score in scores]
    assert isinstance(understanding.among(offers, before=Before()), decides)


def test_who_was_asked_back_twice_is_not_asked_a_third_time() -> None:
    offers = [Offer(name="a", title="", score=0.5), Offer(name="b", title="", score=0.49)]
    decided = understanding.among(offers, before=Before(kind="asked_back", asked_back=2))
    assert decided == HandOver(BotTurn.Reason.NOT_KNOWN)


@pytest.mark.parametrize(
    ("tool", "own", "general"),
    [
        ("balance", "сколько у меня баллов?", "сколько баллов дают за покупку?"),
        ("balance", "Колко точки имам?", "Колко точки се дават за 10 лева?"),
        ("expiry", "кога ми изтичат точките", "защо изтекоха точките"),
        ("order-status", "Къде е поръчката ми?", "колко струва доставката на поръчка"),
    ],
)
def test_a_tool_knows_ones_own_from_the_rules(tool: str, own: str, general: str) -> None:
    language = language_of(own, known="ru")
    assert TOOLS[tool].score(own, language=language) == 1.0
    assert TOOLS[tool].score(general, language=language) < 1.0


@pytest.mark.parametrize(
    "words",
    [
        "есть ли парковка у магазина",
        "можно ли пить этот чай беременным",
        "търсите ли хора за работа",
        "правите ли кетъринг за сватби",
        "do you have any job vacancies?",
    ],
)
def test_what_no_article_can_answer_goes_to_a_colleague_whatever_shop_words_stand_beside(words: str) -> None:
    assert understanding.without_searching(words, before=Before()) == HandOver(BotTurn.Reason.NOT_KNOWN)


@pytest.mark.parametrize(
    "words",
    ["сколько составит доставка?", "политика за връщане", "где мои контакты", "в количката няма нищо"],
)
def test_words_that_a_shop_uses_too_are_no_reason_to_hand_over(words: str) -> None:
    assert understanding.without_searching(words, before=Before()) is None


@pytest.mark.parametrize(
    ("words", "is_so"),
    [("сколько баллов у моего мужа", True), ("поръчката на съседката ми", True), ("где мой заказ", False)],
)
def test_somebody_else_is_heard_to_be_named(words: str, is_so: bool) -> None:
    assert outside.names_somebody_else(words) is is_so


@pytest.mark.parametrize(
    ("text", "language"),
    [("Как вернуть заказ?", "ru"), ("Къде е пратката?", "bg"), ("where is my order", "en"), ("ок", "bg")],
)
def test_the_language_is_that_of_the_words(text: str, language: str) -> None:
    assert language_of(text, known="bg") == language


def the_second(question: str, *, titles: list[str], language: str) -> int | None:
    return 1


def nonsense(question: str, *, titles: list[str], language: str) -> int | None:
    return 7


def breaks(question: str, *, titles: list[str], language: str) -> int | None:
    raise RuntimeError(question)


@pytest.mark.parametrize(
    ("name", "place"), [("the_second", 1), ("nonsense", None), ("breaks", None), ("", None)]
)
def test_a_model_may_choose_among_what_was_found_and_nothing_else(settings, name, place) -> None:
    settings.BOT_CHOOSER = f"{__name__}.{name}" if name else ""
    offers = [Offer(name="a", title="A"), Offer(name="b", title="B")]

    chosen = choosing.chosen("?", offers=offers, language="ru")

    assert chosen == (offers[place] if place is not None else None)
