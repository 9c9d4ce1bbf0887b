"""Texts with gaps, filled from a flat table of strings, once over. Pure, and closed: nothing in a text is ever run.

`{{ customer.first_name }}` is a name of the table, never an attribute of anything.
`{{ customer.first_name|dear customer }}` says what stands there when the table has nothing.
`{{ points }} {{ points|plural:point,points }}` takes the form of a word that the number asks for: two forms in English
and Bulgarian (for Bulgarian after a number: точка, точки), three in Russian (балл, балла, баллов).

A name nobody registered is refused when the text is saved, and so is anything in braces that is none of these. A value
that is missing, with nothing to fall back on, blocks the sending. What is filled in is not looked through again; it
leaves here as plain text, and whoever puts it into HTML escapes it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from crm.errors import Fault, Refusal

LONGEST = 4000
PLURAL = "plural:"
# As many forms of a word as each language has after a number.
FORMS = {"ru": 3, "bg": 2, "en": 2}

GAP = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*", re.ASCII)
# 1250 · 1 250 · 1,250 · 1.250: whole, however its thousands stand apart.
_WHOLE = re.compile(r"[-−+]?([0-9]+|[0-9]{1,3}([\s.,'’][0-9]{3})+)")


class UnusableText(Refusal):
    code = "unusable-text"
    title = _("This text cannot be filled in as it stands.")
    status = 422


class ValueMissing(Refusal):
    """`figures["name"]`: what there is no value for."""

    code = "value-missing"
    title = _("Something that this text speaks of is not known.")
    status = 422


@dataclass(frozen=True)
class Gap:
    name: str
    fallback: str | None = None
    forms: tuple[str, ...] = ()


def check(text: str, *, names: Collection[str], language: str) -> None:
    """Can this text be sent, whatever the values are?

    Raises:
        UnusableText: with one fault for each thing that is wrong.
    """
    if faults := list(_faults(text, names, language)):
        raise UnusableText(*faults)


def outside_gaps(text: str) -> str:
    """What it says whoever it is sent to."""
    return GAP.sub(" ", text)


def gaps_in(text: str) -> list[Gap]:
    """Raises UnusableText: the text was never checked."""
    return [_gap(match[1]) for match in GAP.finditer(text)]


def names_in(text: str) -> set[str]:
    return {gap.name for gap in gaps_in(text)}


def render(text: str, values: Mapping[str, str], *, language: str) -> str:
    """Fill every gap from `values`, in one pass.

    Raises:
        UnusableText: the text was never checked.
        ValueMissing: nothing may be sent.
    """
    return GAP.sub(lambda match: _filled(_gap(match[1]), values, language), text)


def plural_form(count: int, language: str) -> int:
    """Which of the language's FORMS a number takes (Unicode CLDR, whole numbers)."""
    if language != "ru":
        return 0 if count == 1 else 1
    if count % 10 == 1 and count % 100 != 11:
        return 0
    return 1 if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14) else 2


def _filled(gap: Gap, values: Mapping[str, str], language: str) -> str:
    value = values.get(gap.name, "")
    if not isinstance(value, str):
        raise TypeError(f"{gap.name} is no text")
    if gap.forms:
        return gap.forms[_form_of(gap, value, language)]
    if value:
        return value
    if gap.fallback is None:
        raise ValueMissing(name=gap.name)
    return gap.fallback


def _form_of(gap: Gap, value: str, language: str) -> int:
    if not _WHOLE.fullmatch(value):
        raise ValueMissing(name=gap.name)
    form = plural_form(int(re.sub("[^0-9]", "", value)), language)
    if form >= len(gap.forms):
        raise UnusableText
    return form


def _gap(inside: str) -> Gap:
    """Raises UnusableText."""
    name, bar, rest = inside.partition("|")
    name, rest = name.strip(), rest.strip()
    if not _NAME.fullmatch(name) or "{" in rest or "}" in rest:
        raise UnusableText
    if rest.startswith(PLURAL):
        return Gap(name, forms=tuple(form.strip() for form in rest.removeprefix(PLURAL).split(",")))
    return Gap(name, fallback=rest if bar else None)


def _faults(text: str, names: Collection[str], language: str) -> Iterator[Fault]:
    if len(text) > LONGEST:
        yield Fault(pointer="", detail=_("Write 4,000 characters at most."))
    for match in GAP.finditer(text):
        try:
            gap = _gap(match[1])
        except UnusableText:
            yield _fault(_("This is no name that can be filled in: {said}"), match[0])
            continue
        if gap.name not in names:
            yield _fault(_("There is nothing called like this to fill in: {said}"), gap.name)
        elif gap.forms and (len(gap.forms) != FORMS.get(language, 2) or not all(gap.forms)):
            yield _fault(
                _("Give as many forms of the word as the language has after a number: {said}"), match[0]
            )
    outside = outside_gaps(text)
    if "{{" in outside or "}}" in outside:
        yield Fault(pointer="", detail=_("A pair of braces was opened and not closed, or closed twice."))


def _fault(sentence: object, said: str) -> Fault:
    return Fault(pointer="", detail=str(sentence).format(said=said[:60]))
