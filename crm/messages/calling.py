"""Telephone calls: what the exchange tells of them, and what colleagues write down.

Steps come in any order and more than once; each sets its own moment, and the same steps end in the same call.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm import timeline
from crm.channels.base import CallNews
from crm.channels.phone import PhoneSettings
from crm.errors import PersonErased, Refusal, UnreadableIdentity
from crm.facts import CallEnded, CallMissed, CallPlaced, CallReceived, Fact
from crm.models import Call, ChannelAccount, Customer, Shop, User
from crm.people.customers import enrol
from crm.people.identification import Hint, identify, lock_signs, signs_of
from crm.people.identity_kinds import IdentityKind
from crm.people.tombstones import refuse_words_about
from crm.words.plain_text import plain

SOURCE = "call"
LONGEST_NOTE = 5000
SHOWN = 600
# As many people may share a number for a colleague to choose from.
MOST_CANDIDATES = 5
# A step → the moment it sets.
MOMENTS = {"rang": "rang_at", "answered": "answered_at", "missed": "missed_at", "ended": "ended_at"}


class CallBelongsToSomebody(Refusal):
    code = "call-belongs-to-somebody"
    title = _("It is known already who called.")


@transaction.atomic
def hear(account: ChannelAccount, news: CallNews, *, at: datetime) -> Call:
    """A step of a call, once per (account, call, step); one that is told again fills in only what was empty.

    Whose call it is, is found by the number: somebody new for one that nobody gave; nobody, while several have given
    it. Facts: CallReceived or CallPlaced, CallMissed, CallEnded. Locks the number, then the call's row, then the
    customer's.
    """
    call = _call(account, news, at=at)
    before = {name: getattr(call, name) for name in MOMENTS.values()}
    _note_step(call, news)
    if call.customer and not call.customer.erased_at:
        _tell(call, before, at=at)
    return call


def _call(account: ChannelAccount, news: CallNews, *, at: datetime) -> Call:
    calls = Call.objects.select_for_update(of=("self",)).select_related(
        "customer", "colleague", "account__shop"
    )
    standing = calls.filter(account=account, external_id=news.external_id).first()
    if standing:
        return standing
    phone, customer = _whose(account, news, at=at)
    Call.objects.get_or_create(
        account=account,
        external_id=news.external_id,
        defaults={
            "customer": customer,
            "direction": news.direction,
            "phone": phone,
            "line": news.line,
            "recorded_at": at,
        },
    )
    return calls.get(account=account, external_id=news.external_id)


def _whose(account: ChannelAccount, news: CallNews, *, at: datetime) -> tuple[str, Customer | None]:
    """The number in its normal form, and whose it is. A hidden one is nobody's; an erased person's is not kept."""
    shop = account.shop or Shop.objects.first_open()
    # As sure as a number that was verified, in finding: who is rung from elsewhere under it stays unproved.
    sure = [Hint(kind=IdentityKind.PHONE, value=news.phone, is_verified=True)]
    try:
        signs = signs_of(sure, shop=shop)
    except UnreadableIdentity:
        return plain(news.phone)[:254], None
    lock_signs(signs)
    found = identify(sure, shop=shop)
    if found.customer:
        return signs[0].value, found.customer
    if found.candidates:
        return signs[0].value, found.candidates[0] if len(found.candidates) == 1 else None
    unsure = [Hint(kind=IdentityKind.PHONE, value=news.phone)]
    try:
        return signs[0].value, enrol(
            shop=shop, hints=unsure, details={}, source="channel:phone", at=at
        ).customer
    except PersonErased:
        return "", None


def _note_step(call: Call, news: CallNews) -> None:
    name = MOMENTS[news.step]
    standing = getattr(call, name)
    setattr(call, name, min(standing, news.at) if standing else news.at)
    call.line = call.line or news.line
    if news.talk_seconds is not None:
        call.talk_seconds = max(call.talk_seconds or 0, news.talk_seconds)
    call.recording_url = call.recording_url or news.recording_url
    if news.colleague and (call.colleague is None or news.step == "answered"):
        call.colleague = _colleague_at(call.account, news.colleague) or call.colleague
    call.save()


def _colleague_at(account: ChannelAccount, extension: str) -> User | None:
    email = PhoneSettings.read(account.settings).colleague_at(extension)
    return User.objects.filter(email__iexact=email, is_staff=True).first() if email else None


def _tell(call: Call, before: dict[str, datetime | None], *, at: datetime) -> None:
    if call.rang_at and not before["rang_at"]:
        is_in = call.direction == Call.Direction.IN
        _record(call, (CallReceived if is_in else CallPlaced)(line=call.line), "rang", call.rang_at, at=at)
    if call.missed_at and not before["missed_at"] and call.state == Call.State.MISSED:
        _record(call, CallMissed(line=call.line), "missed", call.missed_at, at=at)
    if call.state == Call.State.ENDED and call.ended_at:
        _record(call, _ended(call), "ended", call.ended_at, at=at)


def _ended(call: Call) -> CallEnded:
    return CallEnded(talk_minutes=-(-talk_seconds(call) // 60), text=call.note[:SHOWN])


def talk_seconds(call: Call) -> int:
    """As the exchange counted, else between picking up and hanging up."""
    if call.talk_seconds is not None:
        return call.talk_seconds
    if call.answered_at and call.ended_at:
        return max(0, int((call.ended_at - call.answered_at).total_seconds()))
    return 0


def _record(call: Call, fact: Fact, step: str, occurred_at: datetime, *, at: datetime) -> None:
    timeline.record(
        call.customer,
        fact,
        source=SOURCE,
        source_id=f"{call.pk}:{step}",
        occurred_at=min(occurred_at, at),
        recorded_at=at,
        shop=call.account.shop,
        channel="phone",
        direction=call.direction,
        actor=call.colleague,
        subject=call,
    )


@transaction.atomic
def log_call(
    customer: Customer,
    *,
    account: ChannelAccount,
    direction: str,
    phone: str,
    began_at: datetime,
    seconds: int,
    note: str,
    by: User,
    key: str,
    at: datetime,
) -> Call:
    """Write down a call that the exchange did not tell of, once per `key`. Zero seconds: nobody picked up.

    Facts as of a call that was told. Locks the customer's row.

    Raises:
        PersonErased.
    """
    refuse_words_about(customer)
    ends = {"answered_at": began_at, "ended_at": at} if seconds else {"missed_at": began_at}
    call, is_new = Call.objects.get_or_create(
        account=account,
        external_id=f"log:{by.pk}:{key}"[:200],
        defaults={
            "customer": customer,
            "direction": direction,
            "phone": phone,
            "colleague": by,
            "rang_at": began_at,
            "talk_seconds": seconds or None,
            "note": plain(note)[:LONGEST_NOTE],
            "is_manual": True,
            "recorded_at": at,
            **ends,
        },
    )
    if is_new:
        _tell(call, dict.fromkeys(MOMENTS.values()), at=at)
    return call


@transaction.atomic
def note(call: Call, *, text: str, at: datetime) -> Call:
    """What a colleague noted about a call. Locks its row.

    Raises:
        PersonErased.
    """
    refuse_words_about(call.customer)
    its = Call.objects.select_for_update(no_key=True).get(pk=call.pk)
    its.note = plain(text)[:LONGEST_NOTE]
    its.save(update_fields=["note"])
    return its


@transaction.atomic
def say_who(call: Call, customer: Customer, *, at: datetime) -> Call:
    """A colleague heard who it is, of the several who gave this number. Facts as of a call that is told.

    Raises:
        CallBelongsToSomebody: nothing is changed.
        PersonErased: nothing is changed.
    """
    refuse_words_about(customer)
    calls = Call.objects.select_for_update(of=("self",)).select_related("account__shop", "colleague")
    its = calls.get(pk=call.pk)
    if its.customer_id is not None:
        raise CallBelongsToSomebody
    its.customer = customer
    its.save(update_fields=["customer"])
    _tell(its, dict.fromkeys(MOMENTS.values()), at=at)
    return its


def ringing_for(user: User, *, at: datetime) -> Sequence[Call]:
    """Calls that ring now at this colleague's desk or at everybody's, the latest first. One query."""
    ringing = Call.objects.ringing(at).select_related("customer", "account")
    return [call for call in ringing.order_by("-rang_at") if call.colleague_id in (None, user.pk)]


def candidates(call: Call) -> Sequence[Customer]:
    """Who has given the number of a call that is nobody's yet. One query."""
    shop = call.account.shop or Shop.objects.first_open()
    try:
        found = identify([Hint(kind=IdentityKind.PHONE, value=call.phone)], shop=shop)
    except UnreadableIdentity:
        return ()
    return found.candidates[:MOST_CANDIDATES]
