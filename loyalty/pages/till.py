"""The till page: find a member, enter a purchase, let points pay, take goods back, print a slip. Works without script.

What was typed to find somebody is posted, never a part of an address: addresses stand in logs.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from crm.colleagues import own_shops
from crm.errors import Refusal
from crm.models import Order, Shop, User
from crm.pages.requests import StaffRequest
from crm.people.masking import masked
from loyalty.entitlements import entitlements
from loyalty.models import Member, TillOperation
from loyalty.points.standing import Standing
from loyalty.rules.quoting import Quote
from loyalty.till import finding, returning, selling
from loyalty.till.amounts import amounts_of, quantity_of
from loyalty.till.errors import UnreadableAmount

MAY_SERVE = "loyalty.serve_at_till"
SHOP = "till_shop"
LINE = "line-"
LONGEST_RECEIPT = 64
MOST_POINTS = 1_000_000_000

at_the_till = permission_required(MAY_SERVE, raise_exception=True)


@require_GET
@at_the_till
@never_cache
def home(request: StaffRequest) -> HttpResponse:
    return _page(request, "home", title=_("At the till"))


@require_POST
@at_the_till
def shop(request: StaffRequest) -> HttpResponse:
    """Which of their shops somebody serves in."""
    slug = request.POST.get("shop", "")
    if chosen := _shops(request.user).filter(slug=slug).first():
        request.session[SHOP] = chosen.pk
    return _to("home")


@require_POST
@at_the_till
@never_cache
def lookup(request: StaffRequest) -> HttpResponse:
    """One member: on to them. Several: who is it? Nobody: how to go on."""
    typed = request.POST.get("who", "")
    try:
        found = finding.find(typed, reader=request.user, at=timezone.now())
    except Refusal as refused:
        return _refused(request, refused, _to("home"))
    if len(found) == 1:
        return _to("member", found[0].pk)
    if not found:
        messages.warning(request, _("No member is found. Check the number, or let the customer join."))
        return _to("home")
    return _page(request, "several", title=_("Who is it?"), found=[(one, _signs(one)) for one in found])


@require_GET
@at_the_till
@never_cache
def member(request: StaffRequest, pk: int) -> HttpResponse:
    """With `amount`, also what a purchase of it would bring."""
    one, now = _member(pk), timezone.now()
    served_in = shop_of(request)
    typed = request.GET.get("amount", "").strip()
    quote = _quote(request, one, served_in, typed) if typed and served_in else None
    return _page(
        request,
        "member",
        title=str(one.customer),
        member=one,
        standing=Standing(one, now),
        perks=[its for its in entitlements(one, now) if its.is_allowed],
        typed=typed,
        receipt=request.GET.get("receipt", "")[:LONGEST_RECEIPT],
        quote=quote,
        total=sum(amounts_of(typed)) if quote else None,
        key=uuid4(),
    )


@require_POST
@at_the_till
def purchases(request: StaffRequest, pk: int) -> HttpResponse:
    """Keep a purchase. The form carries a key: twice is once."""
    one, served_in = _member(pk), shop_of(request)
    if served_in is None:
        return _to("home")
    told = request.POST
    try:
        done = selling.sell(
            one,
            shop=served_in,
            amounts=amounts_of(told.get("amount", "")),
            points=_points(told),
            receipt=_receipt(told),
            key=_key(told),
            by=request.user,
            at=timezone.now(),
        )
    except Refusal as refused:
        return _refused(request, refused, _to("member", pk))
    return _to("slip", done.pk)


@require_POST
@at_the_till
@never_cache
def receipts(request: StaffRequest) -> HttpResponse:
    """The purchase of a receipt, of the shop that somebody serves in."""
    served_in = shop_of(request)
    if served_in is None:
        return _to("home")
    found = returning.orders_numbered(request.POST.get("number", ""), shop=served_in)
    if len(found) == 1:
        return _to("order", found[0].pk)
    if not found:
        messages.warning(request, _("No purchase with this number is known in this shop."))
        return _to("home")
    return _page(request, "purchases", title=_("Which purchase is it?"), found=found)


@require_GET
@at_the_till
@never_cache
def order(request: StaffRequest, pk: int) -> HttpResponse:
    bought = _order(request, pk)
    return _page(
        request,
        "order",
        title=_("Purchase %(number)s") % {"number": bought.number},
        order=bought,
        lines=[(line, line.quantity_left) for line in bought.lines.all()],
        is_of_sums=returning.is_of_sums(bought),
        left=sum((line.quantity_left for line in bought.lines.all()), Decimal(0)),
        operations=TillOperation.objects.filter(order=bought).order_by("pk"),
        key=uuid4(),
    )


@require_POST
@at_the_till
def returns(request: StaffRequest, pk: int) -> HttpResponse:
    """Take goods back. The form carries a key: twice is once."""
    bought, told = _order(request, pk), request.POST
    amount = told.get("amount", "").strip()
    try:
        done = returning.take_return(
            bought,
            quantities=_quantities(told),
            amount=sum(amounts_of(amount), Decimal(0)) if amount else None,
            key=_key(told),
            by=request.user,
            at=timezone.now(),
        )
    except Refusal as refused:
        return _refused(request, refused, _to("order", pk))
    return _to("slip", done.pk)


@require_GET
@at_the_till
@never_cache
def slip(request: StaffRequest, pk: int) -> HttpResponse:
    """What was done, to be printed."""
    known = own_shops.seen_by(request.user, TillOperation.objects.all())
    with_all = known.select_related("shop", "order", "goods_return", "member__wallet", "member__programme")
    done = get_object_or_404(with_all, pk=pk)
    now = timezone.now()
    return _page(
        request,
        "slip",
        title=_("Slip"),
        done=done,
        earned=selling.earned_by(done, at=now) if done.kind == TillOperation.Kind.SALE else None,
        standing=Standing(done.member, now) if done.member else None,
    )


def _page(request: StaffRequest, template: str, *, title: str, **more: Any) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": title,
        "now": timezone.now(),
        "shop": shop_of(request),
        "shops": list(_shops(request.user)),
        **more,
    }
    return TemplateResponse(request, f"loyalty/till/{template}.html", context)


def _quote(request: StaffRequest, one: Member, served_in: Shop, typed: str) -> Quote | None:
    try:
        return selling.preview(one, shop=served_in, amounts=amounts_of(typed), at=timezone.now())
    except Refusal as refused:
        messages.error(request, str(refused.title))
        return None


def _shops(user: User) -> QuerySet[Shop]:
    return own_shops.seen_by(user, Shop.objects.filter(is_active=True).order_by("name", "pk"), shop="pk")


def shop_of(request: StaffRequest) -> Shop | None:
    """The shop that was chosen in this session; somebody with one shop has nothing to choose."""
    shops = list(_shops(request.user))
    chosen = next((one for one in shops if one.pk == request.session.get(SHOP)), None)
    return chosen or (shops[0] if len(shops) == 1 else None)


def _member(pk: int) -> Member:
    known = Member.objects.current().select_related("programme", "customer", "wallet")
    return get_object_or_404(known, pk=pk, customer__erased_at=None)


def _order(request: StaffRequest, pk: int) -> Order:
    known = own_shops.seen_by(request.user, Order.objects.select_related("shop"))
    return get_object_or_404(known.prefetch_related("lines"), pk=pk)


def _signs(one: Member) -> list[str]:
    """By what the customer is known, covered: enough to ask “ending in 56?”."""
    known = one.customer.identities.order_by("pk")[:3]
    return [masked(identity.kind, identity.value) for identity in known]


def _key(told: Mapping[str, str]) -> UUID:
    """A form without a key is nobody's own: each sending of it is an operation of its own."""
    try:
        return UUID(told.get("key", ""))
    except ValueError:
        return uuid4()


def _receipt(told: Mapping[str, str]) -> str:
    return told.get("receipt", "").replace("\0", "").strip()[:LONGEST_RECEIPT]


def _points(told: Mapping[str, str]) -> int:
    """What the button says (“pay with all”), else what was typed; nothing typed: none."""
    text = "".join((told.get("all_points") or told.get("points") or "0").split())
    if not (text.isascii() and text.isdigit() and int(text[:12]) <= MOST_POINTS and len(text) <= 12):
        raise UnreadableAmount
    return int(text)


def _quantities(told: Mapping[str, str]) -> Mapping[str, Decimal]:
    """`line-…` of the form: how much of which line comes back. Nothing typed: none of it.

    Raises:
        NothingReturned: a quantity that is no number.
    """
    given = {name.removeprefix(LINE): value.strip() for name, value in told.items() if name.startswith(LINE)}
    return {name: quantity_of(value) for name, value in given.items() if value}


def _refused(request: StaffRequest, refused: Refusal, back: HttpResponse) -> HttpResponse:
    messages.error(request, str(refused.title))
    return back


def _to(name: str, *args: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(f"till:{name}", args=args))
