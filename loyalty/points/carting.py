"""Points pay in a shop's own cart: set aside here, a code of one use there, and the order that comes with the code.

The code is made while nothing is locked: the shop's system may be slow. Whatever fails, points are never lost: a hold
without an order goes back by itself, and the code at the shop ends before its hold does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.connectors.base import AskedTooOften, NotAnswering
from crm.connectors.point_codes import new_code
from crm.errors import Refusal
from crm.models import Connection, Customer, Order, Shop
from loyalty import ledger
from loyalty.connectors import MAKERS, CodeWanted
from loyalty.errors import NotEnoughHeld
from loyalty.members import uniting
from loyalty.models import CartCode, Hold, Member, Programme
from loyalty.models.cart_code import CartCodeQuerySet
from loyalty.points import holds
from loyalty.points.redemption import is_told, paid, tell
from loyalty.points.spending import OtherCurrency, worth

# An order may come late: the shop's news was held up, or we were.
NEWS_MAY_TAKE = timedelta(hours=24)
# Paid on delivery, by transfer, in the shop: an order that nobody pays or cancels gives its points back after that.
PAID_WITHIN = timedelta(days=90)
# Each is a code in somebody else's system.
MOST_UNUSED = 5
CENT = Decimal("0.01")


class NoCartThere(Refusal):
    code = "no-cart-there"
    title = _(
        "This shop is not connected with a system whose cart takes codes, or Veren may not make codes in it."
    )
    status = 422


class NamesNoSystem(Refusal):
    code = "names-no-system"
    title = _("This shop is connected with several systems: say in which one the cart is.")
    status = 422


class TooManyUnusedCodes(Refusal):
    code = "too-many-unused-codes"
    title = _("The member has several codes that were not used yet. Use one of them, or take one back.")


class CodeWasRefused(Refusal):
    code = "code-was-refused"
    title = _("The shop’s system did not make this code, and the points are back. Ask for a new one.")


class CodeIsUsed(Refusal):
    code = "code-is-used"
    title = _("The code was used already: its order is here, or on its way.")


def cart_of(shop: Shop, *, vendor: str = "") -> Connection:
    """The shop's connection whose cart takes codes; of several, the one with this vendor.

    Raises:
        NoCartThere, NamesNoSystem.
    """
    found = [one for one in _carts().filter(shop=shop) if not vendor or one.vendor == vendor]
    if not found:
        raise NoCartThere
    if len(found) > 1:
        raise NamesNoSystem
    return found[0]


def carts_of(programme: Programme) -> Sequence[Connection]:
    """All in which its points can pay, by the names of their shops."""
    return list(_carts().filter(shop__currency=programme.currency).order_by("shop__name", "pk"))


def _carts() -> QuerySet[Connection]:
    able = Connection.objects.open().filter(vendor__in=MAKERS)
    return able.exclude(address="").select_related("shop")


@transaction.atomic
def set_aside(member: Member, *, points: int, connection: Connection, key: str, at: datetime) -> CartCode:
    """Hold points for a cart of this shop, once per `key`. The code is to be made next: see `make`.

    Locks the customer's row, then the wallet.

    Raises:
        OtherCurrency: the shop's carts are in another currency than the programme.
        TooManyUnusedCodes, NotEnoughPoints, TooFewPointsToStart, UnknownMember: nothing is held.
    """
    programme = member.programme
    if connection.shop.currency != programme.currency:
        raise OtherCurrency
    usable_until = at + timedelta(minutes=programme.hold_minutes)
    posted = holds.hold(member, points=points, key=key, until=usable_until + NEWS_MAY_TAKE, at=at)
    if not posted.is_new:
        return _with_all().get(hold=posted.hold_id)
    _refuse_too_many(member)
    made = CartCode.objects.create(
        connection=connection,
        hold_id=posted.hold_id or 0,
        code=new_code(),
        amount=worth(programme, points),
        currency=programme.currency,
        usable_until=usable_until,
        asked_at=at,
    )
    return _with_all().get(pk=made.pk)


def known(pk: int, *, shop: Shop) -> CartCode | None:
    """With all that its verbs look at."""
    return _with_all().filter(pk=pk, connection__shop=shop).first()


def _refuse_too_many(member: Member) -> None:
    """The customer's row is locked: nobody counts beside us."""
    if CartCode.objects.unused().filter(hold__wallet=member.pk).count() >= MOST_UNUSED:
        raise TooManyUnusedCodes


