"""A shop's customers move in, three times: whole, again, and killed twice and resumed.

What is reported are rows a second of a made file (number, names, phone, e-mail, birthday, two consents for every other
person), with the work of the database in them. What gates is that nothing is lost or doubled.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import psycopg

from crm.models import ImportJob, Shop
from tests.bench.house import Figure, exactly, superuser
from tests.bench.imports import NAME, Ended, finished
from tests.relaying import PROJECT

ROWS = 6_000
HEADER = ("Number", "Family name", "Given name", "Phone", "E-mail", "Birthday", "Purpose", "Consent date")

# Everything that moving in leaves behind, but for ids, moments of writing and the name of the shop.
LEFT_BEHIND = """
WITH people AS MATERIALIZED (
  SELECT c.id, number.value AS number, c.full_name, c.birthday FROM crm_identity number
  JOIN crm_customer c ON c.id = number.customer_id WHERE number.namespace = %(slug)s
),
said AS (
  SELECT customer_id, 'fact' AS what, kind AS how FROM crm_timelineentry WHERE source = 'import:' || %(slug)s
  UNION ALL
  SELECT customer_id, purpose || channel, decision || occurred_at FROM crm_consent WHERE source = 'import:' || %(slug)s
  UNION ALL
  SELECT customer_id, kind, evidence FROM crm_identity WHERE customer_id IN (SELECT id FROM people)
)
SELECT md5(string_agg(concat_ws(' ', number, full_name, birthday, what, how), ';' ORDER BY number, what, how))
FROM people LEFT JOIN said ON said.customer_id = people.id
"""


def run() -> dict[str, Figure]:
    whole, killed = new_shop(), new_shop()
    with TemporaryDirectory() as folder, superuser() as watching:
        path = made_file(Path(folder))
        first = finished(start(whole, path), watching)
        before = state_of(watching, whole)
        second = finished(start(whole, path), watching)
        kills = kill_and_resume(killed, path, watching)
        same = state_of(watching, killed) == before
        unchanged = state_of(watching, whole) == before
        people = watching.execute(
            "SELECT count(*) FROM crm_identity WHERE namespace = ANY (%s)", [[whole.slug, killed.slug]]
        ).fetchone()
    return {
        "rows a second": Figure(round(ROWS / first.seconds)),
        "rows a CPU second": Figure(round(ROWS / first.cpu_seconds)),
        "rows a second, second run": Figure(round(ROWS / second.seconds)),
        "peak memory, MB": Figure(round(first.peak_megabytes)),
        "people of two runs": exactly(people[0] if people else 0, 2 * ROWS),
        "second run changes nothing": exactly(unchanged, True),
        f"killed {kills} times and resumed, the same": exactly(same, True),
    }


def new_shop() -> Shop:
    return Shop.objects.create(slug=f"bench-people-{uuid4().hex[:8]}", name="Gifts", kind=Shop.Kind.ONLINE)


def made_file(folder: Path) -> Path:
    path = folder / "customers.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADER)
        for n in range(ROWS):
            said = ("processing; advertising: email", "2024-01-01") if n % 2 else ("", "")
            mail, phone = f"person-{n}@mail.example", f"+35988{n:07}"
            rows.writerow((n, f"Ivanova{n % 997}", f"Irina{n % 89}", phone, mail, "1985-03-14", *said))
    return path


def start(shop: Shop, path: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "manage.py", "import_customers", str(path), "--shop", shop.slug, *options]
    named = {**os.environ, "PGAPPNAME": NAME}
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL, env=named)


def kill_and_resume(shop: Shop, path: Path, watching: psycopg.Connection[Any]) -> int:
    """Kill it while it applies, each time going on with the same job."""
    options: tuple[str, ...] = ()
    moments = (ROWS // 4, ROWS // 2)
    for moment in moments:
        process = start(shop, path, *options)
        while process.poll() is None:
            job = ImportJob.objects.filter(shop=shop).first()
            if job and job.documents_done > moment:
                break
            time.sleep(0.05)
        process.kill()
        process.wait()
        options = ("--job", str(ImportJob.objects.get(shop=shop).pk))
    ended: Ended = finished(start(shop, path, *options), watching)
    assert ended.code == 0
    return len(moments)


def state_of(watching: psycopg.Connection[Any], shop: Shop) -> str:
    found = watching.execute(LEFT_BEHIND, {"slug": shop.slug}).fetchone()
    return str(found[0] if found else "")
