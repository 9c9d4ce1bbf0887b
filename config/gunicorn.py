"""How gunicorn serves the house: `gunicorn -c config/gunicorn.py config.wsgi`."""

import os
import signal
from typing import Any

from config import embedded

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "1"))
threads = int(os.environ.get("WEB_THREADS", "8"))
# Each worker imports for itself: a connection pool that some import opened before the fork would be dead after it.
preload_app = False
graceful_timeout = 10
# Kept on shared memory: a worker's heartbeat must not wait for a disk.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108  # nosec B108
loglevel = "warning"
control_socket_disable = True


def post_fork(server: Any, worker: Any) -> None:
    """A worker whose master was killed would keep the port."""
    embedded.end_with_parent(signal.SIGKILL)