def make(code: CartCode, *, at: datetime) -> CartCode:
    """Have the code made in the shop, where it can be used at once. Idempotent; outside any transaction.

    Raises:
        NotEnoughPoints: see `set_aside`.
        AskedTooOften, NotAnswering: later perhaps, by the same key; until then the points stay set aside.
        CannotBeAsked, AddressRefused, WrongSecret, MayNotMakeCodes, NotThatSystem, CodeNotMade: the points are back.
        CodeWasRefused: it was one of these before.
    """
    if code.made_at:
        return code
    if code.ended_at:
        raise CodeWasRefused
    connection = code.connection
    wanted = CodeWanted(
        code=code.code,
        amount=code.amount,
        currency=code.currency,
        until=code.usable_until,
        smallest_cart=_smallest_cart(code.hold.wallet.member.programme, code.amount),
    )
    try:
        number = MAKERS[connection.vendor].make(connection.address, connection.secrets, wanted=wanted)
    except (AskedTooOften, NotAnswering):
        raise
    except Refusal:
        _end(code.pk, at=at)
        raise
    CartCode.objects.filter(pk=code.pk, made_at=None).update(number=number, made_at=at)
    return _with_all().get(pk=code.pk)


def _smallest_cart(programme: Programme, amount: Decimal) -> Decimal:
    """Of goods: points pay no more than their largest share of it."""
    share = programme.largest_share_percent
    return (amount * 100 / share).quantize(CENT, ROUND_CEILING) if share else amount


def take_back(code: CartCode, *, at: datetime) -> CartCode:
    """Nobody wants to use it any more: it ends in the shop, and the points are back. Idempotent; in no transaction.

    Raises:
        CodeIsUsed: it pays an order.
        the refusals of `Connector.ask`: the shop cannot be asked now; the points go back by themselves later.
    """
    if code.order_id:
        raise CodeIsUsed
    if code.ended_at is None:
        connection = code.connection
        maker = MAKERS[connection.vendor]
        is_withdrawn = maker.withdraw(
            connection.address, connection.secrets, number=code.number, code=code.code
        )
        if not is_withdrawn:
            CartCode.objects.filter(pk=code.pk, taken_at=None).update(taken_at=at)
            raise CodeIsUsed
        _end(code.pk, at=at)
    return _with_all().get(pk=code.pk)


def unused_by(member: Member) -> Sequence[CartCode]:
    """Codes that the member may still type into a cart, the newest first."""
    return list(
        _with_all().filter(pk__in=CartCode.objects.unused().filter(hold__wallet=member.pk)).order_by("-pk")
    )


def sweep(*, at: datetime) -> int:
    """Take back what nobody used in its time, so that an abandoned cart gives its points back. Returns how many.

    A shop that does not answer is asked again in the next round; its codes have ended by themselves, and their holds
    do as well, after a day.
    """
    due = CartCode.objects.unused().filter(usable_until__lte=at)
    found = _with_all().filter(pk__in=due).order_by("pk")
    return sum(_swept(code, at=at) for code in found.iterator())


def _swept(code: CartCode, *, at: datetime) -> bool:
    if not code.hold.open_points:
        return _end(code.pk, at=at)
    if code.taken_at:
        return False
    try:
        take_back(code, at=at)
    except Refusal:
        return False
    return True


@transaction.atomic
def _end(pk: int, *, at: datetime) -> bool:
    """What is still held goes back. False: an order came with it, or it had ended."""
    code = _locked(pk)
    if code.order_id or code.ended_at:
        return False
    _let_go(code, at=at)
    CartCode.objects.filter(pk=pk).update(ended_at=at)
    return True


def whose(codes: Mapping[str, Decimal], *, shop: Shop) -> Customer | None:
    """Who buys with these codes: an order of nobody in particular is theirs. None: nobody, or somebody erased."""
    of_somebody = _ours(codes, shop).filter(hold__wallet__member__customer__erased_at=None)
    first = of_somebody.order_by("pk").first()
    return first.hold.wallet.member.customer if first else None


