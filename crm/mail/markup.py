"""HTML in the one form in which its tags can be told apart by a pattern: what nh3 wrote. Not yet fit to be shown.

Everything that can run, load or pose as our own page is gone already; classes, ids and styles stay, since by them the
quotes of mail programs are known.
"""

from __future__ import annotations

import html as html_words
import re
from collections.abc import Iterator
from dataclasses import dataclass

import nh3

LONGEST_HTML = 1_000_000
# Elements open at once × tags: a parser copies open elements, so their product is what a mail costs.
MOST_WORK = 1_000_000
DEEPEST = 1_000
# The parser's time grows with the square of those in one text.
MOST_AMPERSANDS = 100_000
OPENING_OR_CLOSING = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
# With these, opening another closes them, or nothing can be inside.
NEVER_DEEPER = frozenset(
    "p li dd dt td th tr br hr img input meta link col wbr area base source option o".split()
)
TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)((?: [^\s\"=<>]+=\"[^\"]*\")*) ?/?>")
ATTRIBUTE = re.compile(r" ([^\s\"=<>]+)=\"([^\"]*)\"")
VOID = frozenset("br hr img col wbr".split())
BLOCKS = frozenset(
    "address article aside blockquote br center dd div dl dt figure footer h1 h2 h3 h4 h5 h6 header hr li main nav ol "
    "p pre section table tbody td tfoot th thead tr ul".split()
)
TAGS = frozenset(
    "a abbr b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em figcaption "
    "figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li mark ol p pre q s samp section small span strike "
    "strong sub sup table tbody td tfoot th thead tr tt u ul var wbr".split()
)
WITH_THEIR_CONTENT = frozenset(
    "script style title head template noscript iframe object applet form select textarea svg math audio video".split()
) - {"head", "form"}
ATTRIBUTES = {
    "*": {"class", "id", "style", "dir", "lang"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "blockquote": {"type", "cite"},
    "div": {"name"},
    "hr": {"tabindex"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "ol": {"start"},
}
SCHEMES = {"http", "https", "mailto", "tel", "cid"}


@dataclass(frozen=True)
class Tag:
    """`start`, `end`: where it stands in the text."""

    name: str
    attributes: dict[str, str]
    is_closing: bool
    start: int
    end: int


def canonical(html: str) -> str:
    """Empty: it is too large or too tangled to be read as HTML at all."""
    if len(html) > LONGEST_HTML or is_a_bomb(html):
        return ""
    return nh3.clean(
        html,
        tags=set(TAGS),
        clean_content_tags=set(WITH_THEIR_CONTENT),
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel=None,
        strip_comments=True,
    )


def is_a_bomb(html: str) -> bool:
    """Without parsing: an element that is never closed counts for all that follows."""
    if html.count("&") > MOST_AMPERSANDS:
        return True
    depth = deepest = tags = 0
    for tag in OPENING_OR_CLOSING.finditer(html):
        tags += 1
        if tag[2].lower() in NEVER_DEEPER:
            continue
        depth = max(0, depth - 1) if tag[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest > DEEPEST or deepest * tags > MOST_WORK


def tags(canonical_html: str) -> Iterator[Tag]:
    for found in TAG.finditer(canonical_html):
        attributes = {name: html_words.unescape(value) for name, value in ATTRIBUTE.findall(found[3])}
        yield Tag(found[2], attributes, bool(found[1]), found.start(), found.end())


def end_of(opening: Tag, canonical_html: str) -> int:
    """Where the element ends that this tag opens."""
    if opening.name in VOID:
        return opening.end
    depth = 1
    either = re.compile(rf"<(/?){opening.name}[ >]")
    for found in either.finditer(canonical_html, opening.end):
        depth += -1 if found[1] else 1
        if not depth:
            return canonical_html.index(">", found.start()) + 1
    return len(canonical_html)


def as_text(canonical_html: str) -> str:
    """What it reads like without any markup: a block begins a line, and no three lines are empty in a row."""
    pieces, position = [], 0
    for found in TAG.finditer(canonical_html):
        pieces.append(re.sub(r"[ \t\r\n]+", " ", canonical_html[position : found.start()]))
        position = found.end()
        if found[2] in BLOCKS:
            pieces.append("\n")
        elif found[2] == "img" and (alternative := dict(ATTRIBUTE.findall(found[3])).get("alt", "")):
            pieces.append(alternative)
    pieces.append(re.sub(r"[ \t\r\n]+", " ", canonical_html[position:]))
    lines = (line.strip() for line in html_words.unescape("".join(pieces)).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
