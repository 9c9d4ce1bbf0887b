"""The person behind a member: their customer's row is the first lock of every verb, and orders their timeline."""

from __future__ import annotations

from crm.models import Customer
from loyalty.errors import UnknownMember
from loyalty.models import Member


def lock_person(member: Member) -> Customer:
    """Lock the customer's row (FOR NO KEY UPDATE) until commit.

    Raises:
        UnknownMember: the member has left, or goes on as another one.
    """
    customer = Customer.objects.select_for_update(no_key=True).get(pk=member.customer_id)
    if not Member.objects.current().filter(pk=member.pk).exists():
        raise UnknownMember
    return customer
