"""Who looked at whom. A phone or an e-mail is shown in full only for a reason, and that stays on record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.models import Customer, Identity, ListTaken, Look, User

SHORTEST_REASON = 3
LONGEST_REASON = 200


class NoReason(Refusal):
    code = "no-reason"
    title = _("Say in a few words what you need it for. Colleagues who watch over this can read it.")
    status = 422


def note_opening(customer: Customer, *, colleague: User, at: datetime) -> None:
    """A colleague opened this customer's page: one row an hour, however often."""
    Look.objects.bulk_create(
        [Look(customer=customer, colleague=colleague, looked_at=at, hour=_hour(at))], ignore_conflicts=True
    )


@transaction.atomic
def reveal(identity: Identity, *, colleague: User, reason: str, at: datetime) -> str:
    """The identity as it is, after the row that says who asked, for whom, and why. Each time leaves its own row.

    Raises:
        NoReason: nothing is shown.
    """
    words = " ".join(reason.replace("\0", "").split())[:LONGEST_REASON]
    if len(words) < SHORTEST_REASON:
        raise NoReason
    Look.objects.create(
        customer_id=identity.customer_id,
        colleague=colleague,
        looked_at=at,
        hour=_hour(at),
        identity_id=identity.pk,
        identity_kind=identity.kind,
        reason=words,
    )
    return identity.value


def note_list_taken(customers: Iterable[int], *, list_name: str, colleague: User, at: datetime) -> None:
    """A colleague takes these customers out of the house in a file. Each call leaves its own row; of nobody, none."""
    ids = sorted(set(customers))
    if ids:
        ListTaken.objects.create(colleague=colleague, taken_at=at, list_name=list_name, customers=ids)


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
