"""Every problem of the API says what it is in the caller's language."""

from __future__ import annotations

from collections.abc import Iterator

import polib
import pytest
from django.conf import settings
from django.urls import get_resolver
from django.utils.translation import override

from crm.errors import Refusal
from tests.api_client import ShopSystem


def refusals(above: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    """All of the house, whichever app: whatever an address may raise is imported with the addresses."""
    _ = get_resolver().url_patterns
    for refusal in above.__subclasses__():
        if not refusal.__module__.startswith("tests"):
            yield refusal
        yield from refusals(refusal)


def catalogue(language: str) -> dict[str, str]:
    file = settings.LOCALE_PATHS[0] / language / "LC_MESSAGES" / "django.po"
    return {entry.msgid: entry.msgstr for entry in polib.pofile(str(file)) if not entry.fuzzy}


def title_of(refusal: type[Refusal]) -> str:
    """In English, as the catalogues know it."""
    with override(None):
        return str(refusal.title)


@pytest.mark.parametrize("language", ["ru", "bg"])
def test_every_title_stands_in_the_catalogue(language: str) -> None:
    known = catalogue(language)

    assert sorted(title_of(one) for one in refusals() if not known.get(title_of(one))) == []


def test_no_two_problems_have_one_code_and_each_is_a_refusal_in_http() -> None:
    seen: dict[str, type[Refusal]] = {}
    for one in refusals():
        assert 400 <= one.status < 600, one
        assert seen.setdefault(one.code, one) is one, (one, seen[one.code])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("ru", "Здесь ничего нет."),
        ("bg-BG, en;q=0.5", "Тук няма нищо."),
        ("en", "There is nothing here."),
        ("ja", "There is nothing here."),
    ],
)
def test_a_title_is_said_in_the_caller_s_language(asked: str, title: str) -> None:
    assert ShopSystem().get("nowhere/", accept_language=asked).body["title"] == title
