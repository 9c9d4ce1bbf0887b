"""By phone anybody can say a name. Before points or personal data are discussed, two things are asked that only the
customer knows, or a code is sent to them. What was right is kept, never what was said.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.messages import outgoing
from crm.models import Customer, Identity, Order, User
from crm.people.identity_kinds import IdentityKind
from crm.people.same_person import ids_by
from crm.secrets import one_time_codes
from crm.secrets.one_time_codes import WrongCode
from support import changing
from support.facts import IdentityChecked
from support.models import IdentityCheck, Ticket, TicketCall

ENOUGH = 2
# A check that was passed counts for the talk; a day later somebody else may be on the line.
COUNTS_FOR = timedelta(hours=12)
MOST_FAILED, WITHIN = 5, timedelta(hours=24)
LAST_DIGITS = 4
PHONE = "phone"
Proof = IdentityCheck.Proof


class TooManyChecks(Refusal):
    code = "too-many-identity-checks"
    title = _("The answers were wrong too often today. Ask the customer to write from their own address.")
    status = 429


class TooFewAnswers(Refusal):
    code = "too-few-answers"
    title = _("Ask for two things at least.")
    status = 422


class NoAddressForCode(Refusal):
    code = "no-address-for-code"
    title = _("There is no proved e-mail address of this customer to send a code to.")


def is_needed(ticket: Ticket, *, at: datetime) -> bool:
    """Somebody is on the phone about this ticket, and has not shown who they are. Two queries at most."""
    on_the_phone = ticket.channel == PHONE or TicketCall.objects.filter(ticket=ticket).exists()
    return on_the_phone and not has_passed(ticket, at=at)


def has_passed(ticket: Ticket, *, at: datetime) -> bool:
    return IdentityCheck.objects.filter(ticket=ticket, passed_at__gt=at - COUNTS_FOR).exists()


def possible(customer: Customer) -> list[str]:
    """What can be asked, because we know the answer. Four queries."""
    known = _Known(ids_by(customer.pk))
    answers = {
        Proof.BIRTHDAY: known.birthdays(),
        Proof.ORDER: known.last_order(),
        Proof.CARD: known.card_digits(),
        Proof.CODE: known.address(),
    }
    return [proof.value for proof, answer in answers.items() if answer]


def send_code(ticket: Ticket, *, at: datetime) -> None:
    """Send a code to the customer's proved e-mail address; it works for five minutes, in this ticket.

    Not in a transaction: what was sent cannot be taken back. The code is kept nowhere but as a digest.

    Raises:
        NoAddressForCode, TooManyCodes, NotSent: no code is sent.
    """
    address = _Known(ids_by(ticket.customer_id)).address()
    if not address:
        raise NoAddressForCode
    code = one_time_codes.make(kind=IdentityKind.EMAIL, value=address, browser=_asked_in(ticket), at=at)
    with override(ticket.language or ticket.customer.language or "en"):
        subject = gettext("Code for your telephone call with us")
        text = gettext("Tell this code to the colleague you are talking to: {code}").format(code=code)
    outgoing.send(kind=IdentityKind.EMAIL, to=address, subject=subject, text=text)


def check(ticket: Ticket, *, answers: Mapping[str, str], by: User, key: str, at: datetime) -> IdentityCheck:
    """Compare what was said with what we know, once per `key`; passed when ENOUGH of it is right.

    `answers`: Proof → what was said. A fact (IdentityChecked). Locks the customer's row, then the ticket's. A code is
    tried before that, by itself: every try of it counts.

    Raises:
        TooFewAnswers, TooManyChecks: nothing is kept.
    """
    asked = {Proof(name): said for name, said in answers.items() if said.strip()}
    if len(asked) < ENOUGH:
        raise TooFewAnswers
    if standing := IdentityCheck.objects.filter(key=_key(by, key)).first():
        return standing
    _refuse_guessing(ticket, at=at)
    known = _Known(ids_by(ticket.customer_id))
    right = [proof for proof, said in asked.items() if _is_right(proof, said, known, ticket, at=at)]
    return _keep(ticket, right=right, asked=list(asked), by=by, key=_key(by, key), at=at)


@transaction.atomic
def _keep(
    ticket: Ticket, *, right: list[Proof], asked: list[Proof], by: User, key: str, at: datetime
) -> IdentityCheck:
    held = changing.hold(ticket)
    has_passed = len(right) >= ENOUGH
    made, is_new = IdentityCheck.objects.get_or_create(
        key=key,
        defaults={
            "ticket": held.ticket,
            "right": [proof.value for proof in right],
            "wrong": [proof.value for proof in asked if proof not in right],
            "asked_by": by,
            "asked_at": at,
            "passed_at": at if has_passed else None,
        },
    )
    if is_new:
        kind = "identity_passed" if has_passed else "identity_failed"
        changing.happen(held.ticket, kind, by=by, at=at)
        fact = IdentityChecked(has_passed=has_passed)
        changing.tell(held.ticket, held.person, fact, event=f"identity:{made.pk}", at=at, by=by)
    return made


def _refuse_guessing(ticket: Ticket, *, at: datetime) -> None:
    """Counted for the person, whichever ticket it is tried in."""
    failed = IdentityCheck.objects.filter(
        ticket__customer__in=ids_by(ticket.customer_id), passed_at=None, asked_at__gt=at - WITHIN
    )
    if failed.count() >= MOST_FAILED:
        raise TooManyChecks


class _Known:
    """What we know of a person that strangers do not."""

    def __init__(self, ids: tuple[int, ...]) -> None:
        self.ids = ids

    def birthdays(self) -> list[date]:
        found = Customer.objects.filter(pk__in=self.ids, birthday__isnull=False)
        return [day for day in found.values_list("birthday", flat=True) if day]

    def last_order(self) -> list[str]:
        found = Order.objects.filter(customer__in=self.ids).order_by("-placed_at", "-pk")
        return [number for number in found.values_list("number", flat=True)[:1] if number]

    def card_digits(self) -> list[str]:
        cards = Identity.objects.filter(customer__in=self.ids, kind=IdentityKind.CARD)
        return [value[-LAST_DIGITS:] for value in cards.values_list("value", flat=True)]

    def address(self) -> str:
        proved = Identity.objects.filter(
            customer__in=self.ids, kind=IdentityKind.EMAIL, verified_at__isnull=False
        )
        return proved.order_by("-verified_at").values_list("value", flat=True).first() or ""


def _is_right(proof: Proof, said: str, known: _Known, ticket: Ticket, *, at: datetime) -> bool:
    match proof:
        case Proof.BIRTHDAY:
            return _day(said) in known.birthdays()
        case Proof.ORDER:
            return any(_same(_digits(said), _digits(number)) for number in known.last_order())
        case Proof.CARD:
            return any(_same(_digits(said), _digits(four)) for four in known.card_digits())
        case Proof.CODE:
            return _is_code(said, known.address(), ticket, at=at)


def _is_code(said: str, address: str, ticket: Ticket, *, at: datetime) -> bool:
    if not address:
        return False
    try:
        one_time_codes.confirm(
            _digits(said), kind=IdentityKind.EMAIL, value=address, browser=_asked_in(ticket), at=at
        )
    except WrongCode:
        return False
    return True


def _day(said: str) -> date | None:
    """2001-05-31 as a form sends it, or 31.05.2001 as people write it."""
    parts = said.strip().replace("/", ".").split(".")
    text = "-".join(reversed(parts)) if len(parts) == 3 else said.strip()
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _digits(said: str) -> str:
    return "".join(letter for letter in said.upper() if letter.isalnum())


def _same(said: str, known: str) -> bool:
    return bool(known) and hmac.compare_digest(said.encode(), known.encode())


def _asked_in(ticket: Ticket) -> str:
    return f"ticket:{ticket.pk}"


def _key(by: User, key: str) -> str:
    return f"{by.pk}:{key}"[:80]
