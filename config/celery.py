"""The Celery application. `celery -A config worker` and `celery -A config beat` find it here."""

import os
import signal
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

from config import embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

app = Celery("veren")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect  # type: ignore[untyped-decorator]
def end_with_the_worker(**_: Any) -> None:
    """A pool process whose worker was killed would wait forever, or finish a task that is already given to another."""
    embedded.end_with_parent(signal.SIGKILL)
