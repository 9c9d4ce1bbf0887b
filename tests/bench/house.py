"""What every bench needs: the database, buffers and CPU of a query or a process, and where figures go."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from psycopg.conninfo import make_conninfo

FIGURES = Path(__file__).parents[2] / "build" / "bench"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Figure:
    """`goal` reads as a sentence of comparison (“≤ 1.2”); without one the figure is only reported (`holds` None)."""

    value: float | int | str
    goal: str = ""
    holds: bool | None = None


def at_most(value: float, goal: float, unit: str = "") -> Figure:
    return Figure(round(value, 3), f"≤ {goal}{unit}", value <= goal)


def at_least(value: float, goal: float, unit: str = "") -> Figure:
    return Figure(round(value, 3), f"≥ {goal}{unit}", value >= goal)


def exactly(value: Any, goal: Any) -> Figure:
    return Figure(value, f"= {goal}", value == goal)


def keep(name: str, figures: Mapping[str, Figure]) -> None:
    FIGURES.mkdir(parents=True, exist_ok=True)
    text = json.dumps(
        {figure: asdict(value) for figure, value in figures.items()}, indent=2, ensure_ascii=False
    )
    (FIGURES / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def dsn(**changes: str) -> str:
    """libpq's words for the bench database, as its superuser."""
    its = connection.settings_dict
    words = {"host": its["HOST"], "port": str(its["PORT"]), "user": its["USER"], "dbname": its["NAME"]}
    return make_conninfo(**{word: value for word, value in {**words, **changes}.items() if value})


@contextmanager
def superuser() -> Iterator[psycopg.Connection[Any]]:
    """Each statement its own transaction."""
    with psycopg.connect(dsn(), autocommit=True) as owner:
        yield owner


def buffers(read: Callable[[], object]) -> int:
    """Shared buffers that the queries of `read` touch, counted by EXPLAIN on a second run of each."""
    asked: list[tuple[str, Any]] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        read()
    return sum(_buffers_of(sql, params) for sql, params in asked)


def _buffers_of(sql: str, params: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", params)
        (answer,) = cursor.fetchone()
    plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11:15]) / TICKS


def children(pid: int) -> list[int]:
    """The processes below `pid`, at any depth."""
    below = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return below + [grandchild for child in below for grandchild in children(child)]
