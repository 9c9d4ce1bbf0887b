"""Proof that background work goes on: beat sends a task, the broker carries it, a worker writes down the moment.

A ping asks whether somebody listens; workers that had lost their broker went on answering it. This cannot lie.
"""

from __future__ import annotations

from datetime import datetime

from crm.models import Canary

TASKS = "tasks"


def sing(*, at: datetime) -> None:
    """Write down that a task has run now. Safe to repeat."""
    Canary.objects.update_or_create(name=TASKS, defaults={"sang_at": at})


def age_seconds(*, at: datetime) -> float | None:
    """Since when nothing was heard; None when nothing ever was."""
    sang_at = Canary.objects.filter(name=TASKS).values_list("sang_at", flat=True).first()
    return max(0.0, (at - sang_at).total_seconds()) if sang_at else None
