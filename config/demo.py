"""The demo company's chapters, in the order in which they are told."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.utils import timezone

from crm.demo import company, history
from crm.models import Customer

Progress = Callable[[str, int, int], None]


def load(*, size: str, progress: Progress) -> None:
    now = timezone.now()
    stage = company.build()
    history.write(stage, size=history.SIZES[size], now=now, progress=progress)
    company.open_business_accounts(stage.manager)
