"""Where words about a person are kept in passing: answers of the API, rows of files, what the admin wrote down.

None of it belongs to the person by a key, so it is known by the ids it names and by the person's own words.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote_plus

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.models import (
    BulkJob,
    BulkResult,
    ConnectorDelivery,
    Customer,
    IdempotentAnswer,
    Identity,
    ImportedDocument,
    ImportedRow,
    SavedView,
    User,
    WebhookAttempt,
    WebhookDelivery,
)
from crm.people.identity_kinds import IdentityKind
from crm.personal_data import Erasing, Holding

# What was answered about a customer, or about an entry of theirs, is known by the id it begins with. A repeat of the
# request is answered by that id alone, and still has no second effect.
ANSWERS = """
UPDATE crm_idempotentanswer a
SET body = coalesce('{"id":' || substring(a.body from '^\\{"id": ?([0-9]+)') || '}', '{}')
WHERE (a.operation = 'POST /api/v1/customers/'
    AND substring(a.body from '^\\{"id": ?([0-9]+)')::bigint = ANY (%(ids)s))
  OR (a.operation = 'POST /api/v1/events/' AND EXISTS (
    SELECT 1 FROM crm_timelineentry e
    WHERE e.id = substring(a.body from '^\\{"id": ?([0-9]+)')::bigint AND e.customer_id = ANY (%(ids)s)))
  OR EXISTS (SELECT 1 FROM unnest(%(traces)s::text[]) AS trace WHERE position(trace IN a.body) > 0)
"""
ROWS = """
UPDATE crm_importedrow r SET cells = '[]', customer_ref = ''
FROM crm_importjob j JOIN crm_shop s ON s.id = j.shop_id
WHERE r.job_id = j.id AND (
  (r.customer_ref <> '' AND concat(s.slug, ' ', r.customer_ref) = ANY (%(numbers)s))
  OR EXISTS (SELECT 1 FROM unnest(%(traces)s::text[]) AS trace WHERE position(trace IN r.cells::text) > 0)
)
"""
DOCUMENTS = """
UPDATE crm_importeddocument d SET customer_ref = ''
FROM crm_importjob j JOIN crm_shop s ON s.id = j.shop_id
WHERE d.job_id = j.id AND d.customer_ref <> '' AND concat(s.slug, ' ', d.customer_ref) = ANY (%(numbers)s)
"""
# What a shop sent at once is kept while it is worked on: a job that speaks of the person is stopped where it stands.
JOBS = """
UPDATE crm_bulkjob j SET body = '', cancelled_at = %(at)s
WHERE EXISTS (SELECT 1 FROM unnest(%(traces)s::text[]) AS trace WHERE position(trace IN j.body) > 0)
"""
RESULTS = """
UPDATE crm_bulkresult r SET problem = problem - 'errors'
WHERE EXISTS (SELECT 1 FROM unnest(%(traces)s::text[]) AS trace WHERE position(trace IN r.problem::text) > 0)
"""


# What was told to a shop's own systems, and what they answered. What is still to be sent is written anew.
TOLD = """
UPDATE crm_webhookdelivery d SET body = ''
WHERE d.body <> '' AND (d.customer_id = ANY (%(ids)s)
  OR EXISTS (SELECT 1 FROM unnest(%(traces)s::text[]) AS trace WHERE position(trace IN d.body) > 0))
"""
ANSWERED = """
UPDATE crm_webhookattempt a SET answer = ''
FROM crm_webhookdelivery d
WHERE d.id = a.delivery_id AND a.answer <> '' AND (d.customer_id = ANY (%(ids)s)
  OR EXISTS (SELECT 1 FROM unnest(%(traces)s::text[]) AS trace WHERE position(trace IN a.answer) > 0))
"""
# What a shop's own systems brought, also where JSON spells letters out ("\\u0418").
BROUGHT = """
UPDATE crm_connectordelivery d SET body = '', next_try_at = NULL
WHERE d.body <> '' AND (d.customer_id = ANY (%(ids)s)
  OR EXISTS (SELECT 1 FROM unnest(%(traces)s::text[]) AS trace WHERE position(convert_to(trace, 'UTF8') IN d.body) > 0))
