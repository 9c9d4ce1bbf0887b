"""How gunicorn serves the house: `gunicorn -c config/gunicorn.py config.wsgi`."""

import os

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "1"))
threads = int(os.environ.get("WEB_THREADS", "8"))
# Workers are forked from a process that has imported everything; connections are opened after that, in each.
preload_app = True
graceful_timeout = 10
# Kept on shared memory: a worker's heartbeat must not wait for a disk.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108  # nosec B108
loglevel = "warning"
control_socket_disable = True