@transaction.atomic
def use_codes(order: Order, *, codes: Mapping[str, Decimal], source: str, at: datetime) -> None:
    """Let an order be paid by what its codes are backed with, as soon as it is paid. Codes of others are passed over.

    `codes`: what each took off, in money. An order that comes so late that the points went back already takes them
    again, as far as they are there. Idempotent. Locks the codes, then each customer's row, then the wallet.
    """
    took_off = {code.upper(): amount for code, amount in codes.items()}
    for code in _ours(codes, order.shop).select_for_update(of=("self",), no_key=True).order_by("pk"):
        if code.paid_at or code.order_id not in (None, order.pk) or (code.ended_at and code.order_id):
            continue
        if code.ended_at:
            _hold_again(code, at=at)
        code.order, code.took_off = order, took_off[code.code]
        code.save(update_fields=["order", "took_off", "hold", "ended_at"])
        ledger.prolong(code.hold_id, until=at + PAID_WITHIN)
        _settle(code, source=source, at=at)


def _hold_again(code: CartCode, *, at: datetime) -> None:
    """The wallet is locked first, so that what it has is still there when it is taken. Not saved yet."""
    member = uniting.last_of(code.hold.wallet.member)
    Customer.objects.select_for_update(no_key=True).get(pk=member.customer_id)
    ledger.lock([member.pk])
    member.wallet.refresh_from_db()
    points = min(member.wallet.available, code.hold.points)
    if points <= 0:
        return
    posted = ledger.hold(member.pk, points=points, key=f"cart:{code.pk}:again", until=at + PAID_WITHIN, at=at)
    code.hold = Hold.objects.select_related("wallet__member__programme").get(pk=posted.hold_id or 0)
    code.ended_at = None


def follow_order(order_id: int, *, source: str, at: datetime) -> None:
    """An order was paid, or cancelled: so are its codes. Idempotent; a query where it has none.

    Whoever else tells of it than its connection is not followed at once: the connection's own next news settles it.
    """
    for pk in list(
        CartCode.objects.waiting().filter(order=order_id).order_by("pk").values_list("pk", flat=True)
    ):
        with transaction.atomic():
            _settle(_locked(pk), source=source, at=at)


def _settle(code: CartCode, *, source: str, at: datetime) -> None:
    order = code.order
    if order is None or code.paid_at or code.ended_at:
        return
    if order.cancelled_at:
        _let_go(code, at=at)
        CartCode.objects.filter(pk=code.pk).update(ended_at=at)
    elif order.paid_at:
        _pay(code, order, source=source, at=at)


def _pay(code: CartCode, order: Order, *, source: str, at: datetime) -> None:
    """What the code took off is paid, be it less than was held; the rest goes back.

    The shop has given it: neither the largest share nor whose order it is can be asked any more.
    """
    hold = code.hold
    member = hold.wallet.member
    customer = Customer.objects.select_for_update(no_key=True).get(pk=member.customer_id)
    hold.refresh_from_db()
    key = f"order:{order.pk}:hold:{hold.pk}"
    points = min(hold.open_points, points_for(member.programme, code.took_off))
    if points and not is_told(member.programme, key):
        fact = paid(member.programme, points, order)
        tell(customer, member, fact, key=key, at=at, source=source, shop=order.shop, actor=None)
        ledger.capture(hold.pk, points=points, key=key, at=at, order_id=order.pk)
    _let_go(code, at=at)
    CartCode.objects.filter(pk=code.pk).update(paid_at=at)


def points_for(programme: Programme, amount: Decimal) -> int:
    """The fewest points that are worth so much."""
    return int((amount / programme.point_value).quantize(Decimal(1), ROUND_CEILING))


def _let_go(code: CartCode, *, at: datetime) -> None:
    try:
        holds.release(code.hold, key=f"hold:{code.hold_id}:cart", at=at)
    except NotEnoughHeld:  # all of it paid, or it went back by itself
        return


def _ours(codes: Mapping[str, Decimal], shop: Shop) -> CartCodeQuerySet:
    return _with_all().filter(code__in=[code.upper() for code in codes], connection__shop=shop)


def _locked(pk: int) -> CartCode:
    return _with_all().select_for_update(of=("self",), no_key=True).get(pk=pk)


def _with_all() -> CartCodeQuerySet:
    return CartCode.objects.select_related(
        "connection__shop", "hold__wallet__member__programme", "hold__wallet__member__customer", "order__shop"
    )
