"""The managers' pages at a million customers and ten million entries of their timelines: what each burns and weighs.

The people are those of tests.bench.segments; here their days are counted, a night values them, and each page is opened
as a manager does: first when nothing is kept, then again within the minutes for which costly figures are kept. CPU is
that of Python and of the database's backend together. Of the model of purchases, fitting alone is measured.
"""

from __future__ import annotations

import resource
from functools import partial
from pathlib import Path
from statistics import median
from time import process_time

from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config import roles
from crm.dashboards import dashboard
from crm.models import Customer, CustomerWorth, RollupState, StaleDay, User, Valuation
from crm.rollups import counting
from crm.rollups.rollup import rollups
from crm.worth import fitting, valuing
from crm.worth.tasks import asked
from tests.bench import segments
from tests.bench.house import Figure, at_most, superuser
from tests.bench.support import cpu_milliseconds, queries_of, signed_in, weight

RUNS = 3
MOST_CPU = 300
HEAVIEST = 100_000
STATIC = Path(__file__).parents[2] / "static"
OF_EVERY_PAGE = ("css/veren.css", "js/htmx.min.js", "js/veren.js")
NARROWED = {"": "", "narrowed to a channel": "channel=online"}

# The bench's orders came without their facts, by which figures would have been kept.
DAYS_OF_PURCHASES = """
UPDATE crm_customerfigures f SET first_purchase_on = d.days[1], second_purchase_on = d.days[2]
FROM (
  SELECT customer_id, array_agg(DISTINCT placed_at::date ORDER BY placed_at::date) AS days
  FROM crm_order WHERE cancelled_at IS NULL GROUP BY 1
) d
WHERE d.customer_id = f.customer_id AND f.first_purchase_on IS NULL
"""


def run() -> dict[str, Figure]:
    with superuser() as owner:
        segments.fill(owner)
        if owner.execute(DAYS_OF_PURCHASES).rowcount:
            owner.execute("VACUUM (ANALYZE) crm_customerfigures")
        entries = owner.execute(
            "SELECT reltuples::bigint FROM pg_class WHERE oid = 'public.crm_timelineentry'::regclass"
        ).fetchone()
    assert entries
    figures = {
        "customers": Figure(Customer.objects.count()),
        "entries of timelines, about": Figure(entries[0]),
        **days_counted(),
        **everybody_valued(),
    }
    client = signed_in(manager())
    for page in dashboard.pages():
        figures |= opened(client, page)
    return figures


def days_counted() -> dict[str, Figure]:
    """Every day of every rollup, once."""
    began, days = process_time(), 0
    while True:
        counted = sum(1 for _day in counting.count_stale(at=timezone.now()))
        days += counted
        if not counted:
            break
    assert not StaleDay.objects.exists()
    standing = RollupState.objects.filter(segment=None, counted_at__isnull=False).count()
    assert standing == len(rollups()), f"{standing} rollups stand"
    return {
        "days counted for it": Figure(days),
        "of it, s of Python": Figure(round(process_time() - began, 1)),
    }


def everybody_valued() -> dict[str, Figure]:
    """Unless a night of this bench did so before. Fitting is measured each time."""
    at = timezone.now()
    if CustomerWorth.objects.count() < segments.SIZE:
        valuing.value_everybody(asked=asked(at, days_ago=1), at=at)
    valuation = Valuation.objects.latest("as_of")
    cpu = cpu_milliseconds(lambda: fitting.fit(valuation)) / 1000
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "customers valued": Figure(valuation.customers),
        "the model of purchases fitted, s of CPU": at_most(cpu, 5),
        "most memory of this process, MB": at_most(memory, 1024),
        "the model is used": Figure(valuation.is_fitted or valuation.get_why_not_display()),
    }


def opened(client: Client, page: dashboard.Page) -> dict[str, Figure]:
    address = address_of(page)
    found: dict[str, Figure] = {}
    for words, query in NARROWED.items():
        name = f"{page.slug}, {words}" if words else page.slug
        its = f"{address}?{query}"
        queries_of(client, its)  # whoever opens it first pays for what the process remembers
        cache.clear()
        read = partial(client.get, its)
        nothing_kept = cpu_milliseconds(read)
        kept = median(cpu_milliseconds(read) for _run in range(RUNS))
        found |= {
            f"{name}: CPU, ms": at_most(kept, MOST_CPU),
            f"{name}: CPU once nothing is kept, ms": at_most(nothing_kept, MOST_CPU),
            f"{name}: queries": Figure(len(queries_of(client, its))),
        }
    content = b"".join(client.get(address))
    files = sum(weight((STATIC / asset).read_bytes()) for asset in OF_EVERY_PAGE)
    found[f"{page.slug}: first load, bytes compressed"] = at_most(weight(content) + files, HEAVIEST)
    return found


def address_of(page: dashboard.Page) -> str:
    if page.url_name:
        return reverse(page.url_name)
    home = page.slug == dashboard.OVERVIEW
    return reverse("dashboard:home") if home else reverse("dashboard:page", args=[page.slug])


def manager() -> User:
    one, _is_new = User.objects.get_or_create(
        email="bench-manager@lipa.example", defaults={"name": "Bench", "is_staff": True}
    )
    assert "manager" in roles.ROLES
    one.groups.add(Group.objects.get_or_create(name="manager")[0])
    return one
