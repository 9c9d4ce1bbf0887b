import pytest

from crm.search.search_words import number_in, readings, stem, unlikeness


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("bdfyjdf", "иванова"),
        ("PFDTKBYF", "завелина"),
        ("iwanowa", "иванова"),
        ("ivanova", "иванова"),
        ("дщ-17", "lo-17"),
        ('мукф"ьфшдюсщь', "vera@mail.com"),
        ("Вълчев", "Вулчев"),
        ("Vulchev", "Valchev"),
        ("Cocov", "tsotsov"),
    ],
)
def test_what_was_meant_is_among_the_readings(typed, meant):
    found = readings(typed)

    assert found[0] == typed
    assert meant in found


def test_readings_are_few_however_much_is_typed():
    assert len(readings("ъyuъ " * 1000)) < 10
    assert all(len(one) <= 120 for one in readings("x" * 1000))


@pytest.mark.parametrize(
    ("typed", "digits", "beside"),
    [
        ("1702", "1702", ""),
        ("17 02", "1702", ""),
        ("Вера 17-02", "1702", "Вера"),
        ("+359 887 123 101", "359887123101", ""),
        ("170", "", "170"),
        ("LO17", "", "LO17"),
        ("Вера", "", "Вера"),
    ],
)
def test_digits_are_told_from_the_words_beside_them(typed, digits, beside):
    assert number_in(typed) == (digits, beside)


@pytest.mark.parametrize(
    ("asked", "nearer", "further"),
    [
        ("ivanova", "ivanova", "ivanov"),
        ("ivanovoi", "ivanova", "ivinova"),
        ("sokolva", "sokolova", "sokolovska"),
        ("maria", "mariana", "marka"),
        ("vear", "vera", "vesa"),
        ("ivnaova", "ivanova", "ivankova"),
    ],
)
def test_a_likelier_word_is_less_unlike(asked, nearer, further):
    assert unlikeness(asked, nearer) < unlikeness(asked, further)


@pytest.mark.parametrize(
    ("word", "begins"),
    [
        ("чаят", "ча"),
        ("чайника", "чайник"),
        ("доставката", "доставк"),
        ("доставка", "доставк"),
        ("чай", "чай"),
    ],
)
def test_a_word_is_looked_for_without_its_ending(word, begins):
    assert stem(word).startswith(begins)
