"""One row about a review, read or refused. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP
from zoneinfo import ZoneInfo

from crm.content_reading import can_be_kept
from crm.importing.cells import moment_reader, number_in
from crm.importing.columns import ColumnMap
from crm.importing.kinds.row_by_row import RecordReader
from crm.importing.layouts.base import RowRefused
from crm.importing.people import language_in
from crm.importing.refusals import RowRefusal
from crm.importing.rows import CLOCKS_MAY_DIFFER, EARLIEST
from crm.models import Shop
from crm.people.identification import Hint, Sign, sign_of
from crm.people.identity_kinds import IdentityKind
from surveys.feedback.routing import LONGEST

# The columns that say whose it is, surest first.
SIGNS = (
    ("customer", IdentityKind.EXTERNAL),
    ("card", IdentityKind.CARD),
    ("phone", IdentityKind.PHONE),
    ("email", IdentityKind.EMAIL),
)
LONGEST_SITE, LONGEST_ID, LONGEST_AUTHOR, LONGEST_LINK = 60, 160, 120, 500


@dataclass(frozen=True, kw_only=True)
class Review:
    """`key` is the same for the same review, in whatever file it stands. `shop`: its short name; empty: the job's."""

    site: str
    key: str
    text: str
    rating: int | None
    written_at: datetime
    author: str
    language: str
    url: str
    shop: str
    signs: tuple[Sign, ...]


class ReviewReader(RecordReader[Review]):
    """Reads reviews from the rows of one file. Dates were written in `zone`; none may lie over a day after `at`."""

    def __init__(
        self,
        columns: ColumnMap,
        *,
        shop: Shop,
        shops: Collection[str],
        zone: ZoneInfo,
        width: int,
        at: datetime,
    ) -> None:
        self.shop, self.shops, self.width = shop, shops, width
        self.places, self.latest = columns.positions, at + CLOCKS_MAY_DIFFER
        self.moment_in = moment_reader(zone, columns.dates)

    def customer_ref(self, record: Review) -> str:
        return next((sign.value for sign in record.signs if sign.kind == IdentityKind.EXTERNAL), "")

    def record(self, cells: Sequence[str]) -> Review:
        if len(cells) != self.width:
            raise RowRefused(RowRefusal.BROKEN)
        said = {name: text for name, place in self.places.items() if (text := cells[place].strip())}
        text = _words(said)
        written_at = self._moment(said.get("written_at", ""))
        shop = said.get("shop", "")
        if shop and shop not in self.shops:
            raise RowRefused(RowRefusal.UNKNOWN_SHOP)
        author = said.get("author", "")[:LONGEST_AUTHOR]
        return Review(
            site=said.get("site", "")[:LONGEST_SITE],
            key=f"{self.shop.pk}:{said['id'][:LONGEST_ID] if 'id' in said else _digest(author, written_at, text)}",
            text=text,
            rating=_rating(said["rating"]) if "rating" in said else None,
            written_at=written_at,
            author=author,
            language=language_in(said.get("language", "")),
            url=_link(said.get("url", "")),
            shop=shop,
            signs=tuple(self._signs(said)),
        )

    def _signs(self, said: Mapping[str, str]) -> Iterator[Sign]:
        """What cannot be read says nothing of whose it is: the review counts without."""
        for column, kind in SIGNS:
            try:
                if column in said:
                    yield sign_of(
                        Hint(kind=kind, value=said[column], is_verified=kind == IdentityKind.CARD), self.shop
                    )
            except ValueError:
                continue

    def _moment(self, text: str) -> datetime:
        try:
            moment = self.moment_in(text)
        except (ValueError, OverflowError) as error:
            raise RowRefused(RowRefusal.BAD_DATE) from error
        if not EARLIEST <= moment <= self.latest:
            raise RowRefused(RowRefusal.BAD_DATE)
        return moment


def _words(said: Mapping[str, str]) -> str:
    """What is good, what is bad and the rest are one text."""
    parts = [said[name] for name in ("title", "pros", "cons", "text") if name in said]
    text = "\n".join(parts)[:LONGEST]
    if not text or not can_be_kept(text):
        raise RowRefused(RowRefusal.NO_WORDS)
    return text


def _rating(text: str) -> int:
    """“4”, “4,5”, “5/5”, “★★★★”: a half is rounded up."""
    if set(text) <= {"★", "☆", "⭐"}:
        text = str(len(text) - text.count("☆"))
    try:
        rating = int(number_in(text.removesuffix("/5").strip()).to_integral_value(ROUND_HALF_UP))
    except ValueError as error:
        raise RowRefused(RowRefusal.BAD_RATING) from error
    if not 1 <= rating <= 5:
        raise RowRefused(RowRefusal.BAD_RATING)
    return rating


def _digest(author: str, written_at: datetime, text: str) -> str:
    told = "\0".join((author, written_at.isoformat(), text))
    return hashlib.sha256(told.encode()).hexdigest()


def _link(text: str) -> str:
    is_one = text.startswith(("https://", "http://")) and len(text) <= LONGEST_LINK and " " not in text
    return text if is_one else ""
