"""By which way somebody is reached: the ways there are, and which of them comes first.

An answer goes where they wrote. Otherwise what they declared comes first, then what they are seen to answer on (the
highest share of answers to what we sent), then the surest: proved addresses before typed ones, letters that are read
before those that are paid for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import phonenumbers
from django.db.models import F

from crm.channels import CHANNELS, channel_named
from crm.models import ChannelAccount, Customer, Identity, Message
from crm.people.identity_kinds import IdentityKind
from crm.people.same_person import ids_of

SUREST_FIRST = ("telegram", "viber", "email", "sms")
# What they wrote within this time after a message of ours is an answer to it.
ANSWERED_WITHIN = timedelta(days=3)
# So many of the latest messages are looked at.
MOST_LOOKED_AT = 200
# Fewer messages of ours on a channel tell nothing about it.
FEWEST_SENT = 3
# Who proved an address with us has opened the door to it.
MET = (Identity.Evidence.MESSAGE, Identity.Evidence.CODE)
TAKEN = (Message.State.SENT, Message.State.DELIVERED, Message.State.READ)
# What is read of a message to make an `Exchanged` of it, in the order of its fields.
EXCHANGED = ("account", "account__channel", "address", "direction", "state", "is_address_dead", "occurred_at")
NEVER_TEXTED = (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.TOLL_FREE)


@dataclass(frozen=True, kw_only=True)
class Way:
    account: ChannelAccount
    address: str
    is_proved: bool = False

    @property
    def channel(self) -> str:
        return self.account.channel

    @property
    def kind(self) -> str:
        return channel_named(self.channel).identity_kind


@dataclass(frozen=True, kw_only=True)
class Exchanged:
    """One message, as far as habits can be read from it."""

    account_id: int
    channel: str
    address: str
    is_from_them: bool
    was_taken: bool
    was_read: bool
    is_address_dead: bool
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Habit:
    """What was learned from so many answers of theirs, to so many messages of ours."""

    channel: str
    answers: int
    sent: int


@dataclass
class _Answers:
    sent: int = 0
    answered: int = 0
    last: datetime | None = field(default=None)

    @property
    def share(self) -> float:
        """Of what we sent, how much was answered. One case of each kind is added: 1 of 1 proves little (Laplace)."""
        return (self.answered + 1) / (self.sent + 2)


def ways_to(customer: Customer) -> list[Way]:
    """Every way by which this person can be written to now, the best first. Four queries."""
    exchanged = exchanged_with(customer)
    declared = customer.preferred_channel
    learned = learned_from(exchanged)

    def rank(way: Way) -> tuple[bool, bool, bool, int]:
        return (
            declared not in (way.channel, way.kind),
            way.channel != learned,
            not way.is_proved,
            _surety(way.channel),
        )

    return sorted(_ways(customer, exchanged), key=rank)


def learned(customer: Customer) -> str:
    """The channel on which the person answers most of what we send; empty: they have answered nothing yet."""
    return learned_from(exchanged_with(customer))


def learned_from(exchanged: Sequence[Exchanged]) -> str:
    """Pure."""
    habit = habit_from(exchanged)
    return habit.channel if habit else ""


def habit_from(exchanged: Sequence[Exchanged]) -> Habit | None:
    """Pure. What was read counts as answered."""
    found = _answers_by_channel(exchanged)
    heard = {channel: its for channel, its in found.items() if its.answered and its.sent >= FEWEST_SENT}
    if not heard:
        return None
    best = max(heard, key=lambda channel: (heard[channel].share, heard[channel].last))
    return Habit(channel=best, answers=heard[best].answered, sent=heard[best].sent)


def habits_of(ids: Mapping[int, Collection[int]]) -> dict[int, Habit | None]:
    """Of each of these people, by all their ids. One query."""
    exchanged = exchanged_with_each(ids)
    return {person: habit_from(exchanged[person]) for person in ids}


def exchanged_with(customer: Customer) -> list[Exchanged]:
    """The latest messages with this person, the latest first. Two queries."""
    rows = Message.objects.of_people(ids_of(customer)).order_by("-occurred_at", "-pk")
    return [_exchanged(*told) for told in rows.values_list(*EXCHANGED)[:MOST_LOOKED_AT]]


def exchanged_with_each(ids: Mapping[int, Collection[int]]) -> Mapping[int, list[Exchanged]]:
    """The same of each of these people, by all their ids. One query."""
    person_of = {pk: person for person, known in ids.items() for pk in known}
    exchanged: dict[int, list[Exchanged]] = defaultdict(list)
    rows = Message.objects.filter(customer__in=list(person_of)).order_by("-occurred_at", "-pk")
    for customer, *told in rows.values_list("customer", *EXCHANGED):
        of_person = exchanged[person_of[customer]]
        if len(of_person) < MOST_LOOKED_AT:
            of_person.append(_exchanged(*told))
    return exchanged


def _exchanged(
    account: int, channel: str, address: str, direction: str, state: str, is_dead: bool, at: datetime
) -> Exchanged:
    return Exchanged(
        account_id=account,
        channel=channel,
        address=address,
        is_from_them=direction == Message.Direction.IN and state != Message.State.HELD,
        was_taken=state in TAKEN,
        was_read=state == Message.State.READ,
        is_address_dead=is_dead,
        at=at,
    )


def _answers_by_channel(exchanged: Sequence[Exchanged]) -> Mapping[str, _Answers]:
    found: dict[str, _Answers] = {}
    last_from_them: dict[str, datetime] = {}
    for one in exchanged:  # the latest first
        its = found.setdefault(one.channel, _Answers())
        if one.is_from_them:
            last_from_them[one.channel] = one.at
            its.last = max(its.last, one.at) if its.last else one.at
        elif one.was_taken:
            its.sent += 1
            answer = last_from_them.get(one.channel)
            its.answered += one.was_read or bool(answer and answer - one.at <= ANSWERED_WITHIN)
            its.last = its.last or one.at
    return found


def _ways(customer: Customer, exchanged: Sequence[Exchanged]) -> list[Way]:
    return ways_among(_open_accounts(), list(_identities(ids_of(customer))), exchanged)


def ways_among(
    accounts: Sequence[ChannelAccount], identities: Sequence[Identity], exchanged: Sequence[Exchanged]
) -> list[Way]:
    """Each address once a channel: through the account they wrote to, else through the channel's main one. Pure."""
    dead, wrote = _dead(exchanged), {(one.account_id, one.address) for one in exchanged if one.is_from_them}
    found: dict[tuple[str, str], Way] = {}
    for account in sorted(accounts, key=lambda one: not any(pk == one.pk for pk, _address in wrote)):
        channel = CHANNELS.get(account.channel)
        if channel is None or not (channel.can_write and channel.reaches_absent):
            continue
        for identity in identities:
            address = identity.value
            knows_us = (account.pk, address) in wrote
            if identity.kind != channel.identity_kind or (account.pk, address) in dead:
                continue
            may_begin = account.is_main and (channel.can_begin or identity.evidence in MET)
            if not (knows_us or may_begin):
                continue
            if not can_be_texted(identity):
                continue
            way = Way(account=account, address=address, is_proved=identity.verified_at is not None)
            found.setdefault((account.channel, address), way)
    return list(found.values())