"""
# As the shop numbers them, the things that its system told of are called.
TOLD_OF = """
WITH its AS (
  SELECT c.id AS connection_id, 'customer:' || own.number AS thing
  FROM unnest(%(shops)s::text[], %(numbers)s::text[]) AS own(shop, number)
  JOIN crm_shop s ON s.slug = own.shop JOIN crm_connection c ON c.shop_id = s.id
), forgotten AS (
  DELETE FROM crm_connectornews n USING its WHERE n.connection_id = its.connection_id AND n.thing = its.thing
)
UPDATE crm_connectordelivery d SET thing = '' FROM its
WHERE d.connection_id = its.connection_id AND d.thing = its.thing
"""


def _erase_brought(erasing: Erasing) -> None:
    """Before identities go, as `_erase_rows`."""
    own = Identity.objects.filter(customer__in=erasing.ids, kind=IdentityKind.EXTERNAL)
    numbers = list(own.values_list("namespace", "value"))
    _run(TOLD_OF, shops=[shop for shop, _number in numbers], numbers=[number for _shop, number in numbers])
    spelt = {json.dumps(trace)[1:-1] for trace in erasing.traces}
    _run(BROUGHT, ids=list(erasing.ids), traces=[*erasing.traces, *spelt])


def _erase_answers(erasing: Erasing) -> None:
    _run(ANSWERS, ids=list(erasing.ids), traces=list(erasing.traces))


def _erase_rows(erasing: Erasing) -> None:
    """Before identities go: the shops' own numbers of the person stand there."""
    own = Identity.objects.filter(customer__in=erasing.ids, kind=IdentityKind.EXTERNAL)
    numbers = [f"{shop} {number}" for shop, number in own.values_list("namespace", "value")]
    _run(ROWS, numbers=numbers, traces=list(erasing.traces))
    _run(DOCUMENTS, numbers=numbers)


def _erase_jobs(erasing: Erasing) -> None:
    _run(JOBS, traces=list(erasing.traces), at=erasing.at)


def _erase_told(erasing: Erasing) -> None:
    _run(TOLD, ids=list(erasing.ids), traces=list(erasing.traces))


def _erase_answered(erasing: Erasing) -> None:
    _run(ANSWERED, ids=list(erasing.ids), traces=list(erasing.traces))


def _erase_results(erasing: Erasing) -> None:
    _run(RESULTS, traces=list(erasing.traces))


def _run(statement: str, **told: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, told)


def _erase_log(erasing: Erasing) -> None:
    """What the admin noted of its own forms: how a person was called then, and the addresses added to them."""
    signs = Identity.objects.filter(customer__in=erasing.ids).values_list("pk", flat=True)
    users = User.objects.filter(customer__in=erasing.ids).values_list("pk", flat=True)
    about = _about(Customer, erasing.ids) | _about(Identity, signs) | _about(User, users)
    LogEntry.objects.filter(about).update(object_repr="", change_message="")


def _about(model: type[Model], pks: object) -> Q:
    ids = [str(pk) for pk in pks]  # type: ignore[attr-defined]
    return Q(content_type=ContentType.objects.get_for_model(model), object_id__in=ids)


def _erase_views(erasing: Erasing) -> None:
    """A list that somebody saved under a search for this very person."""
    named = Q()
    for trace in erasing.traces:
        # An address holds it as addresses do: “%40” for “@”.
        named |= Q(query__icontains=trace) | Q(query__icontains=quote_plus(trace)) | Q(name__icontains=trace)
    if named:
        SavedView.objects.filter(named).delete()


def _none_of(model: type[Model]) -> QuerySet[Model]:
    return model._default_manager.none()


HOLDINGS = (
    Holding(
        name="answers",
        title=_("Answers kept for repeated requests"),
        model=IdempotentAnswer,
        rows=lambda ids: _none_of(IdempotentAnswer),
        erase=_erase_answers,
    ),
    Holding(
        name="bulk_jobs",
        title=_("Requests of shops that are being worked on"),
        model=BulkJob,
        rows=lambda ids: _none_of(BulkJob),
        erase=_erase_jobs,
    ),
    Holding(
        name="bulk_results",
        title=_("What came of requests of shops"),
        model=BulkResult,
        rows=lambda ids: _none_of(BulkResult),
        erase=_erase_results,
    ),
    Holding(
        name="imported_rows",
        title=_("Rows of imported files"),
        model=ImportedRow,
        rows=lambda ids: _none_of(ImportedRow),
        erase=_erase_rows,
    ),
    Holding(
        name="imported_documents",
        title=_("Documents of imported files"),
        model=ImportedDocument,
        rows=lambda ids: _none_of(ImportedDocument),
    ),
    Holding(
        name="log",
        title=_("Notes of the admin"),
        model=LogEntry,
        rows=lambda ids: _none_of(LogEntry),
        erase=_erase_log,
    ),
    Holding(
        name="views",
        title=_("Saved views"),
        model=SavedView,
        rows=lambda ids: _none_of(SavedView),
        erase=_erase_views,
    ),
    Holding(
        name="brought",
        title=_("What shops’ own systems told about you"),
        model=ConnectorDelivery,
        rows=lambda ids: ConnectorDelivery.objects.filter(customer__in=ids),
        tells=("received_at", "topic", "landed_at"),
        erase=_erase_brought,
    ),
    Holding(
        name="webhook_deliveries",
        title=_("What shops were told about you"),
        model=WebhookDelivery,
        rows=lambda ids: WebhookDelivery.objects.filter(customer__in=ids),
        tells=("queued_at", "webhook__name", "kind", "state"),
        erase=_erase_told,
    ),
    Holding(
        name="webhook_attempts",
        title=_("What shops answered when they were told"),
        model=WebhookAttempt,
        rows=lambda ids: WebhookAttempt.objects.filter(delivery__customer__in=ids),
        erase=_erase_answered,
    ),
)
