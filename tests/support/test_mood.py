"""How a customer sounds is told by words and by the way they are typed."""

from __future__ import annotations

import pytest

from support.answering.mood import Mood, mood_of


@pytest.mark.parametrize(
    "text",
    [
        "Это возмутительно, третий день жду",
        "ГДЕ МОЙ ЗАКАЗ? ДО СИХ ПОР НЕТ!!",
        "Сколько можно ждать посылку",
        "Това е безобразие",
        "Докога ще чакам",
        "This is unacceptable",
        "I am fed up with waiting",
    ],
)
def test_anger_is_heard_in_three_languages(text):
    assert mood_of(text) == Mood.ANGRY


@pytest.mark.parametrize(
    "text",
    ["Очень жаль, что чай пришёл мятым", "Разочарована съм от доставката", "Ответьте!!", "ГДЕ МОЯ ПОСЫЛКА"],
)
def test_who_is_sad_or_only_shouts_is_disappointed(text):
    assert mood_of(text) == Mood.DISAPPOINTED


@pytest.mark.parametrize(
    "text",
    [
        "Где моя посылка?",
        "Спасибо!!! Чай чудесный!!!",
        "SKU LO-100 XL",
        "",
        "Каква е цената на белия чай?",
        "Подсудимый чай: есть ли он у вас?",
    ],
)
def test_a_question_thanks_and_an_order_number_are_calm(text):
    assert mood_of(text) == Mood.CALM
