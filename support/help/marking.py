"""Markdown as a page may show it, and as plain words. Pure.

Colleagues write it, so it is not trusted further than any text: no HTML of theirs, only the tags that an article
needs, pictures of our own alone, links that are cleaned once more after they were made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto", "tel"}
TAGS = set("p h2 h3 h4 ul ol li strong em a img code pre blockquote hr br table thead tbody tr th td".split())
# The title of the page is above; a picture's address is ours.
HEADINGS = {"h1": "h2", "h5": "h4", "h6": "h4"}
PICTURES = "/help/files/"
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
BLOCKS = frozenset(["paragraph_close", "heading_close", "list_item_close", "td_close", "th_close", "fence"])

_reader = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")


def html(body: str, *, address_of: Callable[[str], str]) -> str:
    """Safe to be written into a page as it is. A link to `track-a-parcel` leads to `address_of("track-a-parcel")`."""
    tokens = _reader.parse(body)
    for token in tokens:
        token.tag = HEADINGS.get(token.tag, token.tag)
        for inner in token.children or ():
            _lead_to_articles(inner, address_of)
    return nh3.clean(
        _reader.renderer.render(tokens, _reader.options, {}),
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_only_our_pictures,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )


def plain(body: str) -> str:
    """Its words, a line for each block; addresses are left out."""
    lines = "".join(_words(_reader.parse(body))).split("\n")
    return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)


def slugs_in(body: str) -> set[str]:
    """The articles that it leads to."""
    links = [inner for token in _reader.parse(body) for inner in token.children or () if inner.tag == "a"]
    addresses = [str(link.attrGet("href") or "") for link in links if link.nesting == 1]
    return {address for address in addresses if SLUG.fullmatch(address)}


def _lead_to_articles(token: Token, address_of: Callable[[str], str]) -> None:
    address = str(token.attrGet("href") or "") if token.type == "link_open" else ""
    if SLUG.fullmatch(address):
        token.attrSet("href", address_of(address))


def _only_our_pictures(tag: str, attribute: str, value: str) -> str | None:
    if tag == "img" and attribute == "src" and not value.startswith(PICTURES):
        return None
    return value


def _words(tokens: Sequence[Token]) -> list[str]:
    found: list[str] = []
    for token in tokens:
        if token.children is not None:
            found += _words(token.children)
        elif token.type in ("text", "code_inline", "fence", "code_block"):
            found.append(token.content)
        if token.type in BLOCKS or token.type in ("softbreak", "hardbreak"):
            found.append("\n")
    return found
