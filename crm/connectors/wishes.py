"""A system passes on what a customer wishes of their data: colleagues who may do it hear of it. Nobody is erased by it.

Only the person may ask to be forgotten, and a system's word is no proof of who asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.contrib.auth.models import Permission
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from crm.colleagues import tasking
from crm.connectors.base import Wish, WishGiven
from crm.models import Connection, Customer, User
from crm.people.identification import Hint, identify

# The law gives a month; a task that is due at its end is late.
ANSWERED_WITHIN = timedelta(days=14)
MOST_TOLD = 3
TITLES = {
    Wish.TO_KNOW: _(
        "A shop’s system passes on that this customer asks what is kept about them: hand out their data."
    ),
    Wish.TO_BE_FORGOTTEN: _(
        "A shop’s system passes on that this customer wants to be forgotten: make sure of it, then erase them."
    ),
}


def pass_on(
    connection: Connection, given: WishGiven, *, hints: Sequence[Hint], at: datetime
) -> Customer | None:
    """A task about the customer for each colleague who may do it, once for each wish. Locks the customer's row.

    None: nobody is known by these hints, or they are forgotten already, so that nothing is to be done.
    """
    customer = identify(hints, shop=connection.shop).customer
    if customer is None or customer.erased_at:
        return None
    for colleague in _concerned(connection):
        with override(colleague.language or None):
            title = str(TITLES[given.wish])
        tasking.set_task(
            title=title,
            owner=colleague,
            customer=customer,
            due_at=at + ANSWERED_WITHIN,
            key=f"{connection.pk}:{given.thing}:{colleague.pk}",
            source="connector:wishes",
            at=at,
        )
    return customer


def _concerned(connection: Connection) -> Iterator[User]:
    """Those who may erase a person; whoever connected the shop first."""
    may_erase = Permission.objects.filter(codename="erase_customer", content_type__app_label="crm")
    able = Q(groups__permissions__in=may_erase) | Q(user_permissions__in=may_erase) | Q(is_superuser=True)
    found = User.objects.filter(able, is_active=True, is_staff=True).distinct()
    yield from sorted(found.order_by("pk"), key=lambda one: one.pk != connection.created_by_id)[:MOST_TOLD]
