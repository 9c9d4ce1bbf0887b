"""CommerceML, read as it comes: one record at a time, from any place where reading stopped.

Nothing is ever held as a whole, nothing is fetched, and no document may bring definitions of its own: without a DOCTYPE
there are no entities that could grow or point elsewhere. (It is expat itself, as defusedxml sets it up.)
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from xml.parsers import expat

from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal

ROOT = "КоммерческаяИнформация"
OFFERS = ("ПакетПредложений", "ИзмененияПакетаПредложений")
# The paths of what is read as a whole, without the root.
RECORDS = frozenset(
    {
        ("Классификатор", "Группы"),
        *((place, "ТипыЦен", "ТипЦены") for place in ("Классификатор", *OFFERS)),
        *((place, "Склады", "Склад") for place in ("Классификатор", *OFFERS)),
        ("Каталог", "Товары", "Товар"),
        *((place, "Предложения", "Предложение") for place in OFFERS),
        ("Документ",),
        ("Контейнер",),
    }
)
# What the elements around a record say of all records in them.
SAID_AROUND = ("ДатаФормирования", "ВремяФормирования", "СодержитТолькоИзменения")
DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.-]{1,30})["']""")
ENCODINGS = {"utf-8": "utf-8", "utf8": "utf-8", "windows-1251": "windows-1251", "cp1251": "windows-1251"}
LONGEST_DECLARATION = 1024
DEEPEST = 64
LARGEST_RECORD_NODES = 200_000
LARGEST_RECORD_LETTERS = 16_000_000


class NotCommerceML(Refusal):
    code = "not-commerceml"
    title = _("This file is not CommerceML, or it is damaged. Start the exchange again in 1C.")
    status = 422


class DefinesEntities(Refusal):
    code = "defines-entities"
    title = _("The file brings a DOCTYPE of its own. Veren does not read such files: 1C never writes them.")
    status = 422


class RecordTooLarge(Refusal):
    code = "record-too-large"
    title = _("One record of the file is larger than any real one. Veren does not read it.")
    status = 422


@dataclass(slots=True)
class Node:
    """An element without its namespace. `text` is what stands in it directly."""

    name: str
    attributes: Mapping[str, str]
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def child(self, name: str) -> Node | None:
        return next((one for one in self.children if one.name == name), None)

    def all(self, *path: str) -> Iterator[Node]:
        """Every element at the end of a path."""
        for one in self.children:
            if one.name == path[0]:
                if len(path) == 1:
                    yield one
                else:
                    yield from one.all(*path[1:])

    def said(self, *names: str) -> str:
        """The text of the first of these children that has any; "" if none."""
        for name in names:
            for one in self.children:
                if one.name == name and (text := one.text.strip()):
                    return text
        return ""


Header: TypeAlias = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """A place between two records: the byte, the elements that are open there (as written), and what they said."""

    offset: int = 0
    path: tuple[str, ...] = ()
    encoding: str = ""
    header: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Cursor:
        known = {name: told[name] for name in ("offset", "encoding", "header") if name in told}
        return cls(**known, path=tuple(told.get("path", ())))

    def as_json(self) -> dict[str, Any]:
        return {
            "offset": self.offset,
            "path": list(self.path),
            "encoding": self.encoding,
            "header": dict(self.header),
        }


@dataclass(frozen=True, kw_only=True)
class Record:
    """One record, what the elements around it said, and where reading goes on behind it."""

    node: Node
    header: Mapping[str, str]
    behind: Cursor


def records(blocks: Iterable[bytes], *, start: Cursor) -> Iterator[Record]:
    """The records of a file behind a place; `blocks` are its bytes from there.

    Raises:
        NotCommerceML, DefinesEntities, RecordTooLarge.
    """
    reader: _Reader | None = None
    first = b""
    for block in blocks:
        if reader is None:
            first += block
            if len(first) < LONGEST_DECLARATION and not start.encoding:
                continue
            reader, block = _begun(first, start)
        yield from reader.read(block)
    if reader is None:
        reader, block = _begun(first, start)
        yield from reader.read(block)
    yield from reader.read(b"", is_last=True)


