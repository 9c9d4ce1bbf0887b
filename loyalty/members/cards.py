"""Cards: plastic ones in batches, the mobile one behind a link. Issued, blocked, replaced: with a who and a when."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from crm import timeline
from crm.errors import CardIsBlocked, CodeTooOld, Refusal, UnreadableIdentity
from crm.facts import Fact
from crm.models import Customer, Identity, Shop, User
from crm.people.identification import Hint, add_identities, survivor
from crm.people.identifiers import normal_card
from crm.people.identity_kinds import IdentityKind
from crm.people.masking import masked
from loyalty.facts import CardBlocked, CardIssued
from loyalty.members import card_codes
from loyalty.members.card_codes import CardCode
from loyalty.members.card_numbers import new_number
from loyalty.models import Card, CardBatch, CardLink, Member, Programme

LARGEST_BATCH = 10_000
MAC_BYTES = 16


class UnknownCard(Refusal):
    code = "unknown-card"
    title = _("No such card is known. Check its number.")
    status = 422


class CardIsTaken(Refusal):
    code = "card-is-taken"
    title = _("This card is somebody else's already.")


class BatchTooLarge(Refusal):
    code = "batch-too-large"
    title = _("A batch has 1 to 10,000 cards.")
    status = 422


@transaction.atomic
def make_batch(*, programme: Programme, size: int, by: User, at: datetime) -> CardBatch:
    """New numbers to be printed.

    Raises:
        BatchTooLarge: nothing is made.
    """
    if not 1 <= size <= LARGEST_BATCH:
        raise BatchTooLarge
    batch = CardBatch.objects.create(programme=programme, size=size, made_by=by, made_at=at)
    missing = size
    while missing:
        numbers = {new_number() for _card in range(missing)}
        fresh = numbers - set(Card.objects.filter(number__in=numbers).values_list("number", flat=True))
        Card.objects.bulk_create(Card(programme=programme, number=number, batch=batch) for number in fresh)
        missing -= len(fresh)
    return batch


@transaction.atomic
def issue(
    number: str, *, member: Member, shop: Shop, at: datetime, by: User | None = None, source: str = "agent"
) -> Card:
    """Give a printed card to a member, who is recognised by it from now on; to give it again changes nothing.

    Locks the card, then the customer's row.

    Raises:
        UnknownCard, CardIsTaken, CardIsBlocked: nothing is given.
        ConflictingIdentities: another customer is known by this number; nothing is given.
    """
    card = _locked(number, programme=member.programme)
    if card.member_id is not None and card.member_id != member.pk:
        raise CardIsTaken
    if card.blocked_at:
        raise CardIsBlocked
    if card.member_id is None:
        card.member, card.issued_at, card.issued_by = member, at, by
        card.save(update_fields=["member", "issued_at", "issued_by"])
        customer = survivor(member.customer)
        _tell(card, CardIssued(masked_number=_masked(card)), customer, by=by, at=at, source=source)
        _recognise(card, customer, shop=shop, at=at, source=source)
    return card


@transaction.atomic
def bring_along(number: str, *, member: Member, shop: Shop, source: str, at: datetime) -> Card:
    """A card of an earlier programme goes on working here; brought along again, nothing changes.

    Raises:
        UnknownCard: this cannot be the number of a card.
        CardIsTaken, CardIsBlocked, ConflictingIdentities: nothing is given.
    """
    try:
        wanted = normal_card(number)
    except ValueError as error:
        raise UnknownCard from error
    Card.objects.get_or_create(number=wanted, defaults={"programme": member.programme})
    return issue(wanted, member=member, shop=shop, source=source, at=at)


@transaction.atomic
def block(card: Card, *, reason: str, by: User, at: datetime) -> Card:
    """From now on nobody is recognised by this card and nothing is spent with it; blocked once, it stays so.

    Locks the card, then the customer's row.
    """
    card = Card.objects.select_for_update(of=("self",)).select_related("member__customer").get(pk=card.pk)
    if card.blocked_at:
        return card
    card.blocked_at, card.blocked_by, card.block_reason = at, by, reason.strip()[:200]
    card.save(update_fields=["blocked_at", "blocked_by", "block_reason"])
    if card.member:
        fact = CardBlocked(masked_number=_masked(card), reason=card.block_reason)
        _tell(card, fact, survivor(card.member.customer), by=by, at=at, source="agent")
        # It goes on finding whom it was of, for colleagues; it decides nothing any more.
        known_by = Identity.objects.filter(kind=IdentityKind.CARD, value=card.number)
        known_by.update(verified_at=None, evidence=Identity.Evidence.TYPED)
    return card


@transaction.atomic
def replace(card: Card, *, number: str, reason: str, shop: Shop, by: User, at: datetime) -> Card:
    """Block a card and give its member another instead.

    Raises:
        UnknownCard: the card was never given to anybody, or the new number is none of ours.
        CardIsTaken, CardIsBlocked: the new card cannot be given; the old one stays as it was.
    """
    old = block(card, reason=reason, by=by, at=at)
    if old.member is None:
        raise UnknownCard
    new = issue(number, member=old.member, shop=shop, by=by, at=at)
    new.replaces = old
    new.save(update_fields=["replaces"])
    return new


def customer_who_shows(text: str, at: datetime) -> int | None:
    """Whose card, or whose code of a mobile card, this is; None for what is no card of ours. See
    crm.people.identifiers.

    Raises:
        CodeTooOld: a mobile card showed it too long ago.
        CardIsBlocked: the card is blocked, or the link of the mobile card was ended.
    """
    member = member_who_shows(text, at=at)
    return survivor(member.customer).pk if member else None


def member_who_shows(text: str, *, at: datetime) -> Member | None:
    """As `customer_who_shows`. Asked before anything is spent with a card. Two queries at most, one without merges."""
    code = card_codes.read(text)
    member = _member_of_code(code, at=at) if code else _member_of_card(text)
    while member and member.merged_into:
        member = member.merged_into
    return None if member is None or member.customer.erased_at else member


def link_of(member: Member, *, at: datetime) -> CardLink:
    """The link of the mobile card; made when there is none."""
    link, _is_new = CardLink.objects.get_or_create(member=member, ended_at=None, defaults={"made_at": at})
    return link


def end_link(member: Member, *, by: User | None, at: datetime) -> None:
    """Whoever has the link sees nothing any more, and its codes are refused. The next one is another."""
    CardLink.objects.filter(member=member, ended_at=None).update(ended_at=at, ended_by=by)


def token_of(link: CardLink) -> str:
    """What stands in the address of a mobile card: which link, and our signature."""
    body = link.pk.to_bytes(8, "big")
    return base64.urlsafe_b64encode(body + _signature(body)).decode().rstrip("=")


def link_by(token: str) -> CardLink | None:
    """The link of a token that we signed, ended or not."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return None
    body, signature = raw[:8], raw[8:]
    if not constant_time_compare(signature, _signature(body)):
        return None
    links = CardLink.objects.select_related("member__programme", "member__customer", "member__wallet")
    return links.filter(pk=int.from_bytes(body, "big")).first()


