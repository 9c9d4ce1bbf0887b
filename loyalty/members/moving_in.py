"""Members of an earlier programme move in: opening balances as lots with their expiry, tiers, days of joining, cards.

A file is read row by row, and each row is a transaction of its own that changes nothing when it is repeated: whoever
was stopped in the middle starts again. Points are counted on both sides, so that nothing is lost on the way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Sum
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from crm import timeline
from crm.errors import Refusal
from crm.importing.cells import date_in
from crm.models import Customer, Shop
from crm.people.customers import enrol
from crm.people.identification import Hint, sign_of
from crm.people.identity_kinds import IdentityKind
from loyalty import ledger
from loyalty.facts import PointsBroughtAlong
from loyalty.members import cards
from loyalty.members.joining import join
from loyalty.models import Member, MemberTier, Programme, Tier, Transaction

SOURCE = "earlier programme"
LARGEST_POINTS = 10**15
KEYS_AT_ONCE = 1_000

# What a column may be called, in lower case without spaces; the first is ours.
COLUMNS: Mapping[str, Sequence[str]] = {
    "number": ("number", "customer", "customerid", "externalid", "номер", "номерклиента", "клиент"),
    "card": ("card", "cardnumber", "карта", "номеркарты", "номернакарта"),
    "phone": ("phone", "телефон"),
    "email": ("email", "e-mail", "имейл", "почта"),
    "given_name": ("givenname", "firstname", "name", "имя", "име"),
    "family_name": ("familyname", "lastname", "surname", "фамилия"),
    "joined_on": ("joinedon", "joined", "membersince", "участниксдаты", "участникот"),
    "points": ("points", "balance", "баллы", "точки"),
    "expires_on": ("expireson", "expires", "expiry", "сгорают", "изтичат"),
    "tier": ("tier", "level", "уровень", "ниво"),
    "tier_until": ("tieruntil", "tiervaliduntil", "уровеньдо", "ниводо"),
}
KNOWN_BY = {
    "number": IdentityKind.EXTERNAL,
    "card": IdentityKind.CARD,
    "phone": IdentityKind.PHONE,
    "email": IdentityKind.EMAIL,
}


class NoSuchColumns(Refusal):
    code = "no-such-columns"
    title = _("The file needs a column of points, and one of numbers, cards, phones or e-mails.")
    status = 422


class RowRefused(Exception):
    """Why a row cannot be brought in: `reason` is a word of ours, never what stands in the row."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row as it was understood. The first of `hints` says who it is; `key` names the row's points for ever."""

    hints: Sequence[Hint]
    details: Mapping[str, object]
    card: str
    joined_at: datetime | None
    points: int
    expires_at: datetime | None
    tier: Tier | None
    tier_until_at: datetime | None
    key: str


