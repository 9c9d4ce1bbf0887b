"""How gunicorn serves the house: `gunicorn -c config/gunicorn.py config.wsgi`."""

import os
import shutil
import signal
import tempfile
from typing import Any

from config import embedded, logs

bind = os.environ.get("BIND") or f"127.0.0.1:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "1"))
threads = int(os.environ.get("WEB_THREADS", "8"))
# Each worker imports for itself: a connection pool that some import opened before the fork would be dead after it.
preload_app = False
graceful_timeout = 10
# Kept on shared memory: a worker's heartbeat must not wait for a disk.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108  # nosec B108
loglevel = "warning"
# No access log of gunicorn's: it would write addresses with all that was typed into them. Ours is config.access.
accesslog = None
logconfig_dict = logs.as_gunicorn_wants_it(loglevel)
control_socket_disable = True


def on_starting(server: Any) -> None:
    """The workers count each in a file of its own, and whichever is asked for /metrics adds them up."""
    if workers > 1 and "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        folder = tempfile.mkdtemp(prefix="veren-metrics-", dir=worker_tmp_dir)
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = server.veren_metrics = folder


def on_exit(server: Any) -> None:
    shutil.rmtree(getattr(server, "veren_metrics", ""), ignore_errors=True)


def post_fork(server: Any, worker: Any) -> None:
    """A worker whose master was killed would keep the port."""
    embedded.end_with_parent(signal.SIGKILL)
