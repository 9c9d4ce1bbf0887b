"""Customers join by themselves: they say who they are, prove it by a code (or before the cashier), and have a card."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from crm.consents import consenting
from crm.errors import Refusal
from crm.models import Customer, Identity, Purpose, Shop, User
from crm.people.customers import enrol
from crm.people.identification import Hint, identify
from crm.people.typed_address import address_of
from crm.secrets import one_time_codes
from loyalty.members import cards
from loyalty.members.joining import join
from loyalty.models import JoiningRequest, Member, Programme

WORKS_FOR = timedelta(minutes=30)
TEXT_VERSION = "joining-page-2026-11"
SOURCE = "joining page"


class RequestIsOver(Refusal):
    code = "joining-request-over"
    title = _("This took too long. Please start again.")
    status = 410


@dataclass(frozen=True, kw_only=True)
class Said:
    """What somebody typed and ticked."""

    name: str
    address: str
    agrees_to_advertising: bool
    language: str = ""


@transaction.atomic
def ask(
    said: Said,
    *,
    programme: Programme,
    shop: Shop,
    through: str,
    browser: str,
    at: datetime,
    asks_the_cashier: bool = False,
) -> JoiningRequest:
    """Note what was typed, with the consent to processing, without which nobody may ask. Requests that are over go.

    Nobody is looked for: whoever asks sees the same, whether the address is known or not.

    Raises:
        UnreadableAddress: nothing is noted.
    """
    kind, value = address_of(said.address, region=shop.region)
    forget_what_is_over(at=at)
    return JoiningRequest.objects.create(
        programme=programme,
        shop=shop,
        through=through,
        given_name=said.name,
        kind=kind,
        value=value,
        language=said.language,
        processing_agreed_at=at,
        advertising_agreed_at=at if said.agrees_to_advertising else None,
        browser_sha256=_digest(browser),
        asked_at=at,
        expires_at=at + WORKS_FOR,
        asks_the_cashier=asks_the_cashier,
    )


def forget_what_is_over(*, at: datetime) -> None:
    JoiningRequest.objects.filter(expires_at__lte=at).delete()


def request_of(pk: int | None, *, browser: str, at: datetime) -> JoiningRequest:
    """The request that this browser made.

    Raises:
        RequestIsOver: there is none, it is another browser's, or its time is over.
    """
    found = JoiningRequest.objects.select_related("programme", "shop", "member").filter(pk=pk or 0).first()
    if found is None or found.expires_at <= at:
        raise RequestIsOver
    if not constant_time_compare(bytes(found.browser_sha256), _digest(browser)):
        raise RequestIsOver
    return found


def confirm(request: JoiningRequest, *, code: str, browser: str, at: datetime) -> Member:
    """Join by a code. Every try counts, so this must not stand in a transaction. The request is gone afterwards.

    Raises:
        WrongCode: with `tries_left`; nobody joins.
        PersonErased, ProgrammeNotRunning: nobody joins.
    """
    one_time_codes.confirm(code, kind=request.kind, value=request.value, browser=browser, at=at)
    return _join(request, is_proved=True, proof="A code was confirmed", at=at)


def confirm_at_the_till(request: JoiningRequest, *, by: User, at: datetime) -> Member:
    """A colleague saw the person. The address is not proved by that: it decides nothing about who they are.

    Raises:
        RequestIsOver, PersonErased, ProgrammeNotRunning: nobody joins.
    """
    with transaction.atomic():
        locked = JoiningRequest.objects.select_for_update(of=("self",)).select_related("programme", "shop")
        waiting = locked.filter(pk=request.pk, asks_the_cashier=True, expires_at__gt=at).first()
        if waiting is None:
            raise RequestIsOver
        if waiting.member:
            return waiting.member
        member = _join(waiting, is_proved=False, proof="Confirmed at the till", by=by, at=at)
        # The phone that waits is told, then the request goes by its age.
        waiting.member = member
        waiting.save(update_fields=["member"])
        return member


@transaction.atomic
def _join(
    request: JoiningRequest, *, is_proved: bool, proof: str, at: datetime, by: User | None = None
) -> Member:
    customer = _customer(request, is_proved=is_proved, at=at)
    _note_consents(customer, request, proof=proof, by=by, at=at)
    member = join(
        customer,
        programme=request.programme,
        through=request.through,
        shop=request.shop,
        actor=by,
        source=SOURCE,
        source_id=f"request:{request.pk}",
        at=at,
    )
    cards.link_of(member, at=at)
    if is_proved:
        request.delete()
    return member


def _customer(request: JoiningRequest, *, is_proved: bool, at: datetime) -> Customer:
    """Whoever proves an address of somebody known is them; what they typed as their name changes nothing then."""
    hint = Hint(kind=request.kind, value=request.value, is_verified=is_proved)
    if known := identify([hint], shop=request.shop).customer:
        return known
    details = {"given_name": request.given_name, "language": request.language}
    customer = enrol(shop=request.shop, hints=[hint], details=details, source=SOURCE, at=at).customer
    if is_proved:
        proved = Identity.objects.filter(customer=customer, kind=request.kind, value=request.value)
        proved.update(evidence=Identity.Evidence.CODE)
    return customer


def _note_consents(
    customer: Customer, request: JoiningRequest, *, proof: str, by: User | None, at: datetime
) -> None:
    agreed = {
        Purpose.PROCESSING: request.processing_agreed_at,
        Purpose.ADVERTISING: request.advertising_agreed_at,
    }
    for purpose, moment in agreed.items():
        if moment is not None:
            consenting.give(
                customer,
                purpose=purpose,
                source=SOURCE,
                occurred_at=moment,
                at=at,
                text_version=TEXT_VERSION,
                proof=proof,
                shop=request.shop,
                actor=by,
            )


def _digest(browser: str) -> bytes:
    return hashlib.sha256(browser.encode("utf-8", "surrogatepass")).digest()
