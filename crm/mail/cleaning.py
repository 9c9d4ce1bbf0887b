"""HTML from outside made fit to be shown inside of our page: it runs nothing, loads nothing, and hides no target.

Pictures elsewhere wait in `data-remote-src` until somebody asks for them, those of the mail itself in `data-cid`;
a link opens apart from our page, and the host that it leads to stands behind it.
"""

from __future__ import annotations

import html as html_words
from collections.abc import Iterator
from urllib.parse import urlsplit

import nh3

from crm.mail import markup

LONGEST_PREVIEW = 200
LONGEST_URL = 2_000
HOST = "mail-link-host"
ATTRIBUTES = {
    **{name: set(kept) for name, kept in markup.ATTRIBUTES.items() if name in ("td", "th", "ol")},
    "*": {"dir", "lang"},
    "a": {"href"},
    "img": {"alt", "width", "height", "data-remote-src", "data-cid"},
}
SHOWN_OF_PICTURES: tuple[str, ...] = ("alt", "width", "height")
SCHEMES = {"http", "https", "mailto", "tel"}


def clean(html: str) -> str:
    """Safe to be written into a page as it is; empty: there is nothing to show, or it is made to do harm."""
    rewritten = "".join(_rewritten(markup.canonical(html)))
    return nh3.clean(
        rewritten,
        tags=set(markup.TAGS) - {"font", "center", "big", "tt"},
        clean_content_tags=set(markup.WITH_THEIR_CONTENT),
        attributes=ATTRIBUTES,
        attribute_filter=_only_web_addresses,
        allowed_classes={"span": {HOST}},
        set_tag_attribute_values={"a": {"target": "_blank"}},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
    ).strip()


def as_text(html: str) -> str:
    return markup.as_text(markup.canonical(html))


def preview(text: str) -> str:
    """The beginning, on one line."""
    line = " ".join(text[: 4 * LONGEST_PREVIEW].split())
    return line if len(line) <= LONGEST_PREVIEW else line[: LONGEST_PREVIEW - 1].rstrip() + "…"


def _rewritten(canonical: str) -> Iterator[str]:
    """With pictures put aside and hosts written out. Classes are gone: nobody else may write a host."""
    position, host = 0, ""
    for tag in markup.tags(canonical):
        yield canonical[position : tag.start]
        position = tag.end
        if tag.name == "img":
            yield _picture(tag)
        elif tag.name == "a" and tag.is_closing:
            yield f'</a> <span class="{HOST}">{html_words.escape(host)}</span>' if host else "</a>"
            host = ""
        else:
            host = _host_of(tag.attributes.get("href", "")) if tag.name == "a" else host
            yield _bare(tag)
    yield canonical[position:]


def _picture(tag: markup.Tag) -> str:
    source = tag.attributes.get("src", "").strip()
    kept: dict[str, str] = {
        name: tag.attributes[name] for name in SHOWN_OF_PICTURES if name in tag.attributes
    }
    if source.lower().startswith("cid:"):
        kept["data-cid"] = source[4:]
    elif len(source) <= LONGEST_URL and _host_of(source):
        kept["data-remote-src"] = source
    return _opening("img", kept)


def _bare(tag: markup.Tag) -> str:
    if tag.is_closing:
        return f"</{tag.name}>"
    return _opening(tag.name, {name: value for name, value in tag.attributes.items() if name != "class"})


def _opening(name: str, attributes: dict[str, str]) -> str:
    written = "".join(f' {name}="{html_words.escape(value)}"' for name, value in attributes.items())
    return f"<{name}{written}>"


def _host_of(url: str) -> str:
    """In the letters of the network, so that no foreign letter looks like a Latin one; empty: not on the web."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return host.encode("idna").decode() if parts.scheme in ("http", "https") else ""
    except (ValueError, UnicodeError):
        return ""


def _only_web_addresses(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "data-remote-src" and not value.startswith(("http://", "https://")):
        return None
    return value
