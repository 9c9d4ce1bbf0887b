"""A mail's bytes as one frozen value. It never fails: what cannot be read says why, and its bytes are kept elsewhere.

Nothing in it is believed, fetched or unpacked. What a mail may cost is decided before it is parsed: the standard
library's parser compares each line with every boundary it is inside of.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import Message as Part
from email.policy import compat32
from enum import StrEnum
from types import MappingProxyType

from crm.mail.charsets import decoded, storable
from crm.mail.headers import Address, addresses, message_ids, moment, text_of
from crm.messages import file_types

LARGEST_MAIL = 30 * 1024 * 1024
LARGEST_HEAD = 256 * 1024
MOST_HEADERS = 500
MOST_LINES = 450_000
# Lines × boundaries: about three seconds of parsing on a slow machine.
MOST_WORK = 20_000_000
DEEPEST = 30
MOST_ATTACHMENTS = 50
LONGEST_TEXT = 200_000
LONGEST_HTML = 1_000_000
LONGEST_ID = 255
END_OF_HEAD = re.compile(rb"\r?\n\r?\n|\r\r")
CONTENT_TYPE = re.compile(rb"(?i)(?:^|[\r\n])content-type:")
# Whatever the standard library's parser stumbles over.
NOT_PARSED = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)
SHOWN_AS_TEXT = frozenset(["text/plain", "text/html"])
REPORTS = frozenset(["message/delivery-status", "message/global-delivery-status", "message/feedback-report"])
RETURNED = frozenset(["message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"])


class Trouble(StrEnum):
    """Why a mail, or a part of it, could not be read as it was meant."""

    TOO_LARGE = "too-large"
    TOO_COMPLEX = "too-complex"
    TOO_DEEP = "too-deep"
    BROKEN = "broken"
    ENCRYPTED = "encrypted"
    TEXT_CUT = "text-cut"
    FILES_LEFT_OUT = "files-left-out"


# With these, nothing of the body was read.
UNREADABLE = frozenset([Trouble.TOO_LARGE, Trouble.TOO_COMPLEX, Trouble.TOO_DEEP, Trouble.BROKEN])


@dataclass(frozen=True, kw_only=True)
class MailFile:
    """`content_type` as its bytes say."""

    name: str
    content_type: str
    content: bytes
    content_id: str = ""
    is_inline: bool = False


@dataclass(frozen=True, kw_only=True)
class Mail:
    """`senders`: everybody whom a From claims; more than one is a forgery, or as good as one.

    `headers`: every header as it came, by its lower-case name, the topmost first. `reports`: the blocks of fields of a
    delivery report or a complaint. `returned`: the headers of the mail that such a report brings back.
    """

    senders: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    subject: str
    date: datetime | None
    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    headers: Mapping[str, tuple[str, ...]]
    body_digest: str
    content_type: str = "text/plain"
    text: str = ""
    html: str = ""
    files: tuple[MailFile, ...] = ()
    reports: tuple[Mapping[str, str], ...] = ()
    returned: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    troubles: frozenset[Trouble] = frozenset()

    @property
    def sender(self) -> Address | None:
        return self.senders[0] if self.senders else None

    @property
    def is_unreadable(self) -> bool:
        return bool(self.troubles & UNREADABLE)

    def header(self, name: str) -> str:
        """The topmost of that name; empty: there is none."""
        return self.headers.get(name, ("",))[0]


def read(raw: bytes) -> Mail:
    """Whatever the bytes are."""
    head_ends = END_OF_HEAD.search(raw, 0, LARGEST_HEAD)
    top = _parsed(raw[: head_ends.start() if head_ends else LARGEST_HEAD] + b"\r\n\r\n")
    # Where no end of the head is found, of the whole: different rubbish stays different.
    digest = hashlib.sha256(raw[head_ends.end() :] if head_ends else raw).hexdigest()
    body = _Body()
    trouble = _too_much(raw, head_ends is None) or body.read(raw)
    if trouble:
        body = _Body()
        body.troubles.add(trouble)
    return _mail(_headers_of(top) if top else {}, body, digest)


def _mail(headers: dict[str, tuple[str, ...]], body: _Body, digest: str) -> Mail:
    def everybody(name: str) -> tuple[Address, ...]:
        return tuple(dict.fromkeys(found for raw in headers.get(name, ()) for found in addresses(raw)))

    def ids(name: str) -> tuple[str, ...]:
        return tuple(_short(found) for raw in headers.get(name, ()) for found in message_ids(raw))

    return Mail(
        senders=everybody("from"),
        to=everybody("to"),
        cc=everybody("cc"),
        reply_to=everybody("reply-to"),
        subject=text_of(headers.get("subject", ("",))[0]),
        date=moment(headers.get("date", ("",))[0]),
        message_id=next(iter(ids("message-id")), ""),
        in_reply_to=ids("in-reply-to"),
        references=ids("references"),
        headers=MappingProxyType(headers),
        body_digest=digest,
        content_type=body.content_type,
        text="\n\n".join(body.texts)[:LONGEST_TEXT],
        html="<hr>".join(body.htmls)[:LONGEST_HTML],
        files=tuple(body.files),
        reports=tuple(MappingProxyType(report) for report in body.reports),
        returned=MappingProxyType(body.returned),
        troubles=frozenset(body.troubles),
    )


def _short(message_id: str) -> str:
    """Ids that no column holds stay distinct, and the same whenever they are met."""
    if len(message_id) <= LONGEST_ID:
        return message_id
    return f"<{hashlib.sha256(message_id.encode()).hexdigest()}@long.invalid>"


def _too_much(raw: bytes, has_no_body: bool) -> Trouble | None:
    if len(raw) > LARGEST_MAIL:
        return Trouble.TOO_LARGE
    if has_no_body and len(raw) > LARGEST_HEAD:
        return Trouble.BROKEN
    lines = raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n")
    boundaries = 1 + sum(1 for _ in CONTENT_TYPE.finditer(raw))
    return Trouble.TOO_COMPLEX if lines > MOST_LINES or lines * boundaries > MOST_WORK else None


def _parsed(raw: bytes) -> Part | None:
    try:
        return message_from_bytes(raw, policy=compat32)
    except NOT_PARSED:
        return None


def _headers_of(part: Part) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for number, (name, value) in enumerate(part.raw_items()):
        if number == MOST_HEADERS:
            break
        found[storable(name).lower()].append(str(value))
    return {name: tuple(values) for name, values in found.items()}


class _Body:
    """What the parts of a mail add up to."""

    def __init__(self) -> None:
        self.content_type = "text/plain"
        self.texts: list[str] = []
        self.htmls: list[str] = []
        self.files: list[MailFile] = []
        self.reports: list[dict[str, str]] = []
        self.returned: dict[str, tuple[str, ...]] = {}
        self.troubles: set[Trouble] = set()

    def read(self, raw: bytes) -> Trouble | None:
        """What stands against reading it at all."""
        message = _parsed(raw)
        if message is None:
            return Trouble.BROKEN
        self.content_type = message.get_content_type()
        is_report = self.content_type == "multipart/report"
        for part, depth in _walk(message):
            if depth > DEEPEST:
                return Trouble.TOO_DEEP
            self._add(part, is_report=is_report)
        return None

    def _add(self, part: Part, *, is_report: bool) -> None:
        kind = part.get_content_type()
        if kind in REPORTS:
            self.reports += _blocks(part)
        elif is_report and kind in RETURNED and not self.returned:
            self.returned = _returned(part)
        elif kind in ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"):
            self.troubles.add(Trouble.ENCRYPTED)
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            return
        if kind in SHOWN_AS_TEXT and not _is_attached(part):
            self._add_text(part, kind)
        elif kind not in REPORTS:
            self._add_file(part)

    def _add_text(self, part: Part, kind: str) -> None:
        whole = decoded(_content(part), _parameter(part, "charset"))
        texts, longest = (self.htmls, LONGEST_HTML) if kind == "text/html" else (self.texts, LONGEST_TEXT)
        if len(whole) + sum(map(len, texts)) > longest:
            self.troubles.add(Trouble.TEXT_CUT)
            whole = whole[: max(0, longest - sum(map(len, texts)))]
        if whole.strip():
            texts.append(whole)

    def _add_file(self, part: Part) -> None:
        if len(self.files) == MOST_ATTACHMENTS:
            self.troubles.add(Trouble.FILES_LEFT_OUT)
            return
        content = _content(part)
        if not content:
            if part.is_multipart():
                self.troubles.add(Trouble.FILES_LEFT_OUT)
            return
        sniffed = file_types.type_of(content)
        self.files.append(
            MailFile(
                name=_name(part, sniffed),
                content_type=sniffed,
                content=content,
                content_id=_content_id(part),
                is_inline=_disposition(part) == "inline" or "content-id" in part,
            )
        )


def _walk(message: Part) -> Iterator[tuple[Part, int]]:
    """Every part with its depth, in order; what a mail brings attached is a file, and not looked into."""
    waiting = [(message, 0)]
    while waiting:
        part, depth = waiting.pop()
        yield part, depth
        if part.get_content_maintype() == "multipart" and depth <= DEEPEST:
            waiting += [(child, depth + 1) for child in reversed(_children(part))]


def _children(part: Part) -> list[Part]:
    """Asked for only where there are some: the library reads a text by its declared alphabet, and may fail."""
    children = part.get_payload() if part.is_multipart() else []
    return [child for child in children if isinstance(child, Part)]


def _content(part: Part) -> bytes:
    if part.is_multipart():
        return b"\n".join(_bytes(child) for child in _children(part))
    try:
        content = part.get_payload(decode=True)
    except NOT_PARSED:
        return b""
    return content if isinstance(content, bytes) else b""


def _bytes(message: Part) -> bytes:
    """An attached mail, written again."""
    try:
        return message.as_bytes(policy=compat32)
    except NOT_PARSED:
        return b""


def _blocks(part: Part) -> list[dict[str, str]]:
    blocks = [_headers_of(block) for block in _children(part) or _reparsed(part)]
    return [{name: text_of(values[0]) for name, values in block.items()} for block in blocks if block]


def _returned(part: Part) -> dict[str, tuple[str, ...]]:
    inner = _children(part) or _reparsed(part)
    return _headers_of(inner[0]) if inner else {}


def _reparsed(part: Part) -> list[Part]:
    """Headers that came as a text, or encoded as one."""
    parsed = _parsed(_content(part).lstrip())
    return [parsed] if parsed else []


def _is_attached(part: Part) -> bool:
    return _disposition(part) == "attachment" or bool(_given_name(part))


def _disposition(part: Part) -> str:
    return str(part.get("content-disposition", ""))[:200].partition(";")[0].strip().lower()


def _parameter(part: Part, name: str, header: str = "content-type") -> str:
    try:
        value = part.get_param(name, "", header)
    except NOT_PARSED:
        return ""
    if isinstance(value, tuple):
        return decoded(str(value[2]).encode("latin-1", "replace"), str(value[0] or "utf-8"))
    return str(value)


def _given_name(part: Part) -> str:
    return _parameter(part, "filename", "content-disposition") or _parameter(part, "name")


def _name(part: Part, sniffed: str) -> str:
    """The last step of a path; what has no name is called by what it is."""
    given = re.split(r"[/\\]", text_of(_given_name(part)))[-1].strip(". ")
    if not given and part.get_content_type() == "message/rfc822":
        given = "message.eml"
    return given[:150] or f"file{file_types.ending_of(sniffed)}"


def _content_id(part: Part) -> str:
    return storable(str(part.get("content-id", ""))[:300]).strip().strip("<>")[:LONGEST_ID]
