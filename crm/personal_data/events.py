"""What happened with somebody, what they agreed to, and what colleagues wrote and changed about them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.facts import FACTS
from crm.models import (
    CampaignPerson,
    Consent,
    CustomerToLookAt,
    ListTaken,
    Look,
    Merge,
    MergeProposal,
    ParkedEntry,
    SegmentMember,
    SnapshotMember,
    Task,
    TimelineEntry,
)
from crm.models.changes import AddressChange, CompanyPersonChange, CustomerChange, IdentityChange
from crm.personal_data import Erasing, Holding, Ids, texts_in


def _entries(ids: Ids) -> QuerySet[TimelineEntry]:
    return TimelineEntry.objects.filter(customer__in=ids)


class Entries(Holding):
    def told(self, ids: Ids) -> list[dict[str, Any]]:
        """Every entry with its sentence, in the active language, and the data behind it."""
        entries = self.rows(ids).order_by("occurred_at", "pk").iterator(chunk_size=500)
        return [
            {
                "occurred_at": entry.occurred_at,
                "kind": entry.kind,
                "sentence": entry.fact.aloud(),
                "channel": entry.channel,
                "source": entry.source,
                "payload": entry.payload,
            }
            for entry in entries
        ]

    def words(self, ids: Ids) -> Iterator[str]:
        """The personal fields of facts; of a kind that nobody states any more, all of them."""
        for kind, payload in self.rows(ids).filter(erased_at=None).values_list("kind", "payload").iterator():
            names = FACTS[kind].personal if kind in FACTS else payload.keys()
            yield from texts_in([payload.get(name) for name in names])


def _erase_entries(erasing: Erasing) -> None:
    personal = {kind: sorted(fact.personal) for kind, fact in FACTS.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT crm_erase_entries(%s, %s, %s)", [list(erasing.ids), json.dumps(personal), erasing.at]
        )


ENTRIES = Entries(
    name="timeline",
    title=_("What happened"),
    model=TimelineEntry,
    rows=_entries,
    tells=("occurred_at", "kind", "sentence", "channel", "source", "payload"),
    erase=_erase_entries,
)


def _erase_consents(erasing: Erasing) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_erase_consents(%s, %s)", [list(erasing.ids), erasing.at])


CONSENTS = Holding(
    name="consents",
    title=_("What you agreed to"),
    model=Consent,
    rows=lambda ids: Consent.objects.filter(customer__in=ids),
    tells=("occurred_at", "purpose", "channel", "decision", "text_version", "source", "proof"),
    traces=("proof",),
    erase=_erase_consents,
)


def _tasks(ids: Ids) -> QuerySet[Task]:
    return Task.objects.filter(customer__in=ids)


TASKS = Holding(
    name="tasks",
    title=_("What colleagues meant to do for you"),
    model=Task,
    rows=_tasks,
    tells=("title", "due_at", "completed_at", "outcome", "outcome_note"),
    traces=("title", "outcome_note"),
    erase=lambda erasing: _tasks(erasing.ids).update(title="—", outcome_note=""),
)


def _merges(ids: Ids) -> QuerySet[Merge]:
    return Merge.objects.filter(Q(customer__in=ids) | Q(survivor__in=ids))


MERGES = Holding(
    name="merges",
    title=_("When we took two records of you for one"),
    model=Merge,
    rows=_merges,
    tells=("customer_id", "survivor_id", "merged_at", "undone_at"),
    traces=("replaced",),
    erase=lambda erasing: _merges(erasing.ids).update(replaced={}),
)


def _proposals(ids: Ids) -> QuerySet[MergeProposal]:
    return MergeProposal.objects.filter(Q(first__in=ids) | Q(second__in=ids))


PROPOSALS = Holding(
    name="merge_proposals",
    title=_("Who was taken for you"),
    model=MergeProposal,
    rows=_proposals,
    erase=lambda erasing: _proposals(erasing.ids).delete(),
)

# An error is kept by its kind and place, never by its message: there is nothing to erase.
PARKED = Holding(
    name="parked",
    title=_("What waits to be done"),
    model=ParkedEntry,
    rows=lambda ids: ParkedEntry.objects.filter(customer__in=ids),
)

LOOKS = Holding(
    name="looks",
    title=_("When colleagues looked at your data"),
    model=Look,
    rows=lambda ids: Look.objects.filter(customer__in=ids),
    tells=("looked_at", "identity_kind", "reason"),
    traces=("reason",),
)

LISTS_TAKEN = Holding(
    name="lists_taken",
    title=_("When colleagues took lists out that you stand in"),
    model=ListTaken,
    rows=lambda ids: ListTaken.objects.filter(customers__overlap=list(ids)),
    tells=("taken_at", "list_name"),
)


def _segments(ids: Ids) -> QuerySet[SegmentMember]:
    return SegmentMember.objects.filter(customer__in=ids)


def _snapshots(ids: Ids) -> QuerySet[SnapshotMember]:
    return SnapshotMember.objects.filter(customer__in=ids)


SEGMENTS = (
    Holding(
        name="segments",
        title=_("Groups of customers that you belong to"),
        model=SegmentMember,
        rows=_segments,
        tells=("segment__name", "since"),
        erase=lambda erasing: _segments(erasing.ids).delete(),
    ),
    Holding(
        name="snapshots_of_segments",
        title=_("Groups of customers that you belonged to once"),
        model=SnapshotMember,
        rows=_snapshots,
        tells=("snapshot__segment__name", "snapshot__taken_at"),
        erase=lambda erasing: _snapshots(erasing.ids).delete(),
    ),
    Holding(
        name="segments_to_ask_again",
        title=_("What waits to be counted"),
        model=CustomerToLookAt,
        rows=lambda ids: CustomerToLookAt.objects.filter(customer__in=ids),
    ),
)

# What is left of it after an erasure is a side and a moment under a number: what both sides bought stays true.
CAMPAIGNS = Holding(
    name="campaigns",
    title=_("What we did for you together with many others"),
    model=CampaignPerson,
    rows=lambda ids: CampaignPerson.objects.filter(customer__in=ids),
    tells=("campaign__name", "side", "state", "at", "outcome"),
)


def _forget_changes(erasing: Erasing) -> None:
    """Last of all: whatever was erased before has left what stood there in these very tables."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_forget_changes(%s)", [list(erasing.ids)])
        cursor.execute("SELECT crm_forget_roles_and_sign_ins(%s)", [list(erasing.ids)])


CHANGES = (
    Holding(
        name="former_details",
        title=_("What we called you before"),
        model=CustomerChange,
        rows=lambda ids: CustomerChange.objects.filter(pgh_obj__in=ids),
        tells=("pgh_created_at", "family_name", "given_name", "patronymic", "birthday"),
    ),
    Holding(
        name="former_identities",
        title=_("How we reached you before"),
        model=IdentityChange,
        rows=lambda ids: IdentityChange.objects.filter(customer__in=ids),
        tells=("pgh_created_at", "kind", "value"),
        traces=("value",),
    ),
    Holding(
        name="former_roles",
        title=_("Companies you acted for before"),
        model=CompanyPersonChange,
        rows=lambda ids: CompanyPersonChange.objects.filter(customer__in=ids),
        tells=("pgh_created_at", "role"),
    ),
    Holding(
        name="former_addresses",
        title=_("Your addresses before"),
        model=AddressChange,
        rows=lambda ids: AddressChange.objects.filter(customer__in=ids),
        tells=("pgh_created_at", "country", "region", "city", "postal_code", "street"),
        traces=("street",),
        erase=_forget_changes,
    ),
)
