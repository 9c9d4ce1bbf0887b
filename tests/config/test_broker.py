"""Publishing is a hint: a broker that is gone loses nothing, and holds up nobody."""

from __future__ import annotations

import time

import pytest
from celery import Celery
from django.conf import settings
from kombu.exceptions import OperationalError


def test_a_broker_that_is_gone_delays_no_answer() -> None:
    app = Celery(broker="redis://127.0.0.1:1/0", set_as_current=False)
    app.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    tell_worker(app)  # loads what it needs

    assert min(tell_worker(app) for _time in range(3)) < 1


def tell_worker(app: Celery) -> float:
    """In vain; after how many seconds."""
    began = time.monotonic()
    with pytest.raises(OperationalError):
        app.send_task("crm.connectors.tasks.land_delivery", [1], retry=False)
    return time.monotonic() - began
