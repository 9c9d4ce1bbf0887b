"""What the house writes by itself (crm.notices): first it asks whether, by which way and when; then it is a message."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from crm import company
from crm.channels import channel_named
from crm.consents import consenting
from crm.consents.clocks_of import clocks_of
from crm.consents.quiet_hours import next_allowed
from crm.errors import Refusal
from crm.messages import messaging, notice_texts
from crm.messages.preferred_channel import Way, ways_to
from crm.models import Customer, Message, Purpose, Shop
from crm.notices import Notice, notice_named
from crm.notices.base import Words
from crm.people.same_person import ids_of, lock_person
from crm.words import rendering
from crm.words.rendering import ValueMissing
from crm.words.wording import said

log = logging.getLogger(__name__)

ANOTHER_WAY = "another-way"
A_WEEK = timedelta(days=7)
# What was never sent does not count as too much.
NEVER_SENT = (Message.State.CANCELLED, Message.State.FAILED)


class WhyNot(StrEnum):
    """Why a notice was not written."""

    SWITCHED_OFF = "switched-off"
    ERASED = "erased"
    NO_WAY = "no-way"
    NO_CONSENT = "no-consent"
    TOO_OFTEN = "too-often"
    VALUE_MISSING = "value-missing"


class NotWritten(Refusal):
    """`why_not`: one of WhyNot."""

    code = "not-written"
    title = _("This person cannot be written to: there is no way, no consent, or it would be too often.")


@dataclass(frozen=True, kw_only=True)
class Notified:
    """The message that stands, or why there is none."""

    message: Message | None = None
    why_not: WhyNot | None = None


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """What a notice is about. `figures`: what its texts may speak of, as plain values.

    `source` and `source_id` name the occasion: for the same one nobody is written to twice. `words`, by language:
    what is said this time instead of what the notice says. `channels`: by which alone it may go; empty: by any.
    `choices` and `html`: what can be tapped, by what its channel can show.
    """

    notice: Notice
    purpose: str
    figures: Mapping[str, Any]
    source: str
    source_id: str
    at: datetime
    shop: Shop | None = None
    answers: Message | None = None
    words: Mapping[str, Words] | None = None
    channels: Collection[str] = ()
    choices: Sequence[str] = ()
    html: str = ""
    instead_of: Message | None = None


@transaction.atomic
def notify(
    customer: Customer,
    notice: str,
    *,
    figures: Mapping[str, Any],
    source: str,
    source_id: str,
    at: datetime,
    shop: Shop | None = None,
    answers: Message | None = None,
    words: Mapping[str, Words] | None = None,
    purpose: str = "",
    channels: Collection[str] = (),
    choices: Sequence[str] = (),
    html: str = "",
    instead_of: Message | None = None,
) -> Notified:
    """Let a person know, once per (source, source_id), by the best way there is; or answer why not.

    `figures`: numbers, days and amounts are said in the person's language and on their clock. `answers`: what they
    wrote, where this is an answer to it. `words` by language, and `purpose`: this time, instead of the notice's own.
    `channels`: by these alone; empty: by any. `choices`: what buttons under it say, where there are buttons; `html`: of
    our own making, what a mail shows to be tapped instead. `instead_of`: the same, which did not arrive.
    Advertising needs a consent for its channel and keeps to the company's number a week. Where it would wake
    somebody, it waits for their morning. Locks the row of whoever the customer stands for.

    Raises:
        UnknownNotice.
    """
    its = notice_named(notice)
    occasion = Occasion(
        notice=its,
        purpose=purpose or its.purpose,
        figures=figures,
        source=source,
        source_id=source_id,
        at=at,
        shop=shop,
        answers=answers,
        words=words,
        channels=channels,
        choices=choices,
        html=html,
        instead_of=instead_of,
    )
    told = _tell(lock_person(customer.pk), occasion)
    log.info("notice", extra={"notice": notice, "why_not": told.why_not or ""})
    return told


@dataclass(frozen=True, kw_only=True)
class Foreseen:
    """By which channel somebody would be told, or why not; `waits`: not before their morning."""

    channel: str = ""
    why_not: WhyNot | None = None
    waits: bool = False


def foresee(
    customer: Customer, notice: str, *, at: datetime, purpose: str = "", shop: Shop | None = None
) -> Foreseen:
    """What `notify` would do now, without doing it. Locks nothing.

    Raises:
        UnknownNotice.
    """
    its = notice_named(notice)
    purpose = purpose or its.purpose
    if not notice_texts.is_on(its):
        return Foreseen(why_not=WhyNot.SWITCHED_OFF)
    if customer.erased_at:
        return Foreseen(why_not=WhyNot.ERASED)
    reachable = ways_to(customer)
    way = next((way for way in reachable if _may(customer, purpose, way)), None)
    if way is None:
        return Foreseen(why_not=WhyNot.NO_CONSENT if reachable else WhyNot.NO_WAY)
    send_at = _hour(its, customer, way, shop=shop, at=at, purpose=purpose)
    if purpose == Purpose.ADVERTISING and _is_too_often(customer, send_at):
        return Foreseen(why_not=WhyNot.TOO_OFTEN)
    return Foreseen(channel=way.channel, waits=send_at > at)


@transaction.atomic
def send_another_way(message: Message, *, at: datetime) -> Message | None:
    """A notice that did not arrive is written once more, on the person's next channel, once; None: there is no other.

    What a colleague wrote stays with the colleague, who sees that it failed. Locks the customer's row.
    """
    if not message.notice or message.instead_of_id or message.state != Message.State.FAILED:
        return None
    person = lock_person(message.customer_id)
    ways = [way for way in ways_to(person) if way.channel != message.account.channel]
    way = next((way for way in ways if _may(person, message.purpose, way)), None)
    if person.erased_at or way is None:
        return None
    return messaging.write(
        person,
        account=way.account,
        to=way.address,
        text=(message.short_text if _is_short(way) else "") or message.text,
        short_text=message.short_text,
        subject=message.subject,
        language=message.language,
        purpose=message.purpose,
        notice=message.notice,
        instead_of=message,
        source=ANOTHER_WAY,
        source_id=f"message:{message.pk}",
        at=at,
        send_at=_hour(
            notice_named(message.notice),
            person,
            way,
            shop=message.account.shop,
            at=at,
            purpose=message.purpose,
        ),
    )


@transaction.atomic
def write_freely(
    customer: Customer,
    *,
    text: str,
    subject: str,
    purpose: str,
    source: str,
    source_id: str,
    at: datetime,
    shop: Shop,
) -> Message:
    """What a shop's own system writes to a person in its own words, once per (source, source_id), by the best way.

    The same is asked as of a notice: a consent to advertising, how often, and whom it would wake. Locks the row of
    whoever the customer stands for.

    Raises:
        NotWritten: with `why_not`, one of WhyNot; nothing is written.
        NothingToSay.
    """
    if standing := Message.objects.filter(source=source, source_id=source_id).first():
        return standing
    person = lock_person(customer.pk)
    reachable = ways_to(person)
    way = next((way for way in reachable if _may(person, purpose, way)), None)
    if person.erased_at:
        raise NotWritten(why_not=WhyNot.ERASED.value)
    if way is None:
        raise NotWritten(why_not=(WhyNot.NO_CONSENT if reachable else WhyNot.NO_WAY).value)
    send_at = _in_the_day(purpose, person, way, shop=shop, at=at)
    if purpose == Purpose.ADVERTISING and _is_too_often(person, send_at):
        raise NotWritten(why_not=WhyNot.TOO_OFTEN.value)
    return messaging.write(
        person,
        account=way.account,
        to=way.address,
        subject=subject,
        text=text,
        language=language_of(person),
        purpose=purpose,
        source=source,
        source_id=source_id,
        at=at,
        send_at=send_at,
    )


def language_of(person: Customer) -> str:
    """Theirs; else the first of the company's."""
    return person.language or next(iter(company.current().languages), "") or settings.LANGUAGE_CODE


