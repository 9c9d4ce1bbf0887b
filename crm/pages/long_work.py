"""Work that goes on by itself, as a page has it: stop it, let it go on, or read why it cannot."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.contrib import messages
from django.utils import timezone

from crm.errors import Refusal
from crm.models.long_work import LongWork
from crm.pages.requests import StaffRequest

W = TypeVar("W", bound=LongWork)


def do(
    request: StaffRequest, verb: Callable[..., object], work: W, *, start: Callable[[W], None] | None = None
) -> None:
    """Do it now, and let `start` tell a worker of it. If it is refused, the next page says why."""
    try:
        verb(work, at=timezone.now())
    except Refusal as refusal:
        messages.warning(request, str(refusal.title))
    else:
        if start:
            start(work)
