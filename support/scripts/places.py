"""How a place in a step is called, for people: of a fault, of a difference. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext as _

from crm.messages.channel_names import channel_name
from support.scripts.content import ANY

NAMES = dict(settings.LANGUAGES)


def title(language: str) -> str:
    return _("Title: {language}").format(language=NAMES[language])


def words(language: str, channel: str = ANY) -> str:
    if channel == ANY:
        return _("Words: {language}").format(language=NAMES[language])
    return _("Words: {language}, {channel}").format(language=NAMES[language], channel=channel_name(channel))


def choice(number: int) -> str:
    return _("Choice {number}").format(number=number)


def label(number: int, language: str) -> str:
    return _("Choice {number}: {language}").format(number=number, language=NAMES[language])


def said(parts: Sequence[str]) -> str:
    """Of what stands in a pointer after the step: `["choices", "0", "label", "ru"]` is “Choice 1: Russian”."""
    match parts:
        case ["title", language]:
            return title(language)
        case ["texts", language]:
            return words(language)
        case ["texts", language, channel]:
            return words(language, channel)
        case ["choices", number, "label", language]:
            return label(int(number) + 1, language)
        case ["choices", number, *_rest]:
            return choice(int(number) + 1)
        case ["actions", *_rest]:
            return _("What it does")
    return ""