def _tell(person: Customer, occasion: Occasion) -> Notified:
    standing = Message.objects.filter(source=occasion.source, source_id=occasion.source_id).first()
    if standing:
        return Notified(message=standing)
    if not notice_texts.is_on(occasion.notice):
        return Notified(why_not=WhyNot.SWITCHED_OFF)
    if person.erased_at:
        return Notified(why_not=WhyNot.ERASED)
    reachable = _answered_first(ways_to(person), occasion.answers)
    if occasion.channels:
        reachable = [way for way in reachable if way.channel in occasion.channels]
    way = next((way for way in reachable if _may(person, occasion.purpose, way)), None)
    if way is None:
        return Notified(why_not=WhyNot.NO_CONSENT if reachable else WhyNot.NO_WAY)
    send_at = _hour(
        occasion.notice, person, way, shop=occasion.shop, at=occasion.at, purpose=occasion.purpose
    )
    if occasion.purpose == Purpose.ADVERTISING and _is_too_often(person, send_at):
        return Notified(why_not=WhyNot.TOO_OFTEN)
    try:
        return Notified(message=_write(person, occasion, way, send_at))
    except ValueMissing:
        return Notified(why_not=WhyNot.VALUE_MISSING)


def _write(person: Customer, occasion: Occasion, way: Way, send_at: datetime) -> Message:
    """Raises ValueMissing."""
    words, answers = _rendered(person, occasion), occasion.answers
    return messaging.write(
        person,
        account=way.account,
        to=way.address,
        subject=words.subject,
        text=words.short if _is_short(way) else words.long,
        short_text=words.short,
        answers=answers if answers and answers.account_id == way.account.pk else None,
        language=language_of(person),
        purpose=occasion.purpose,
        notice=occasion.notice.name,
        source=occasion.source,
        source_id=occasion.source_id,
        at=occasion.at,
        send_at=send_at,
        choices=occasion.choices,
        instead_of=occasion.instead_of,
        html=occasion.html if channel_named(way.channel).shows_html else "",
    )


