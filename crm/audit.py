"""What changed on a record, and who did it. Triggers write it down (crm.models.changes); this reads it aloud."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pghistory
from django.db import connection
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from pghistory.middleware import HistoryMiddleware

from crm.models import User
from crm.models import changes as kept
from crm.people import masking

SHOWN = 50


class WhoChangesMiddleware(HistoryMiddleware):
    """Tells the triggers which colleague is behind a page. Behind a write of the API is its key: see `act_as_key`."""

    def __call__(self, request: HttpRequest) -> Any:
        if request.path.startswith("/api/") or not request.user.is_authenticated:
            return self.get_response(request)
        return super().__call__(request)  # type: ignore[no-untyped-call]

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        return {"user": request.user.pk}


@dataclass(frozen=True, kw_only=True)
class Difference:
    field: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """One moment: what it was about, what was done, by which colleague or key of the API, and field by field."""

    pk: int
    at: datetime
    subject: str
    deed: str
    colleague: User | None
    key: str
    differences: Sequence[Difference]


TRACKED: Mapping[str, type[Any]] = {
    "customer": kept.CustomerChange,
    "company": kept.CompanyChange,
    "shop": kept.ShopChange,
    "apikey": kept.ApiKeyChange,
    "webhook": kept.WebhookChange,
    "eventtype": kept.EventTypeChange,
    "user": kept.UserChange,
    "installation": kept.InstallationChange,
    "segment": kept.SegmentChange,
}


BESIDE: Mapping[str, Sequence[Callable[[Any], QuerySet[Any]]]] = {
    "customer": (
        lambda customer: kept.IdentityChange.objects.filter(customer_id=customer.pk),
        lambda customer: kept.AddressChange.objects.filter(customer_id=customer.pk),
    ),
    "user": (
        lambda user: kept.RoleOfUserChange.objects.filter(user_id=user.pk).select_related("group"),
        lambda user: kept.ShopOfUserChange.objects.filter(user_id=user.pk).select_related("shop"),
    ),
}


def changes_of(record: Model, *, before: int | None = None) -> list[Change]:
    """The latest first, SHOWN at most; `before` goes on from the last one's key. Three queries, however many."""
    model = TRACKED[record._meta.model_name or ""]
    rows = model.objects.filter(pgh_obj_id=record.pk).select_related("pgh_context").order_by("-pgh_id")
    later = rows.filter(pgh_id__gte=before).last() if before else None
    page = list(rows.filter(pgh_id__lt=before)[:SHOWN] if before else rows[:SHOWN])
    people = _colleagues(page)
    return list(_told(page, after=later or record, people=people))


def _told(page: Sequence[Any], *, after: Any, people: Mapping[int, User]) -> Iterator[Change]:
    """Each row holds what stood before: what came after it is the row read just before this one."""
    for row in page:
        yield Change(
            pk=row.pgh_id,
            at=row.pgh_created_at,
            subject=str(type(row).pgh_tracked_model._meta.verbose_name),
            deed=_deed(row.pgh_label),
            colleague=people.get(_author(row)),
            key=_key(row),
            differences=_differences(row, after) if row.pgh_label == "update" else (),
        )
        after = row


def _deed(label: str) -> str:
    return {"insert": _("added"), "update": _("changed"), "delete": _("removed")}[label]


def _author(row: Any) -> int:
    return int((row.pgh_context.metadata.get("user") if row.pgh_context else None) or 0)


def _key(row: Any) -> str:
    return str((row.pgh_context.metadata.get("key") if row.pgh_context else None) or "")


def _colleagues(page: Sequence[Any]) -> dict[int, User]:
    return User.objects.in_bulk({author for row in page if (author := _author(row))})


def _differences(row: Any, after: Any) -> list[Difference]:
    found = []
    for field in row._meta.fields:
        if field.name.startswith("pgh_") or field.name == "id":
            continue
        old, new = getattr(row, field.attname), getattr(after, field.attname)
        if old != new:
            found.append(
                Difference(
                    field=str(field.verbose_name),
                    before=_aloud(row, field, old),
                    after=_aloud(row, field, new),
                )
            )
    return found


def _aloud(row: Any, field: Any, value: Any) -> str:
    """Phones and e-mails stay masked here too."""
    if value in (None, "", []):
        return "—"
    if field.name == "value":
        return masking.masked(row.kind, value)
    if field.name == "email":
        return masking.masked_email(value)
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return str(dict(field.flatchoices).get(value, value))


def changes_beside(record: Model) -> list[Change]:
    """What belongs to a record and stands in rows of its own, SHOWN at most: a customer's identities and addresses,
    a colleague's roles and shops. A fixed number of queries."""
    sources = BESIDE.get(record._meta.model_name or "", ())
    found = [change for rows in sources for change in _of_rows(rows(record))]
    return sorted(found, key=lambda change: change.at, reverse=True)[:SHOWN]


def _of_rows(rows: QuerySet[Any]) -> Iterator[Change]:
    page = list(rows.select_related("pgh_context").order_by("-pgh_id")[:SHOWN])
    people = _colleagues(page)
    later = rows.model.pgh_tracked_model.objects.in_bulk({_about(row) for row in page})
    for row in page:
        after = later.get(_about(row))
        yield Change(
            pk=row.pgh_id,
            at=row.pgh_created_at,
            subject=_subject(row),
            deed=_deed(row.pgh_label),
            colleague=people.get(_author(row)),
            key=_key(row),
            differences=_differences(row, after) if row.pgh_label == "update" and after else (),
        )
        later[_about(row)] = row


def _about(row: Any) -> int:
    return int(row.pgh_obj_id if hasattr(row, "pgh_obj_id") else row.id)


def _subject(row: Any) -> str:
    if isinstance(row, kept.IdentityChange):
        return f"{row.get_kind_display()} {masking.masked(row.kind, row.value)}"
    if isinstance(row, kept.RoleOfUserChange):
        return str(_("role %(name)s") % {"name": row.group.name})
    if isinstance(row, kept.ShopOfUserChange):
        return str(_("shop %(name)s") % {"name": row.shop.name})
    return str(type(row).pgh_tracked_model._meta.verbose_name)


def acting(user: User) -> Any:
    """For work that begins elsewhere than on a page: `with acting(user): …`."""
    return pghistory.context(user=user.pk)


# What pghistory's triggers read: the id of the context, and what it says.
ACT_AS = "set_config('pghistory.context_id', %s, true), set_config('pghistory.context_metadata', %s, true)"


def key_as_author(prefix: str) -> list[str]:
    """The values of ACT_AS for a key of the API, known by what it begins with."""
    return [str(uuid.uuid4()), json.dumps({"key": prefix})]


def act_as_key(prefix: str) -> None:
    """Whatever is changed until this transaction ends was changed by this key. (pghistory's own context would say it
    again before each statement, which an order with its lines would feel.)"""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {ACT_AS}", key_as_author(prefix))
