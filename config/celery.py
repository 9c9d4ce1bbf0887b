"""The Celery application. `celery -A config worker` and `celery -A config beat` find it here."""

import os
import signal
from typing import Any

from celery import Celery, signals

from config import embedded, logs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

app = Celery("veren")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


signals.setup_logging.connect(logs.keep_our_logs)
signals.before_task_publish.connect(logs.send_along)
signals.task_prerun.connect(logs.begin_task)
signals.task_postrun.connect(logs.end_task)


@signals.worker_process_init.connect  # type: ignore[untyped-decorator]
def end_with_the_worker(**_: Any) -> None:
    """A pool process whose worker was killed would wait forever, or finish a task that is already given to another."""
    embedded.end_with_parent(signal.SIGKILL)
