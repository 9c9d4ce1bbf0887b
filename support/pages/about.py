"""Which orders a ticket is about: added and taken away beside the conversation."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.colleagues import own_shops
from crm.models import Order
from crm.pages.requests import StaffRequest
from crm.people.same_person import ids_by
from crm.search import searching
from support import labelling
from support.models import Ticket
from support.pages.deeds import ANSWERS, Said, Undo, do, number_of


@require_POST
@permission_required(ANSWERS, raise_exception=True)
def orders(request: StaffRequest, pk: int) -> HttpResponse:
    """One of the customer's orders, chosen or by its number; `how` is `away` to say that it is not about it."""

    def deed(ticket: Ticket, at: datetime) -> Said:
        order = _order(request, ticket)
        if request.POST.get("how") == "away":
            labelling.unrelate_order(ticket, order=order, by=request.user, at=at)
            words, back = _("The ticket is not about order {order}."), "about"
        else:
            labelling.relate_order(ticket, order=order, by=request.user, at=at)
            words, back = _("The ticket is about order {order}."), "away"
        undo = Undo(path="orders/", values={"order": str(order.pk), "how": back})
        return Said(words=words.format(order=order.number), undo=undo, tells={"side-changed": True})

    return do(request, pk, deed)


def _order(request: StaffRequest, ticket: Ticket) -> Order:
    """Raises Http404 where this customer has no such order that the colleague sees."""
    its = Order.objects.filter(customer__in=ids_by(ticket.customer_id))
    if typed := request.POST.get("number", ""):
        numbered = searching.orders(searching.tidy(typed), reader=request.user)
        found = its.filter(pk__in=[order.pk for order in numbered]).first()
    else:
        seen = own_shops.seen_by(request.user, its)
        found = seen.filter(pk=number_of(request.POST.get("order", "")) or 0).first()
    if found is None:
        raise Http404
    return found
