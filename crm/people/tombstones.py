"""What is left of somebody who was erased takes no more words about them.

The books go on: an order that was placed is still delivered, cancelled and returned, in numbers, amounts and times.
What would tell of the person again (a reason, a tracking number, a note, a task, a phone) is refused.
"""

from __future__ import annotations

from crm.errors import PersonErased
from crm.models import Customer


def refuse_words_about(customer: Customer | None) -> None:
    """Locks the customer's row (FOR NO KEY UPDATE): until the transaction ends, nobody erases them beside it.

    Raises:
        PersonErased: nothing may be written about them.
    """
    if customer is None:
        return
    known = Customer.objects.select_for_update(no_key=True).filter(pk=customer.pk)
    if known.values_list("erased_at", flat=True).get() is not None:
        raise PersonErased