def _begun(first: bytes, start: Cursor) -> tuple[_Reader, bytes]:
    if start.encoding:
        return _Reader(start), first
    has_mark = first.startswith(codecs.BOM_UTF8)
    rest = first.removeprefix(codecs.BOM_UTF8)
    declared = DECLARED.match(rest[:LONGEST_DECLARATION])
    named = declared[1].decode("ascii").lower() if declared and not has_mark else "utf-8"
    if named not in ENCODINGS:
        raise NotCommerceML
    return _Reader(Cursor(offset=len(first) - len(rest), encoding=ENCODINGS[named])), rest


class _Reader:
    """Expat, and what it found so far."""

    def __init__(self, start: Cursor) -> None:
        self.encoding = start.encoding
        self.header: Header = dict(start.header)
        self.raw: list[str] = []
        self.local: list[str] = []
        self.nodes: list[Node] = []
        self.counted = self.letters = 0
        self.found: list[Record] = []
        self.parser = expat.ParserCreate(self.encoding)
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.ExternalEntityRefHandler = self._refuse
        self.is_at_work = False
        self.parser.StartElementHandler = self._open
        self.parser.EndElementHandler = self._close
        self.parser.CharacterDataHandler = self._say
        opening = "".join(f"<{name}>" for name in start.path).encode(self.encoding)
        self.before = start.offset - len(opening)
        self._parse(opening, is_last=False)
        self.is_at_work = True

    def read(self, block: bytes, *, is_last: bool = False) -> list[Record]:
        self._parse(block, is_last=is_last)
        found, self.found = self.found, []
        return found

    def _parse(self, block: bytes, *, is_last: bool) -> None:
        try:
            self.parser.Parse(block, is_last)
        except (expat.ExpatError, UnicodeError, LookupError, ValueError) as error:
            raise NotCommerceML from error

    def _refuse(self, *_told: object) -> int:
        raise DefinesEntities

    def _open(self, raw: str, attributes: dict[str, str]) -> None:
        name = raw.rpartition(":")[2]
        if len(self.raw) >= DEEPEST:
            raise RecordTooLarge
        self.raw.append(raw)
        self.local.append(name)
        if not self.is_at_work:
            return
        if len(self.local) == 1 and name != ROOT:
            raise NotCommerceML
        if self.nodes or tuple(self.local[1:]) in RECORDS:
            self._open_node(name, attributes)
        elif len(self.local) <= 2:
            self.header.update({key: attributes[key][:40] for key in SAID_AROUND if key in attributes})
            self.header["in"] = name

    def _open_node(self, name: str, attributes: dict[str, str]) -> None:
        self.counted += 1
        self.letters += sum(len(value) for value in attributes.values())
        self._check_size()
        node = Node(name, attributes)
        if self.nodes:
            self.nodes[-1].children.append(node)
        self.nodes.append(node)

    def _say(self, text: str) -> None:
        if self.nodes:
            self.letters += len(text)
            self._check_size()
            self.nodes[-1].text += text

    def _check_size(self) -> None:
        if self.counted > LARGEST_RECORD_NODES or self.letters > LARGEST_RECORD_LETTERS:
            raise RecordTooLarge

    def _close(self, _raw: str) -> None:
        if self.nodes:
            node = self.nodes.pop()
            if not self.nodes:
                self._keep(node)
        self.raw.pop()
        self.local.pop()

    def _keep(self, node: Node) -> None:
        self.counted = self.letters = 0
        if not node.children:
            return  # <Товар/> says nothing, and has no closing tag to go on from
        behind = Cursor(
            # The closing tag is read again, with the elements open that are open here.
            offset=self.before + self.parser.CurrentByteIndex,
            path=tuple(self.raw),
            encoding=self.encoding,
            header=dict(self.header),
        )
        self.found.append(Record(node=node, header=behind.header, behind=behind))
