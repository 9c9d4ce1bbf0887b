"""What must be true of a survey before anybody is asked. Each fault points to its place and says what to do. Pure.

A language in which nothing is written is done without: nobody is asked in it, and `advice` says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from crm.errors import Fault
from crm.typed_settings import Words
from crm.words import text_checks
from crm.words.text_checks import Vocabulary
from surveys.content import Content, Question, UnusableSurvey, read

# Longer ones are left half-way (a form of up to five questions is finished by most).
MANY_QUESTIONS = 5
# Nothing can be filled in: whoever answers may be known by nothing but a link.
VOCABULARY = Vocabulary()


def check(content: Any) -> Content:
    """The survey, fit to be asked.

    Raises:
        UnusableSurvey: with every fault and its place.
    """
    if found := faults(content):
        raise UnusableSurvey(*found)
    return read(content)


def faults(content: Any) -> list[Fault]:
    """Everything that must be put right."""
    try:
        its = read(content)
    except UnusableSurvey as refused:
        return list(refused.faults)
    languages = its.languages()
    found = [*_of_the_whole(its), *_of_titles(its, languages)]
    for number, question in enumerate(its.questions):
        its_own = (*_of_the_ways(its, question), *_of_words(question, languages))
        found += [
            Fault(pointer=f"/questions/{number}{fault.pointer}", detail=fault.detail) for fault in its_own
        ]
    return found


def advice(content: Content) -> list[Fault]:
    """What would be better otherwise. Nothing is refused for it."""
    written = content.languages()
    missing = [code for code, _name in settings.LANGUAGES if code not in written]
    found = [Fault(pointer="", detail=_in_another(language)) for language in missing if written]
    longest = min(_longest(content), len(content.questions))
    if longest > MANY_QUESTIONS:
        sentence = _("Somebody may be asked {count} questions: after five, many people leave.")
        found.append(Fault(pointer="", detail=sentence.format(count=longest)))
    for number, question in enumerate(content.questions):
        found += [
            Fault(pointer=f"/questions/{number}/text/{language}", detail=sentence)
            for language, text in question.text.items()
            for sentence in text_checks.advice(text, language=language, vocabulary=VOCABULARY)
        ]
    return found


def _in_another(language: str) -> str:
    with override(language):
        its_name = str(dict(settings.LANGUAGES)[language])
    sentence = _("Nothing is written in this language, so its speakers are asked in another: {language}.")
    return sentence.format(language=its_name)


def _of_the_whole(content: Content) -> Iterator[Fault]:
    if not content.questions:
        yield Fault(pointer="/questions", detail=_("Write the first question."))
        return
    if content.question(content.start) is None:
        yield Fault(pointer="/start", detail=_("Say with which question it begins."))
        return
    reached = _reached(content)
    for number, question in enumerate(content.questions):
        if question.key not in reached:
            yield Fault(pointer=f"/questions/{number}", detail=_("No way leads to this question."))
        elif question.key in _after(content, question):
            sentence = _("One comes back to this question by its own ways: nobody would ever be done.")
            yield Fault(pointer=f"/questions/{number}/then", detail=sentence)


def _of_titles(content: Content, languages: Sequence[str]) -> Iterator[Fault]:
    for name, words in (("title", content.title), ("thanks", content.thanks)):
        yield from _of_text(f"/{name}", words, languages)


def _of_the_ways(content: Content, question: Question) -> Iterator[Fault]:
    leading = [(f"/ways/{number}/to", way.to) for number, way in enumerate(question.ways)]
    for pointer, to in (*leading, ("/then", question.then)):
        if to is not None and content.question(to) is None:
            yield Fault(pointer=pointer, detail=_("There is no question “{key}”.").format(key=to))
    taken = [
        next((way for way in question.ways if question.asked.holds(way.op, way.value, given)), None)
        for given in question.asked.examples()
    ]
    for number, way in enumerate(question.ways):
        if not any(one is way for one in taken):
            detail = _("Nobody takes this way: the ways before it take every such answer.")
            yield Fault(pointer=f"/ways/{number}/when", detail=detail)


def _of_words(question: Question, languages: Sequence[str]) -> Iterator[Fault]:
    yield from _of_text("/text", question.text, languages)
    if question.help:
        yield from _of_text("/help", question.help, languages)
    for fault in question.asked.unfinished(languages):
        yield Fault(pointer=f"/settings{fault.pointer}", detail=fault.detail)


def _of_text(pointer: str, words: Words, languages: Sequence[str]) -> Iterator[Fault]:
    if not languages:
        yield Fault(pointer=pointer, detail=_("Write it in at least one language."))
    for language in languages:
        text = words.get(language, "")
        if not text.strip():
            yield Fault(pointer=f"{pointer}/{language}", detail=_("It is not written in this language."))
        for fault in text_checks.faults(text, language=language, vocabulary=VOCABULARY):
            yield Fault(pointer=f"{pointer}/{language}", detail=fault.detail)


def _reached(content: Content) -> set[str]:
    start = content.question(content.start)
    return {content.start, *_after(content, start)} if start else set()


def _after(content: Content, question: Question) -> set[str]:
    """Keys of all that may be asked after it."""
    found: set[str] = set()
    waiting = list(question.leads_to())
    while waiting:
        key = waiting.pop()
        standing = content.question(key)
        if standing is not None and key not in found:
            found.add(key)
            waiting += standing.leads_to()
    return found


def _longest(content: Content) -> int:
    """How many questions the longest way has, at least where no way comes back to itself."""
    lengths: dict[str, int] = {}
    for _round in content.questions:
        for question in content.questions:
            beyond = [lengths.get(to, 0) for to in question.leads_to() if content.question(to)]
            lengths[question.key] = 1 + max(beyond, default=0)
    return lengths.get(content.start, 0)
