"""A language model may help to choose: by setting, off by default, and only among answers that were found.

settings.BOT_CHOOSER names a function of this shape. It is given the question and the titles, and says which of them
answers it, by its place; None: none does, or it does not know. It writes nothing that a customer reads, and whatever
goes wrong in it, the bot decides as it does without.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from crm.reactions import describe
from support.bot.understanding import Offer

log = logging.getLogger(__name__)


class Chooser(Protocol):
    """Answers within a second or two: a customer waits, and so does the feed."""

    def __call__(self, question: str, *, titles: Sequence[str], language: str) -> int | None: ...


def chosen(question: str, *, offers: Sequence[Offer], language: str) -> Offer | None:
    """Which of these answers the question, if a chooser is set and says so."""
    if not settings.BOT_CHOOSER or not offers:
        return None
    choose: Chooser = import_string(settings.BOT_CHOOSER)
    try:
        place = choose(question, titles=[offer.title for offer in offers], language=language)
    except Exception as error:  # noqa: BLE001 - whatever a model does, customers are answered
        log.warning("the chooser failed", extra={"error": describe(error)})
        return None
    if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place < len(offers):
        return None
    return offers[place]
