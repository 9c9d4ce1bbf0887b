"""100,000 reviews from a file: brought in, brought in again, and killed and resumed.

What gates are counts, memory and CPU seconds; seconds by the clock stand beside them.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from crm import feed
from crm.models import ImportJob, Shop
from surveys.models import Feedback
from tests.bench.house import Figure, at_most, exactly, superuser
from tests.bench.imports import NAME, finished, wait_for
from tests.relaying import PROJECT
from tests.surveys import golden_themes

REVIEWS = 100_000
HEADER = ("Id", "Date", "Rating", "Author", "Source", "Review")
FIRST = datetime(2025, 1, 1)  # noqa: DTZ001 - as a shop's program writes it


def run() -> dict[str, Figure]:
    with tempfile.TemporaryDirectory() as folder, superuser() as watching:
        path = written(Path(folder))
        whole, killed = new_shop(), new_shop()
        first = finished(start(path, whole), watching)
        kept = of_shop(whole)
        second = finished(start(path, whole), watching)
        kills = kill_and_resume(path, killed)
        resumed = of_shop(killed)
    while feed.sequence():  # the next bench finds nothing waiting
        pass
    nobodys = Feedback.objects.filter(shop=whole, department=None).count()
    return {
        "reviews kept": exactly(kept, REVIEWS),
        "without a department": exactly(nobodys, 0),
        "CPU seconds": at_most(first.cpu_seconds, 240, "s"),
        "seconds": Figure(round(first.seconds, 1)),
        "reviews a second": Figure(round(REVIEWS / first.seconds)),
        "peak memory, MB": at_most(first.peak_megabytes, 512),
        "seconds, second run": Figure(round(second.seconds, 1)),
        "kept after a second run": exactly(of_shop(whole), REVIEWS),
        f"kept, killed {kills} times and resumed": exactly(resumed, REVIEWS),
    }


def written(folder: Path) -> Path:
    """Texts of the seen half, each made another by its number."""
    path, texts = folder / "reviews.csv", [one.text for one in golden_themes.seen()]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(REVIEWS):
            at = FIRST + timedelta(minutes=5 * number)
            text = f"{texts[number % len(texts)]} ({number})"
            writer.writerow(
                (f"r{number}", f"{at:%Y-%m-%d %H:%M}", number % 5 + 1, f"Author {number}", "Market", text)
            )
    return path


def new_shop() -> Shop:
    return Shop.objects.create(slug=f"bench-reviews-{uuid4().hex[:8]}", name="Gifts", kind=Shop.Kind.ONLINE)


def of_shop(shop: Shop) -> int:
    return Feedback.objects.filter(shop=shop).count()


def start(path: Path, shop: Shop, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "manage.py", "import_reviews", str(path), "--shop", shop.slug, *options]
    named = {**os.environ, "PGAPPNAME": NAME}
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL, env=named)


def kill_and_resume(path: Path, shop: Shop) -> int:
    """Kill it while it reads, and while it applies; each time go on with the same job."""
    options: tuple[str, ...] = ()
    moments: list[Callable[[ImportJob], bool]] = [
        lambda job: job.rows_read > REVIEWS // 4,
        lambda job: job.rows_done > REVIEWS // 3,
        lambda job: job.rows_done > REVIEWS // 2,
    ]
    for moment in moments:
        process = start(path, shop, *options)
        job = wait_for(shop, moment, process)
        process.kill()
        process.wait()
        options = ("--job", str(job.pk))
    assert start(path, shop, *options).wait() == 0
    return len(moments)
