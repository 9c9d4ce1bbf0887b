"""One person, many spellings: everything in a row has one key."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "spellings",
    [
        "Иванова Ivanova IVANOVA Иванова́ Ivanová",
        "Щерева Shtereva Shchereva Schereva Штерева",
        "Вълчев Valchev",
        "Христова Khristova Hristova Christova",
        "Цветанов Tsvetanov Cvetanov Tzvetanov",
        "Живков Zhivkov Jivkov",
        "Снежана Snezhana Snejana",
        "Йорданов Yordanov Jordanov Iordanov",
        "Юлия Yulia Iulia Julia Yuliya Юлиа",
        "Яна Yana Iana Jana",
        "Мария Maria Mariya Marija Мариа",
        "Артём Артем Artyom Artem",
        "Фёдоров Фeдоров Fyodorov Fedorov Fedoroff",
        "Кольо Kolyo",
        "Вишневский Vishnevskiy Vishnevsky Vishnevskii Вишневски",
        "Анна Ana Anna Ана",
        "Бояджиев Boyadzhiev Boyadjiev",
        "Хаджиев Hadzhiev Hadjiev Khadzhiev",
        "Александър Aleksandar Alexandar",
        "Филип Philip Filip",
        "Шевченко Shevchenko Schevchenko",
        "Елена Yelena Elena",
        "Андреев Andreev Andreyev",
        "Григорьев Grigoryev Grigor’ev Grigor'ev",
        "Виктор Victor Viktor",
        "Оскар Oscar Oskar",
        "Чайковский Tchaikovsky Chaykovskiy",
    ],
)
def test_spellings_of_one_name_have_one_key(spellings):
    assert len({folded(spelling) for spelling in spellings.split()}) == 1


@pytest.mark.parametrize("name", ["", "  ", "…", "🙂", "李小龙", "Ωμέγα", "Müller-Lüdenscheidt", "O'Brien"])
def test_any_name_has_a_key_that_is_its_own_key(name):
    assert folded(folded(name)) == folded(name)


def test_names_that_sound_unlike_stay_apart():
    keys = {folded(name) for name in "Иванова Иванов Петрова Марина Мария Ирина Арина Кирилл Кирил".split()}

    assert len(keys) == 8


def folded(text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_fold(%s)", [text])
        return cursor.fetchone()[0]
