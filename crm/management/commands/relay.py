from __future__ import annotations

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connection

from crm import relay

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Serves reactions from the feed until told to stop. Any number may run; one serves a reaction at a time."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        while not stop.is_set():
            try:
                relay.run_until(stop.is_set, wait=stop.wait)
            except (OperationalError, InterfaceError) as error:
                log.warning("the database went away: %s", type(error).__name__)
                connection.close()
                stop.wait(1)
