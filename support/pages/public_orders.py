"""What customers open by the link of their order: where it is, and in three clicks, how something of it goes back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.errors import Refusal
from crm.models import Order
from crm.purchases import order_links
from support.answering import return_cases
from support.models import ReturnCase
from support.pages import return_form

SOURCE = "order page"


@require_safe
@never_cache
def order(request: HttpRequest, token: str) -> HttpResponse:
    found = _order(token)
    policy = return_cases.policy_in_force()
    context = {
        "order": found,
        "token": token,
        "now": timezone.now(),
        "cases": ReturnCase.objects.filter(order=found).order_by("-pk"),
        "until": return_cases.last_day(found, policy),
        "can_return": _can_return(found),
    }
    return render(request, "support/public/order.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
def return_goods(request: HttpRequest, token: str) -> HttpResponse:
    """The form; on it, before anything is asked for, what the return would bring. Only the second button asks."""
    found = _order(token)
    if not _can_return(found):
        return HttpResponseRedirect(reverse("order", args=[token]))
    wish = return_form.take(request, found, by=None, source=SOURCE)
    if wish.case:
        said = _("Your wish to return something is with us: %(number)s. We answer within a working day.")
        messages.success(request, said % {"number": wish.case})
        return HttpResponseRedirect(reverse("order", args=[token]))
    context = {"order": found, "token": token, "wish": wish, "policy": return_cases.policy_in_force()}
    return render(request, "support/public/return.html", context)


@require_POST
@never_cache
def withdraw_return(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    case = ReturnCase.objects.filter(order=_order(token), pk=pk).first()
    if case is None:
        raise Http404
    try:
        return_cases.withdraw(case, by=None, at=timezone.now())
        messages.success(request, _("The return is withdrawn."))
    except Refusal as refused:
        messages.error(request, str(refused.title))
    return HttpResponseRedirect(reverse("order", args=[token]))


@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    """How goods are returned, as it is in force today."""
    found = return_cases.policy_in_force()
    if found is None:
        raise Http404
    return render(request, "support/public/policy.html", {"policy": found})


def _can_return(order: Order) -> bool:
    """Has it come, is there something left, and time?"""
    has_come = order.delivered_at or order.completed_at
    if order.cancelled_at or not has_come or not return_cases.left_of(order):
        return False
    until = return_cases.last_day(order, return_cases.policy_in_force())
    return until is None or timezone.localdate() <= until


def _order(token: str) -> Order:
    found = order_links.order_by(token)
    if found is None:
        raise Http404
    return found
