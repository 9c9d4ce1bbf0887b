"""What an article says: a wording for each language, as it stands in `ArticleVersion.content`. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from django.utils.translation import gettext_lazy as _

from crm.errors import Fault, Refusal

LONGEST_TITLE, LONGEST_SUMMARY, LONGEST_BODY = 120, 200, 20_000
MOST_KEYWORDS, LONGEST_KEYWORD = 30, 60


class UnusableArticle(Refusal):
    code = "unusable-article"
    title = _("This article cannot be kept as it stands.")
    status = 422


@dataclass(frozen=True, kw_only=True)
class Wording:
    title: str = ""
    summary: str = ""
    body: str = ""
    keywords: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.title or self.summary or self.body)

    @property
    def is_complete(self) -> bool:
        return bool(self.title and self.body)


Content: TypeAlias = Mapping[str, Wording]
FIELDS = frozenset(["title", "summary", "body", "keywords"])


def read(told: Any, *, languages: frozenset[str]) -> Content:
    """Wordings in the order of their languages; those that say nothing are left out.

    Raises:
        UnusableArticle: with a pointer to everything that is wrong.
    """
    if not isinstance(told, Mapping):
        raise UnusableArticle(Fault(pointer="", detail=_("This has to be an object.")))
    if faults := list(_faults(told, languages)):
        raise UnusableArticle(*faults)
    wordings = {language: _wording(told[language]) for language in sorted(told)}
    return {language: wording for language, wording in wordings.items() if not wording.is_empty}


def write(content: Content) -> dict[str, Any]:
    return {
        language: {**asdict(wording), "keywords": list(wording.keywords)}
        for language, wording in content.items()
    }


def _wording(told: Mapping[str, Any]) -> Wording:
    keywords = dict.fromkeys(" ".join(word.split()) for word in told.get("keywords", []))
    return Wording(
        title=" ".join(told.get("title", "").split()),
        summary=" ".join(told.get("summary", "").split()),
        body=told.get("body", "").replace("\r\n", "\n").strip(),
        keywords=tuple(word for word in keywords if word),
    )


def _faults(told: Mapping[str, Any], languages: frozenset[str]) -> Iterator[Fault]:
    for language, wording in told.items():
        pointer = f"/{language}"
        if language not in languages:
            yield Fault(pointer=pointer, detail=_("This is no language of the house."))
        elif not isinstance(wording, Mapping):
            yield Fault(pointer=pointer, detail=_("This has to be an object."))
        else:
            yield from _faults_in(wording, pointer)


def _faults_in(wording: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
    for unknown in sorted(set(map(str, wording)) - FIELDS):
        yield Fault(pointer=f"{pointer}/{unknown}", detail=_("Articles have no such part."))
    longest = {"title": LONGEST_TITLE, "summary": LONGEST_SUMMARY, "body": LONGEST_BODY}
    for name, most in longest.items():
        text = wording.get(name, "")
        if not isinstance(text, str) or "\0" in text:
            yield Fault(pointer=f"{pointer}/{name}", detail=_("This has to be text."))
        elif len(text) > most:
            yield _too_long(f"{pointer}/{name}", most)
    yield from _faults_of_keywords(wording.get("keywords", []), f"{pointer}/keywords")


def _faults_of_keywords(keywords: Any, pointer: str) -> Iterator[Fault]:
    if not isinstance(keywords, list | tuple) or not all(isinstance(word, str) for word in keywords):
        yield Fault(pointer=pointer, detail=_("This has to be a list of words."))
    elif len(keywords) > MOST_KEYWORDS:
        yield Fault(
            pointer=pointer,
            detail=str(_("Give {most} words at most.")).format(most=MOST_KEYWORDS),
        )
    else:
        for number, word in enumerate(keywords):
            if len(word) > LONGEST_KEYWORD or "\0" in word:
                yield _too_long(f"{pointer}/{number}", LONGEST_KEYWORD)


def _too_long(pointer: str, most: int) -> Fault:
    return Fault(pointer=pointer, detail=str(_("Write {most} characters at most.")).format(most=most))
