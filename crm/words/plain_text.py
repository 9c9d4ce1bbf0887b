"""What people typed, without what a keyboard cannot type. Pure."""

from __future__ import annotations

import unicodedata


def plain(text: str) -> str:
    """Without control characters and broken halves of letters; lines and tabs stay."""
    lines = text.replace("\r\n", "\n")
    return "".join(
        letter for letter in lines if letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cs")
    ).strip()
