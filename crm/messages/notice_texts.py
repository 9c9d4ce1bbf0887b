"""What a notice says, and whether it goes out: as its file says, until the company says otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from crm import company
from crm.errors import Fault
from crm.messages import sms_parts
from crm.messages.sms_parts import Parts
from crm.models import NoticeSwitch, NoticeText, User
from crm.notices import Notice, notices
from crm.notices.base import Words
from crm.words import rendering, text_checks
from crm.words.plain_text import plain
from crm.words.rendering import UnusableText
from crm.words.text_checks import Vocabulary

LANGUAGES: Sequence[str] = [code for code, _name in settings.LANGUAGES]
# As long as the link to a person's wishes is, with a space: every SMS ends with it.
LINK_LENGTH = 28


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A notice with its samples filled in; what an SMS of it costs, the link under it counted in."""

    subject: str
    long: str
    short: str
    parts: Parts


def is_on(notice: Notice) -> bool:
    """Does it go out? One query."""
    switch = NoticeSwitch.objects.filter(notice=notice.name).first()
    return notice.is_on_at_first if switch is None else switch.switched_on_at is not None


def all_on() -> set[str]:
    """The names of all that go out. One query."""
    switched = {switch.notice: switch.switched_on_at is not None for switch in NoticeSwitch.objects.all()}
    return {name for name, notice in notices().items() if switched.get(name, notice.is_on_at_first)}


def switch(notice: Notice, *, on: bool, by: User, at: datetime) -> None:
    """Let it go out from now on, or no more. What is queued already still goes. Idempotent."""
    if is_on(notice) == on:
        return
    NoticeSwitch.objects.update_or_create(
        notice=notice.name,
        defaults={"switched_on_at": at if on else None, "changed_at": at, "changed_by": by},
    )


def words_of(notice: Notice, language: str) -> Words:
    """What it says in this language today. One query."""
    return _words(notice, language, list(NoticeText.objects.filter(notice=notice.name, language=language)))


def words_by_language(notice: Notice) -> Mapping[str, Words]:
    """In every language. One query."""
    changed = list(NoticeText.objects.filter(notice=notice.name))
    return {
        language: _words(notice, language, [text for text in changed if text.language == language])
        for language in LANGUAGES
    }


def change_text(
    notice: Notice, *, language: str, length: str, text: str, by: User, at: datetime, subject: str = ""
) -> None:
    """Let the notice say this from now on; what it says by itself, if that is the same again.

    Raises:
        UnusableText: it names something that this notice knows nothing of, or is no text that can be filled in.
    """
    subject, text = plain(subject), plain(text)
    if not text:
        raise UnusableText
    if faults := [
        *_faults(notice, subject, language, "email"),
        *_faults(notice, text, language, _by(length)),
    ]:
        raise UnusableText(*faults)
    at_first = notice.words[language]
    is_as_at_first = (
        text == at_first.short
        if length == NoticeText.Length.SHORT
        else (subject, text) == (at_first.subject, at_first.long)
    )
    its = NoticeText.objects.filter(notice=notice.name, language=language, length=length)
    if is_as_at_first:
        its.delete()
    elif not its.filter(subject=subject, text=text).exists():
        NoticeText.objects.update_or_create(
            notice=notice.name,
            language=language,
            length=length,
            defaults={"subject": subject, "text": text, "changed_at": at, "changed_by": by},
        )


def preview(notice: Notice, words: Words, language: str) -> Preview:
    """As somebody would read it, with what the notice's file has for samples.

    Raises:
        UnusableText.
    """
    values = {**notice.samples(language), "company.name": company.current().name}
    subject, long, short = (
        rendering.render(text, values, language=language) for text in (words.subject, words.long, words.short)
    )
    parts = sms_parts.parts_of(short + "x" * (LINK_LENGTH + len(settings.PUBLIC_ADDRESS)))
    return Preview(subject=subject, long=long, short=short, parts=parts)


def _by(length: str) -> str:
    """The channel that carries least of those by which these words go."""
    return "sms" if length == NoticeText.Length.SHORT else "email"


def _faults(notice: Notice, text: str, language: str, channel: str) -> Iterator[Fault]:
    vocabulary = Vocabulary(
        names=notice.names(),
        always=notice.names(),
        numbers=notice.names(),
        samples={language: {**notice.samples(language), "company.name": company.current().name}},
    )
    return text_checks.faults(text, language=language, vocabulary=vocabulary, channels=[channel])


def _words(notice: Notice, language: str, changed: Sequence[NoticeText]) -> Words:
    own = {text.length: text for text in changed}
    at_first = notice.words[language]
    long, short = own.get(NoticeText.Length.LONG), own.get(NoticeText.Length.SHORT)
    return Words(
        subject=long.subject if long else at_first.subject,
        long=long.text if long else at_first.long,
        short=short.text if short else at_first.short,
    )
