"""What Prometheus reads at /metrics: how requests go, how far behind the reactions are, whether tasks still run.

Counted per process and added up over the workers of one web server (PROMETHEUS_MULTIPROC_DIR, which
config/gunicorn.py sets); what stands in the database is read when somebody asks. Labels are names of ours: patterns
of addresses, reactions, states. Never an id, never what somebody typed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector

from config.health import holds, may_look_inside
from config.logs import method_of
from crm import canary, relay_lag
from crm.models import ImportJob
from crm.rollups import watching
from crm.webhooks import lagging
from loyalty.ledger import proving

REQUESTS = Counter("veren_http_requests", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram(
    "veren_http_request_seconds",
    "Time until the answer was ready.",
    ["route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
NOWHERE = "(none)"


class RequestMetricsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        status = 500  # when the error page itself breaks there is no response
        try:
            response = self.get_response(request)
            status = response.status_code
        finally:
            route = request.resolver_match.route if request.resolver_match else NOWHERE
            REQUESTS.labels(method_of(request), route, status).inc()
            SECONDS.labels(route).observe(time.monotonic() - began)
        return response


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Everything counted. To those who may not look inside there is no such page."""
    if not may_look_inside(request):
        return HttpResponseNotFound(content_type="text/plain")
    return HttpResponse(_counted() + _standing(), content_type=CONTENT_TYPE_LATEST)


def _counted() -> bytes:
    """Of this process, or of all workers of this web server."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def _standing() -> bytes:
    registry = CollectorRegistry()
    registry.register(HouseCollector())
    return generate_latest(registry)


class HouseCollector(Collector):
    """What stands in the database, the same whichever process is asked."""

    def collect(self) -> Iterator[Metric]:
        is_up = holds("database")
        yield GaugeMetricFamily("veren_database_up", "Does the database answer?", value=int(is_up))
        if is_up:
            yield from self._stands(at=timezone.now())

    def _stands(self, *, at: datetime) -> Iterator[Metric]:
        lags = relay_lag.lags(at=at)
        yield _family(
            "veren_relay_lag_entries",
            "Entries that a reaction has not read yet.",
            {lag.reaction: lag.entries for lag in lags},
            label="reaction",
        )
        yield _family(
            "veren_relay_lag_seconds",
            "Age of the oldest entry that a reaction has not read yet.",
            {lag.reaction: lag.seconds for lag in lags},
            label="reaction",
        )
        outbox = relay_lag.outbox(at=at)
        yield GaugeMetricFamily(
            "veren_outbox_entries", "Entries without a place in the feed.", value=outbox.entries
        )
        yield GaugeMetricFamily(
            "veren_outbox_oldest_seconds", "Age of the oldest of them.", value=outbox.seconds
        )
        yield _family(
            "veren_parked_entries",
            "Entries set aside because a reaction failed on them, or on one before them.",
            relay_lag.parked_by_reaction(),
            label="reaction",
        )
        webhooks = lagging.lagging(at=at)
        yield _family(
            "veren_webhooks_oldest_seconds",
            "Age of the oldest thing that a webhook was not told yet.",
            {str(pk): seconds for pk, seconds in webhooks.oldest.items()},
            label="webhook",
        )
        yield GaugeMetricFamily(
            "veren_webhooks_disabled", "Webhooks that the house disabled.", value=webhooks.disabled
        )
        yield _family("veren_import_jobs", "Imports, by state.", _imports_by_state(), label="state")
        proof = proving.latest()
        yield GaugeMetricFamily(
            "veren_ledger_drift",
            "Violations that the latest proof of the points ledger found. Must be 0.",
            value=proof.violations_count if proof else 0,
        )
        yield GaugeMetricFamily(
            "veren_ledger_proof_age_seconds",
            "Since the points ledger was last proved.",
            value=(at - proof.began_at).total_seconds() if proof else float("inf"),
        )
        days = watching.seen(at=at)
        yield GaugeMetricFamily(
            "veren_rollup_drift",
            "Rows of day figures that the latest reconciliation found otherwise than their facts. Must be 0.",
            value=days.drift,
        )
        yield GaugeMetricFamily(
            "veren_rollup_reconciled_age_seconds",
            "Since day figures were last reconciled with their facts.",
            value=days.reconciled_seconds,
        )
        yield GaugeMetricFamily(
            "veren_rollup_stale_seconds",
            "Age of the oldest day that waits to be counted anew.",
            value=days.waiting_seconds,
        )
        age = canary.age_seconds(at=at)
        yield GaugeMetricFamily(
            "veren_canary_age_seconds",
            "Since a task last came all the way from beat through the broker and a worker into the database.",
            value=float("inf") if age is None else age,
        )


def _imports_by_state() -> dict[str, int]:
    counted = dict(ImportJob.objects.values_list("state").annotate(Count("pk")))
    return {state: counted.get(state, 0) for state in ImportJob.State.values}


def _family(name: str, text: str, values: Mapping[str, float], *, label: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