def code_of(link: CardLink, *, at: datetime) -> CardCode:
    """What the till scans from the mobile card."""
    if link.member.programme.card_code == Programme.CardCode.STATIC:
        return card_codes.static(link.pk)
    return card_codes.rotating(link.pk, at=at)


def _member_of_code(code: CardCode, *, at: datetime) -> Member | None:
    links = CardLink.objects.select_related("member__programme", "member__customer", "member__merged_into")
    link = links.filter(pk=code.link_id).first()
    if link is None:
        return None
    if link.ended_at:
        raise CardIsBlocked
    is_static = link.member.programme.card_code == Programme.CardCode.STATIC
    if (code.never_changes and not is_static) or (not code.never_changes and code.is_too_old(at)):
        raise CodeTooOld
    return link.member


def _member_of_card(text: str) -> Member | None:
    if not any(letter.isdigit() for letter in text):
        return None  # a name, not a number
    try:
        number = normal_card(text)
    except ValueError:
        return None
    cards = Card.objects.select_related("member__customer", "member__merged_into")
    card = cards.filter(number=number).first()
    if card and card.blocked_at:
        raise CardIsBlocked
    return card.member if card else None


def _locked(number: str, *, programme: Programme) -> Card:
    try:
        wanted = normal_card(number)
    except ValueError as error:
        raise UnknownCard from error
    cards = Card.objects.select_for_update(of=("self",)).filter(number=wanted, programme=programme)
    if card := cards.first():
        return card
    raise UnknownCard


def _recognise(card: Card, customer: Customer, *, shop: Shop, at: datetime, source: str) -> None:
    hint = Hint(kind=IdentityKind.CARD, value=card.number, is_verified=True)
    try:
        add_identities(customer, hints=[hint], shop=shop, source=source, at=at)
    except UnreadableIdentity as error:
        raise UnknownCard from error


def _tell(card: Card, fact: Fact, customer: Customer, *, by: User | None, at: datetime, source: str) -> None:
    timeline.record(
        customer,
        fact,
        source=source,
        source_id=f"card:{card.pk}",
        occurred_at=at,
        recorded_at=at,
        actor=by,
        subject=card,
    )


def _masked(card: Card) -> str:
    return masked(IdentityKind.CARD, card.number)


def _signature(body: bytes) -> bytes:
    digest = salted_hmac("loyalty.card_links", body, algorithm="sha256").digest()
    return digest[:MAC_BYTES]