def ways_to_each(ids: Mapping[int, Collection[int]]) -> dict[int, list[Way]]:
    """Every way to each of these people (by all their ids), in no order. Three queries for all of them."""
    person_of = {pk: person for person, known in ids.items() for pk in known}
    identities: dict[int, list[Identity]] = defaultdict(list)
    for identity in _identities(person_of.keys()):
        identities[person_of[identity.customer_id]].append(identity)
    exchanged = exchanged_with_each(ids)
    accounts = _open_accounts()
    return {person: ways_among(accounts, identities[person], exchanged[person]) for person in ids}


def can_be_texted(identity: Identity) -> bool:
    """No SMS to a desk behind a switchboard, to 8-800, or to a telephone on a wall."""
    if identity.kind != IdentityKind.PHONE:
        return True
    if ";" in identity.value:
        return False
    try:
        number = phonenumbers.parse(identity.value)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.number_type(number) not in NEVER_TEXTED


def _dead(exchanged: Sequence[Exchanged]) -> set[tuple[int, str]]:
    """Where nothing arrives, unless something came from there or arrived there since."""
    seen: dict[tuple[int, str], bool] = {}
    for one in exchanged:
        if one.is_from_them or one.was_taken or one.is_address_dead:
            seen.setdefault((one.account_id, one.address), one.is_address_dead)
    return {place for place, is_dead in seen.items() if is_dead}


def _open_accounts() -> list[ChannelAccount]:
    return list(ChannelAccount.objects.open().select_related("shop").order_by("-is_main", "pk"))


def _identities(ids: Collection[int]) -> Sequence[Identity]:
    rows = Identity.objects.filter(customer__in=ids, namespace="")
    return list(rows.order_by(F("verified_at").desc(nulls_last=True), "pk"))


def _surety(channel: str) -> int:
    return SUREST_FIRST.index(channel) if channel in SUREST_FIRST else len(SUREST_FIRST)