@dataclass(kw_only=True)
class Tally:
    """What a file held, and what came of it."""

    rows: int = 0
    file_points: int = 0
    brought_points: int = 0
    new_points: int = 0
    refused_points: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    refused_rows: list[tuple[int, str]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def refuse(self, number: int, reason: str, points: int) -> None:
        self.refused[reason] += 1
        self.refused_rows.append((number, reason))
        self.refused_points += points


class Reader:
    """Reads the rows of one file, in the order of the file: what is repeated in it keeps a place of its own."""

    def __init__(
        self, header: Sequence[str], *, programme: Programme, shop: Shop, zone: ZoneInfo, at: datetime
    ) -> None:
        self.places = _places(header)
        self.programme, self.shop, self.zone, self.at = programme, shop, zone, at
        self.tiers = {tier.slug: tier for tier in programme.tiers.all()}
        self.tiers |= {tier.name.casefold(): tier for tier in programme.tiers.all()}
        self._seen: Counter[str] = Counter()

    def points(self, cells: Sequence[str]) -> int:
        """Raises RowRefused."""
        text = self._cell(cells, "points").replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
        try:
            points = Decimal(text or "0")
        except InvalidOperation as error:
            raise RowRefused("points") from error
        if (
            not points.is_finite()
            or points != points.to_integral_value()
            or not 0 <= points <= LARGEST_POINTS
        ):
            raise RowRefused("points")
        return int(points)

    def row(self, cells: Sequence[str]) -> Row:
        """Raises RowRefused."""
        hints = self._hints(cells)
        points = self.points(cells)
        expires_at = self._end_of(self._day(cells, "expires_on"))
        tier = self._tier(cells)
        joined_on = self._day(cells, "joined_on")
        joined_at = datetime.combine(joined_on, time.min, tzinfo=self.zone) if joined_on else None
        key = self._key(hints[0], expires_at)
        if points and expires_at and expires_at <= self.at:
            raise RowRefused("expired")
        if joined_at and joined_at > self.at:
            raise RowRefused("joined_on")
        return Row(
            hints=hints,
            details={
                name: self._cell(cells, name)[:100]
                for name in ("given_name", "family_name")
                if self._cell(cells, name)
            },
            card=self._cell(cells, "card"),
            joined_at=joined_at,
            points=points,
            expires_at=expires_at,
            tier=tier,
            tier_until_at=self._end_of(self._day(cells, "tier_until")) if tier else None,
            key=key,
        )

    def _cell(self, cells: Sequence[str], name: str) -> str:
        place = self.places.get(name)
        return cells[place].strip() if place is not None and place < len(cells) else ""

    def _hints(self, cells: Sequence[str]) -> list[Hint]:
        """The surest first; it decides, as the earlier programme knew its members by it."""
        found = [
            (kind, self._cell(cells, name)) for name, kind in KNOWN_BY.items() if self._cell(cells, name)
        ]
        if not found:
            raise RowRefused("nobody")
        hints = [
            Hint(kind=kind, value=value, is_verified=place == 0) for place, (kind, value) in enumerate(found)
        ]
        for hint in hints:
            try:
                sign_of(hint, self.shop)
            except ValueError as error:
                raise RowRefused(hint.kind) from error
        return hints

    def _day(self, cells: Sequence[str], name: str) -> date | None:
        text = self._cell(cells, name)
        if not text:
            return None
        try:
            return date_in(text, "day-first")
        except ValueError as error:
            raise RowRefused(name) from error

    def _end_of(self, day: date | None) -> datetime | None:
        """The last day is whole."""
        return datetime.combine(day + timedelta(days=1), time.min, tzinfo=self.zone) if day else None

    def _tier(self, cells: Sequence[str]) -> Tier | None:
        name = self._cell(cells, "tier")
        if not name:
            return None
        if tier := self.tiers.get(name) or self.tiers.get(name.casefold()):
            return tier
        raise RowRefused("tier")

    def _key(self, hint: Hint, expires_at: datetime | None) -> str:
        """The ledger keeps keys for ever: what they are made of must not be read from them."""
        sign = sign_of(hint, self.shop)
        about = ":".join((*sign.key, expires_at.isoformat() if expires_at else "never"))
        self._seen[about] += 1
        told = f"{about}:{self._seen[about]}"
        return f"opening:{salted_hmac('loyalty.moving_in', told, algorithm='sha256').hexdigest()[:40]}"


def read_all(
    rows: Iterable[tuple[int, list[str] | None]], reader: Reader, tally: Tally
) -> Iterator[tuple[int, Row]]:
    """The rows that can be brought in, with their numbers; `tally` counts all of them."""
    for number, cells in rows:
        tally.rows += 1
        if cells is None:
            tally.refuse(number, "unreadable", 0)
            continue
        points = 0
        try:
            points = reader.points(cells)
            tally.file_points += points
            yield number, reader.row(cells)
        except RowRefused as refused:
            tally.refuse(number, refused.reason, points)


@transaction.atomic
def bring_in(row: Row, *, programme: Programme, shop: Shop, at: datetime) -> ledger.Posted | None:
    """One row: the person, their membership, points, tier and card. Repeated, it changes nothing.

    Locks as enrolling, joining and earning do, one after the other.

    Raises:
        Refusal: whatever they refuse with; nothing of the row is kept.
    """
    told: dict[str, Any] = {"shop": shop, "source": SOURCE, "at": at}
    customer = enrol(hints=row.hints, details=row.details, **told).customer
    member = join(
        customer,
        programme=programme,
        through=Member.Joined.IMPORTED,
        joined_at=row.joined_at,
        source_id=f"member:{programme.pk}:{customer.pk}",
        is_history=True,
        **told,
    )
    if row.card:
        cards.bring_along(row.card, member=member, **told)
    if row.tier:
        _bring_tier(member, row.tier, until_at=row.tier_until_at, at=at)
    return _bring_points(member, customer, row, at=at) if row.points else None


def brought_in(programme: Programme, keys: Sequence[str]) -> int:
    """How many points the ledger holds under these keys: what the file's total is held against."""
    total = 0
    for start in range(0, len(keys), KEYS_AT_ONCE):
        some = Transaction.objects.filter(programme=programme, key__in=keys[start : start + KEYS_AT_ONCE])
        total += some.aggregate(points=Sum("points"))["points"] or 0
    return total


def _bring_points(member: Member, customer: Customer, row: Row, *, at: datetime) -> ledger.Posted:
    """Told first, then posted: the customer's row is locked before the wallet."""
    timeline.record(
        customer,
        PointsBroughtAlong(points=row.points),
        source=SOURCE,
        source_id=row.key,
        occurred_at=at,
        recorded_at=at,
        subject=member,
        is_history=True,
    )
    return ledger.earn(
        member.pk,
        kind=Transaction.Kind.OPENING,
        lots=[ledger.Lot(points=row.points, expires_at=row.expires_at)],
        key=row.key,
        occurred_at=member.joined_at,
        at=at,
    )


def _bring_tier(member: Member, tier: Tier, *, until_at: datetime | None, at: datetime) -> None:
    """Who stands on the ladder already keeps their place."""
    MemberTier.objects.get_or_create(
        member=member,
        track=tier.track,
        ended_at=None,
        defaults={"tier": tier, "since_at": at, "until_at": until_at},
    )


def _places(header: Sequence[str]) -> dict[str, int]:
    """Which column is what. Raises NoSuchColumns."""
    names = ["".join(cell.casefold().replace("_", "").split()) for cell in header]
    found = {
        name: place
        for name, called in COLUMNS.items()
        for place, cell in enumerate(names)
        if cell in called or cell == name.replace("_", "")
    }
    if "points" not in found or not KNOWN_BY.keys() & found.keys():
        raise NoSuchColumns
    return found
