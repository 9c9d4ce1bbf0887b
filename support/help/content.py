"""What an article says: a wording for each language, as it stands in `ArticleVersion.content`. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from django.utils.translation import gettext_lazy as _

from crm.errors import Fault, Refusal

LONGEST_TITLE, LONGEST_SUMMARY, LONGEST_BODY = 120, 200, 20_000
MOST_KEYWORDS, LONGEST_KEYWORD = 30, 60
MOST_ASKED, LONGEST_ASKED = 60, 160


class UnusableArticle(Refusal):
    code = "unusable-article"
    title = _("This article cannot be kept as it stands.")
    status = 422


@dataclass(frozen=True, kw_only=True)
class Wording:
    """`keywords` are other words for it, by which the search finds it; `asked` are whole questions, as customers put
    them: by these the bot knows whoever asks something alike.
    """

    title: str = ""
    summary: str = ""
    body: str = ""
    keywords: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.title or self.summary or self.body)

    @property
    def is_complete(self) -> bool:
        return bool(self.title and self.body)


Content: TypeAlias = Mapping[str, Wording]
FIELDS = frozenset(["title", "summary", "body", "keywords", "asked"])


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
        language: {**asdict(wording), "keywords": list(wording.keywords), "asked": list(wording.asked)}
        for language, wording in content.items()
    }


def _wording(told: Mapping[str, Any]) -> Wording:
    return Wording(
        title=" ".join(told.get("title", "").split()),
        summary=" ".join(told.get("summary", "").split()),
        body=told.get("body", "").replace("\r\n", "\n").strip(),
        keywords=_each_once(told.get("keywords", [])),
        asked=_each_once(told.get("asked", [])),
    )


def _each_once(phrases: Sequence[str]) -> tuple[str, ...]:
    found = dict.fromkeys(" ".join(phrase.split()) for phrase in phrases)
    return tuple(phrase for phrase in found if phrase)


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
    yield from _faults_of_phrases(
        wording.get("keywords", []), f"{pointer}/keywords", most=MOST_KEYWORDS, longest=LONGEST_KEYWORD
    )
    yield from _faults_of_phrases(
        wording.get("asked", []), f"{pointer}/asked", most=MOST_ASKED, longest=LONGEST_ASKED
    )


def _faults_of_phrases(phrases: Any, pointer: str, *, most: int, longest: int) -> Iterator[Fault]:
    if not isinstance(phrases, list | tuple) or not all(isinstance(phrase, str) for phrase in phrases):
        yield Fault(pointer=pointer, detail=_("This has to be a list of words."))
    elif len(phrases) > most:
        yield Fault(pointer=pointer, detail=str(_("Give {most} of them at most.")).format(most=most))
    else:
        for number, phrase in enumerate(phrases):
            if len(phrase) > longest or "\0" in phrase:
                yield _too_long(f"{pointer}/{number}", longest)


def _too_long(pointer: str, most: int) -> Fault:
    return Fault(pointer=pointer, detail=str(_("Write {most} characters at most.")).format(most=most))
