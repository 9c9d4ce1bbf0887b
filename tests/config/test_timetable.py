"""What runs by the clock is known to the worker that is to run it."""

from __future__ import annotations

import subprocess
import sys

# A process of its own, as a worker is: these tests have imported modules that a worker may never hear of.
REFUSED = """
import django
django.setup()
from django.conf import settings
from config.celery import app
app.loader.import_default_modules()
print(*sorted({job["task"] for job in settings.CELERY_BEAT_SCHEDULE.values()} - set(app.tasks)), sep="\\n")
"""


def test_a_worker_knows_every_task_of_the_timetable(child_environment):
    found = subprocess.run(
        [sys.executable, "-c", REFUSED], env=child_environment, capture_output=True, text=True, check=True
    )

    assert found.stdout.split() == []
