import pytest

from crm.people.masking import masked


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("phone", "+79211231702", "+7 921 ··· 17 02"),
        ("phone", "+359888456102", "+359 888 ··· 61 02"),
        ("phone", "+359888456102;ext=12", "+359 888 ··· 61 02"),
        ("email", "maria@example.org", "m···a@example.org"),
        ("email", "ab@example.org", "a···@example.org"),
        ("card", "4417009300938812", "4417 ··· 8812"),
        ("card", "4417", "··· 17"),
        ("telegram", "mkovaleva", "@mkovaleva"),
        ("external", "1001", "1001"),
    ],
)
def test_enough_is_shown_to_recognise_and_not_to_use(kind, value, shown):
    assert masked(kind, value).replace("\N{NO-BREAK SPACE}", " ") == shown
