"""Is this text fit for customers? One check for notices, macros, scripts, articles and whatever else they read. Pure.

`faults` must be put right before a text is used; `advice` is only shown. Both speak to whoever writes the text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from crm.channels import CHANNELS
from crm.errors import Fault
from crm.messages import sms_parts
from crm.words import jargon, rendering
from crm.words.rendering import UnusableText, ValueMissing

LANGUAGES: Sequence[str] = [code for code, _name in settings.LANGUAGES]
# Longer ones are read twice, or not to their end (plain language guides ask for 15 to 20 words on average).
MOST_WORDS = 30
# An SMS of more parts costs more than it tells.
MOST_PARTS = 3

_SENTENCE = re.compile(r"[.!?…\n]+\s*")


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """What a text may speak of: `always` is known whoever reads it, `numbers` can be counted.

    `samples`: language → name → value, by which the length is judged.
    """

    names: Collection[str] = ()
    always: Collection[str] = ()
    numbers: Collection[str] = ()
    samples: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def faults(
    text: str, *, language: str, vocabulary: Vocabulary, channels: Collection[str] = ()
) -> Iterator[Fault]:
    """Everything that must be put right. `channels`: by which it goes; empty: it is a page, of any length."""
    broken = list(_broken(text, language, vocabulary))
    yield from broken
    if not broken:
        yield from _unsure(text, vocabulary)
        yield from _too_long(text, language, vocabulary, channels)
    for word, instead in jargon.found_in(without_gaps(text), language):
        yield _fault(
            _("“{word}” is a word of the trade. Say it as a customer would: {instead}."),
            word=word,
            instead=instead,
        )


def advice(
    text: str, *, language: str, vocabulary: Vocabulary, channels: Collection[str] = ()
) -> Iterator[str]:
    """What reads or costs better otherwise."""
    for sentence in _SENTENCE.split(without_gaps(text)):
        words = sentence.split()
        if len(words) > MOST_WORDS:
            begins = " ".join(words[:5])
            yield _("“{begins} …” has {count} words: make two sentences of it.").format(
                begins=begins, count=len(words)
            )
    parts = sms_parts.parts_of(filled(text, language, vocabulary)).count if "sms" in channels else 0
    if parts > MOST_PARTS:
        yield _("As an SMS this is sent in {count} parts, and each is paid for.").format(count=parts)


def missing_languages(texts: Mapping[str, str], *, waived: Collection[str] = ()) -> list[str]:
    """Languages of the house in which nothing is written, and which nobody decided to do without."""
    return [
        language for language in LANGUAGES if language not in waived and not texts.get(language, "").strip()
    ]


def filled(text: str, language: str, vocabulary: Vocabulary) -> str:
    """As it would read with the samples; as it stands where it cannot be filled in."""
    try:
        return rendering.render(text, vocabulary.samples.get(language, {}), language=language)
    except (UnusableText, ValueMissing):
        return text


def without_gaps(text: str) -> str:
    """What was written, without names to fill in; what is said instead of an unknown value stays."""
    return rendering.GAP.sub(lambda gap: gap[1].partition("|")[2].replace(rendering.PLURAL, ""), text)


def _broken(text: str, language: str, vocabulary: Vocabulary) -> Iterator[Fault]:
    try:
        rendering.check(text, names=vocabulary.names, language=language)
    except UnusableText as refused:
        yield from refused.faults
        return
    for gap in rendering.gaps_in(text):
        if gap.forms and gap.name not in vocabulary.numbers:
            yield _fault(_("This is no number that a word could go with: {name}"), name=gap.name)


def _unsure(text: str, vocabulary: Vocabulary) -> Iterator[Fault]:
    unsure = {
        gap.name
        for gap in rendering.gaps_in(text)
        if gap.fallback is None and gap.name not in vocabulary.always
    }
    for name in sorted(unsure):
        yield _fault(
            _("This is not always known. Say what stands there instead, after a bar: {example}"),
            example="{{ %s|… }}" % name,  # noqa: UP031 - braces
        )


def _too_long(text: str, language: str, vocabulary: Vocabulary, channels: Collection[str]) -> Iterator[Fault]:
    length = len(filled(text, language, vocabulary))
    limits = {channel: CHANNELS[channel].longest_text for channel in channels if channel in CHANNELS}
    for channel, longest in limits.items():
        if length > longest:
            yield _fault(
                _("This has {length} characters, and {channel} carries {longest}."),
                length=length,
                channel=CHANNELS[channel].label,
                longest=longest,
            )


def _fault(sentence: str, **figures: str | int | Promise) -> Fault:
    return Fault(pointer="", detail=sentence.format(**figures))
