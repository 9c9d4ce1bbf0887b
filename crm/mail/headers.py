"""The words of a mail's headers: encoded text, addresses, ids, dates. Linear in their length, and never fails."""

from __future__ import annotations

import base64
import binascii
import email.utils
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from crm.mail.charsets import decoded, storable

LONGEST_HEADER = 16_384
LONGEST_ADDRESS = 254
LONGEST_NAME = 200
MOST_ADDRESSES = 200
MOST_IDS = 100
# The same alphabet twice in a row: the two were one text, cut perhaps in the middle of a letter.
ENCODED_WORD = re.compile(r"=\?([\w.:+-]{1,40})(?:\*[\w-]{0,20})?\?([bBqQ])\?([^?\s]*)\?=")
BETWEEN_WORDS = re.compile(r"(\?=)[ \t\r\n]{1,20}(?==\?)")
PIECE = re.compile(r'"(?:[^"\\]|\\.){0,500}+"|[<>,;:()]|[^"<>,;:()]++|"', re.DOTALL)
# By these “exe.jpg” is written so that it reads “gpj.exe”.
TURNS_WRITING = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# What stands between the marks of a Message-ID; a comma or a line between two ids belongs to none.
MESSAGE_ID = re.compile(r"<([^<>\s,]{1,998})>")


@dataclass(frozen=True)
class Address:
    address: str
    name: str = ""

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2].lower()


def text_of(raw: str) -> str:
    """A header's text for people: encoded words read, folded lines unfolded."""
    return _words_of(_as_typed(raw[:LONGEST_HEADER]))


def addresses(raw: str) -> tuple[Address, ...]:
    """Everybody named in an address header. Their names are decoded last: no name can become an address."""
    found: list[Address] = []
    for name, address in _mailboxes(_as_typed(raw[:LONGEST_HEADER])):
        if usable := _usable(address):
            found.append(Address(usable, _words_of(name)[:LONGEST_NAME]))
            if len(found) == MOST_ADDRESSES:
                break
    return tuple(found)


def message_ids(raw: str) -> tuple[str, ...]:
    """Ids with their marks, in the order of the header, each once. (A long one may come as encoded words.)"""
    text = raw[: 4 * LONGEST_HEADER]
    ids = (f"<{found}>" for found in MESSAGE_ID.findall(_words_of(text) if "=?" in text else storable(text)))
    return tuple(dict.fromkeys(ids))[:MOST_IDS]


def moment(raw: str) -> datetime | None:
    """With its offset; None: no date that can be read."""
    try:
        found = email.utils.parsedate_to_datetime(raw[:200].strip())
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        return found.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _as_typed(raw: str) -> str:
    """Bytes that stand in a header as they are, which the standard forbids and half the world does."""
    try:
        return decoded(raw.encode("utf-8", "surrogateescape")) if not raw.isascii() else raw
    except UnicodeEncodeError:
        return raw


def _words_of(text: str) -> str:
    words = "".join(_read_words(BETWEEN_WORDS.sub(r"\1", text)))
    return " ".join(TURNS_WRITING.sub("", storable(words)).split())


def _read_words(text: str) -> Iterator[str]:
    """Words that follow one another in one alphabet are joined as bytes first."""
    waiting, alphabet, position = b"", "", 0
    for word in ENCODED_WORD.finditer(text):
        if word.start() > position or word[1].lower() != alphabet:
            yield decoded(waiting, alphabet)
            yield text[position : word.start()]
            waiting = b""
        alphabet, position = word[1].lower(), word.end()
        waiting += _bytes_of_word(word[2].lower(), word[3])
    yield decoded(waiting, alphabet)
    yield text[position:]


def _bytes_of_word(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    if encoding == "q":
        return quopri.decodestring(raw, header=True)
    try:
        return base64.b64decode(raw + b"=" * (-len(raw) % 4))
    except (binascii.Error, ValueError):
        return b""


def _mailboxes(text: str) -> Iterator[tuple[str, str]]:
    """(name, address) of each mailbox: groups and comments count for nothing, quoted text is never an address."""
    name, address, comments, is_inside = "", "", 0, False
    for piece in PIECE.findall(text):
        if piece in "()":
            comments = max(0, comments + (1 if piece == "(" else -1))
        elif comments:
            continue
        elif piece == "<":
            is_inside, address = True, ""
        elif piece == ">":
            is_inside = False
        elif piece in ",;":
            yield _mailbox(name, address)
            name, address, is_inside = "", "", False
        elif is_inside:
            address += piece
        elif piece == ":":
            name = ""
        else:
            name += _unquoted(piece)
    yield _mailbox(name, address)


def _mailbox(name: str, address: str) -> tuple[str, str]:
    return (name, address.strip()) if address else ("", name.strip())


def _unquoted(piece: str) -> str:
    if len(piece) > 1 and piece[0] == piece[-1] == '"':
        return re.sub(r"\\(.)", r"\1", piece[1:-1], flags=re.DOTALL)
    return piece


def _usable(address: str) -> str:
    """Empty: no address that an answer could go to."""
    address = storable(address)
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain or len(address) > LONGEST_ADDRESS:
        return ""
    return "" if re.search(r"[\s,;<>()\"\\]|=\?", address) or "@" in local else f"{local}@{domain.lower()}"