def _rendered(person: Customer, occasion: Occasion) -> Words:
    """Raises ValueMissing."""
    language = language_of(person)
    words = (occasion.words or {}).get(language) or notice_texts.words_of(occasion.notice, language)
    return fill(words, person, language=language, figures=occasion.figures, shop=occasion.shop)


def fill(
    words: Words, person: Customer, *, language: str, figures: Mapping[str, Any], shop: Shop | None = None
) -> Words:
    """The words with everything in them said to this person, in `language` and on their clock.

    Raises:
        ValueMissing.
    """
    clock = clocks_of(person, region=_region(shop))[0]
    common = {"customer.first_name": person.given_name, "company.name": company.current().name}
    with translation.override(language), timezone.override(clock):
        values = {name: said(value) for name, value in {**common, **figures}.items()}
    filled = {
        name: rendering.render(getattr(words, name), values, language=language)
        for name in ("subject", "long", "short")
    }
    return replace(words, **filled)


def _hour(
    notice: Notice, person: Customer, way: Way, *, shop: Shop | None, at: datetime, purpose: str
) -> datetime:
    return _in_the_day(purpose, person, way, shop=shop, at=at) if notice.waits_for_morning else at


def _in_the_day(purpose: str, person: Customer, way: Way, *, shop: Shop | None, at: datetime) -> datetime:
    """Service by mail wakes nobody; advertising keeps to the day on every channel."""
    if not (channel_named(way.channel).rings or purpose == Purpose.ADVERTISING):
        return at
    clocks = clocks_of(person, region=_region(shop or way.account.shop))
    return next_allowed(at, clocks=clocks, quiet=company.current().quiet_hours)


def _is_too_often(person: Customer, send_at: datetime) -> bool:
    lately = Message.objects.of_people(ids_of(person)).filter(
        direction=Message.Direction.OUT, purpose=Purpose.ADVERTISING, send_at__gt=send_at - A_WEEK
    )
    return lately.exclude(state__in=NEVER_SENT).count() >= company.current().advertising_per_week


def _answered_first(ways: list[Way], answers: Message | None) -> list[Way]:
    """An answer goes where they wrote, whatever they prefer."""
    if answers is None:
        return ways
    there = Way(account=answers.account, address=answers.address, is_proved=answers.is_proved)
    return [there, *(way for way in ways if way.account.pk != there.account.pk)]


def _may(person: Customer, purpose: str, way: Way) -> bool:
    if purpose != Purpose.ADVERTISING:
        return True
    return consenting.may(person, purpose=Purpose.ADVERTISING, channel=way.channel)


def _is_short(way: Way) -> bool:
    return channel_named(way.channel).wants_short


def _region(shop: Shop | None) -> str:
    return (shop or Shop.objects.first_open()).region
