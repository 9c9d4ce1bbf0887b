"""Returns, as colleagues take them: opened from an order with its effect on points first, then step by step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.colleagues import own_shops
from crm.errors import Refusal
from crm.models import Order, User
from crm.pages.requests import StaffRequest
from crm.purchases import order_links
from support.answering import return_cases
from support.models import ReturnCase, Ticket
from support.pages import return_form
from support.sight import Sight

SOURCE = "agent"
Step = Callable[[ReturnCase, User, datetime], object]

# What the buttons say, and who may press them: name → (deed, word, permission).
STEPS: dict[str, tuple[Step, str | Promise, str]] = {
    "approve": (
        lambda case, by, at: return_cases.approve(case, by=by, at=at),
        _("Agree to the return"),
        "support.decide_returncase",
    ),
    "receive": (
        lambda case, by, at: return_cases.receive(case, by=by, at=at),
        _("The goods are here"),
        "support.add_returncase",
    ),
    "refund": (
        lambda case, by, at: return_cases.refund(case, by=by, at=at),
        _("The money is sent back"),
        "support.decide_returncase",
    ),
    "withdraw": (
        lambda case, by, at: return_cases.withdraw(case, by=by, at=at),
        _("They keep it after all"),
        "support.add_returncase",
    ),
}
NEXT = {
    ReturnCase.State.REQUESTED: ("approve", "withdraw"),
    ReturnCase.State.APPROVED: ("receive", "withdraw"),
    ReturnCase.State.RECEIVED: ("refund",),
}


@require_GET
@permission_required("support.view_returncase", raise_exception=True)
def one_case(request: StaffRequest, pk: int) -> HttpResponse:
    case = _case(request, pk)
    steps = [(name, *STEPS[name][1:]) for name in NEXT.get(ReturnCase.State(case.state), ())]
    quantities = {line.order_line_id: line.quantity for line in case.lines.all()}
    context = {
        **admin.site.each_context(request),
        "title": _("Return {number}").format(number=case),
        "case": case,
        "now": timezone.now(),
        "steps": [(name, word) for name, word, permission in steps if request.user.has_perm(permission)],
        "foreseen": None if case.goods_return else return_cases.foresee(case.order, quantities),
        "may_refuse": case.state in ("requested", "approved")
        and request.user.has_perm("support.decide_returncase"),
        "link": request.build_absolute_uri(order_links.path_of(case.order)),
    }
    return TemplateResponse(request, "support/returns/case.html", context)


@require_POST
@permission_required("support.view_returncase", raise_exception=True)
def step(request: StaffRequest, pk: int, name: str) -> HttpResponse:
    """One step on. Who may not take it is told so; where the case stands meanwhile, too."""
    case = _case(request, pk)
    if name not in STEPS:
        raise Http404
    act, _word, permission = STEPS[name]
    if not request.user.has_perm(permission):
        return HttpResponse(status=403)
    try:
        act(case, request.user, timezone.now())
        messages.success(request, _("Done."))
    except Refusal as refused:
        messages.error(request, str(refused.title))
    return HttpResponseRedirect(reverse("returns:case", args=[pk]))


@require_POST
@permission_required("support.decide_returncase", raise_exception=True)
def refusal(request: StaffRequest, pk: int) -> HttpResponse:
    case = _case(request, pk)
    try:
        answer = request.POST.get("answer", "")[:500]
        return_cases.refuse(case, answer=answer, by=request.user, at=timezone.now())
        messages.success(request, _("The customer reads your answer on the page of the order."))
    except Refusal as refused:
        messages.error(request, str(refused.title))
    return HttpResponseRedirect(reverse("returns:case", args=[pk]))


@require_http_methods(["GET", "POST"])
@permission_required("support.add_returncase", raise_exception=True)
def open_case(request: StaffRequest, order_pk: int) -> HttpResponse:
    """`?ticket=`: the conversation in which it was asked for."""
    order = _order(request, order_pk)
    ticket = _ticket(request)
    wish = return_form.take(request, order, by=request.user, source=SOURCE, ticket=ticket)
    if wish.case:
        return HttpResponseRedirect(reverse("returns:case", args=[wish.case.pk]))
    context = {
        **admin.site.each_context(request),
        "title": _("Return of order {number}").format(number=order.number),
        "order": order,
        "ticket": ticket,
        "wish": wish,
    }
    return TemplateResponse(request, "support/returns/open.html", context)


def _order(request: StaffRequest, pk: int) -> Order:
    orders = own_shops.seen_by(request.user, Order.objects.select_related("customer", "shop"))
    found = orders.filter(pk=pk, customer__isnull=False).first()
    if found is None:
        raise Http404
    return found


def _ticket(request: StaffRequest) -> Ticket | None:
    text = request.GET.get("ticket", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    return Sight(request.user).of(Ticket.objects.filter(pk=int(text))).first()


def _case(request: StaffRequest, pk: int) -> ReturnCase:
    cases = ReturnCase.objects.select_related("order__shop", "customer", "goods_return", "ticket", "policy")
    seen = own_shops.seen_by(request.user, cases.prefetch_related("lines__order_line"), shop="order__shop")
    found = seen.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
