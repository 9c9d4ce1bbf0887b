"""A bar on the command line for whatever says how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, cast

from django.core.management.base import OutputWrapper
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn


@contextmanager
def bar(out: OutputWrapper) -> Iterator[Callable[[str, int, int], None]]:
    """What to call with: what is being done, how much is done, how much there is. Silent where nobody looks."""
    columns = (BarColumn(), TaskProgressColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    console = Console(file=cast(IO[str], out))
    with Progress(*columns, console=console, transient=True, disable=not out.isatty()) as bars:
        task = bars.add_task("", total=None)
        yield lambda what, done, total: bars.update(task, description=what, completed=done, total=total)
