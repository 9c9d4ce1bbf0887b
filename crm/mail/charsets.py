"""Bytes of a mail as text, whatever its sender called their alphabet. Never fails; what it gives can be stored."""

from __future__ import annotations

import codecs
import re

# Not alphabets but programs: one of them takes time that grows with the square of the text.
NOT_FOR_MAIL = frozenset(
    "idna punycode unicode-escape raw-unicode-escape undefined utf-7 rot13 hex base64 zlib bz2 uu quopri".split()
)
WESTERN = frozenset("ascii iso8859-1 iso8859-15 cp1252".split())
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# A Cyrillic text has hardly a letter of ASCII in it; a German or French one has mostly those.
CYRILLIC_FROM_SHARE = 0.5
# Enough to tell an alphabet by.
SAMPLE_BYTES = 20_000


def decoded(raw: bytes, charset: str = "") -> str:
    """By the declared alphabet if it can be true, else by the likeliest; nothing unprintable but lines and tabs."""
    return storable(_decoded(raw, _codec(charset)))


def storable(text: str) -> str:
    """Without NULs, control characters and halves of letters; every line ends in one way."""
    return UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _decoded(raw: bytes, codec: str) -> str:
    if codec and codec not in WESTERN and (text := _strictly(raw, codec)) is not None:
        return text
    if (text := _strictly(raw, "utf-8")) is not None:
        return text
    if _looks_cyrillic(raw):
        return raw.decode(_cyrillic_codec(raw), "replace")
    return raw.decode(codec if codec in WESTERN - {"ascii"} else "cp1252", "replace")


def _strictly(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except (UnicodeError, LookupError, ValueError):
        return None


def _codec(charset: str) -> str:
    """Python's name of it; empty: unknown, or none for mail."""
    try:
        name = codecs.lookup(charset.strip().strip("\"'")).name
    except (LookupError, ValueError):
        return ""
    return "" if name in NOT_FOR_MAIL or name.replace("_", "-") in NOT_FOR_MAIL else name


def _looks_cyrillic(raw: bytes) -> bool:
    sample = raw[:SAMPLE_BYTES]
    high = sum(byte >= 0xC0 for byte in sample)
    return high > CYRILLIC_FROM_SHARE * (high + sum(chr(byte).isalpha() for byte in sample if byte < 0x80))


def _cyrillic_codec(raw: bytes) -> str:
    """Small letters are the commoner ones, and the two alphabets keep them in each other's place of the capitals."""
    sample = raw[:SAMPLE_BYTES]
    return (
        "koi8-r" if sum(0xC0 <= it < 0xE0 for it in sample) > sum(it >= 0xE0 for it in sample) else "cp1251"
    )
