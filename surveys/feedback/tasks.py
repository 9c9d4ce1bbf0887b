"""By night: words of anonymous answers, and what colleagues have taught. May run twice, and beside itself."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from surveys.feedback import hearing, learning


@shared_task  # type: ignore[untyped-decorator]
def hear_anonymous() -> None:
    while hearing.hear_anonymous(at=timezone.now()) == hearing.AT_ONCE:
        pass


@shared_task  # type: ignore[untyped-decorator]
def learn_themes() -> None:
    learning.train(at=timezone.now())
