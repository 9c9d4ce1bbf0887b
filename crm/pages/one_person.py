"""The parts of a customer's page about being one person: consents, records that may be theirs too, what can be done."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.consents import consenting
from crm.customer_page import Badge, Notice, Panel, Visit
from crm.models import MergeProposal


def erased(visit: Visit) -> Notice | None:
    if visit.customer.erased_at is None:
        return None
    return Notice(
        text=_("This person was erased. What is left is kept for the books and names nobody."),
        icon="lock",
        url=reverse("crm:suppression-lifts") if visit.reader.has_perm("crm.lift_suppression") else "",
    )


def perhaps_the_same(visit: Visit) -> Notice | None:
    if not visit.reader.has_perm("crm.merge_customer"):
        return None
    pairs = MergeProposal.objects.waiting()
    if not (pairs.filter(first=visit.customer) | pairs.filter(second=visit.customer)).exists():
        return None
    return Notice(
        text=_("Perhaps another record is of the same person. Compare them."),
        mood="warn",
        icon="users",
        url=reverse("crm:same-person", args=[visit.customer.pk]),
    )


def merged_records(visit: Visit) -> list[Badge]:
    """Numbers that lead here as well: somebody may have one of them on paper."""
    return [Badge(text=f"№ {pk}", icon="users") for pk in visit.people[1:6]]


def consents(visit: Visit) -> Panel:
    return Panel(
        title=_("Consents"),
        template="crm/customer/_consents.html",
        context={"standings": consenting.standings(visit.customer)},
    )


def their_data(visit: Visit) -> Panel | None:
    """What may be done with the record as a whole, by those who may."""
    pk, reader = visit.customer.pk, visit.reader
    deeds = (
        ("crm.merge_customer", "same-person", _("Records of the same person")),
        ("crm.tell_customer", "personal-data", _("A copy of all personal data")),
        ("crm.erase_customer", "erasure", _("Erase this person")),
    )
    links = [(reverse(f"crm:{name}", args=[pk]), label) for may, name, label in deeds if reader.has_perm(may)]
    if not links or visit.customer.erased_at:
        return None
    return Panel(title=_("This record"), template="crm/customer/_deeds.html", context={"links": links})
