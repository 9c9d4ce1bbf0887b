"""Is an article fit for customers? `faults` keep it from being published; `advice` is only shown. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.utils.translation import gettext as _

from crm.errors import Fault
from crm.words import text_checks
from crm.words.text_checks import Vocabulary
from support.help import marking
from support.help.content import Content, Wording

# Articles speak to everybody: nothing is filled in.
NOBODY = Vocabulary()
SHORTEST, LONGEST = 40, 600


def faults(content: Content, *, slugs: Collection[str]) -> Iterator[Fault]:
    """`slugs`: the articles there are, so that no link leads nowhere."""
    if not content:
        yield Fault(pointer="", detail=_("Write it in at least one language."))
    for language, wording in content.items():
        yield from faults_in(wording, language=language, slugs=slugs)


def faults_in(wording: Wording, *, language: str, slugs: Collection[str]) -> Iterator[Fault]:
    """Of one language, each with a pointer to its part."""
    for part, text in _parts(wording).items():
        pointer = f"/{language}/{part}"
        if not text and part != "summary":
            yield Fault(pointer=pointer, detail=_("Customers need a title and a text."))
        for fault in text_checks.faults(text, language=language, vocabulary=NOBODY):
            yield Fault(pointer=pointer, detail=fault.detail)
    for slug in sorted(marking.slugs_in(wording.body) - set(slugs)):
        said = _("The link to “{slug}” leads nowhere: there is no such article.").format(slug=slug)
        yield Fault(pointer=f"/{language}/body", detail=said)


def advice(wording: Wording, *, language: str) -> Iterator[str]:
    plain = marking.plain(wording.body)
    words = len(plain.split())
    if words > LONGEST:
        yield _("It has {count} words: two articles would be found and read sooner.").format(count=words)
    elif 0 < words < SHORTEST:
        yield _("It has {count} words: does it say all that a customer needs?").format(count=words)
    if not wording.summary:
        yield _("Say it in short: this stands in the results of a search.")
    if not wording.keywords:
        yield _("Add other words that customers use for it: by these it is found too.")
    yield from text_checks.advice(plain, language=language, vocabulary=NOBODY)


def _parts(wording: Wording) -> dict[str, str]:
    return {"title": wording.title, "summary": wording.summary, "body": marking.plain(wording.body)}
