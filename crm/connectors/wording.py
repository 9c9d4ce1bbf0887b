"""Why something did not work, in the reader's language: what stands in a row is its code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from crm.errors import Refusal


def sentence_of(code: str, figures: Mapping[str, Any] | None = None) -> str:
    """One sentence with what to do, of a refusal's code. Of what no rule refused: that people have to look."""
    if not code:
        return ""
    refusal = _by_code().get(code)
    if refusal is None:
        return _(
            "Something in Veren failed on it. It is tried again by itself; if it stays, tell your administrator."
        )
    return str(refusal.title).format(**figures) if figures else str(refusal.title)


def said(refusal: Refusal) -> str:
    return sentence_of(refusal.code, refusal.figures)


@cache
def _by_code() -> Mapping[str, type[Refusal]]:
    return {refusal.code: refusal for refusal in _all(Refusal)}


def _all(above: type[Refusal]) -> Iterator[type[Refusal]]:
    for refusal in above.__subclasses__():
        yield refusal
        yield from _all(refusal)
