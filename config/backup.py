"""One file holds the whole database, and says itself what must be found again after it was read back.

The file is what `pg_dump --format=custom` writes, so that pg_restore alone can read it in an emergency. Behind it stand
the totals of the same snapshot: rows of every table, and the figures below. No totals, no complete backup.
"""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql
from psycopg.conninfo import make_conninfo

from config import database_roles, embedded

MAGIC = b"VEREN-TOTALS-1\n"
LENGTH = struct.Struct(">Q")
EMPTYING = Path(__file__).with_name("empty_database.sql")
# What must be equal beside the numbers of rows. Each is one value.
FIGURES = {
    "head of the feed": "SELECT coalesce(max(position), 0)::text FROM crm_feed",
    "points of all members (available, pending, held, owed)": (
        "SELECT concat_ws(', ', coalesce(sum(available), 0), coalesce(sum(pending), 0), coalesce(sum(held), 0), "
        "coalesce(sum(debt), 0)) FROM loyalty_wallet"
    ),
    "sum of all movements of points": "SELECT coalesce(sum(points), 0)::text FROM loyalty_movement",
    "sum of all orders": (
        "SELECT coalesce(string_agg(total || ' ' || currency, ', ' ORDER BY currency), '0') "
        "FROM (SELECT currency, sum(goods_amount + delivery_amount) AS total FROM crm_order GROUP BY currency) AS o"
    ),
}
# Written by a pg_restore from 17 on; servers before do not know it, and it does not matter.
HARMLESS = re.compile(r'"transaction_timeout"')
DUMPED = re.compile(r'dumping contents of table "?(\S+?)"?$')
RESTORED = re.compile(r"(?:finished item \d+|creating|processing data for) (.+)$")

# What is being done, how much of it is done, how much there is.
Progress = Callable[[str, int, int], None]


class BackupError(Exception):
    """It was not done. The message is one sentence that says why."""


@dataclass(frozen=True, kw_only=True)
class Totals:
    made_at: str
    server: str
    rows: dict[str, int]
    figures: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Difference:
    name: str
    backed_up: str
    found: str


def write(connection: BaseDatabaseWrapper, file: Path, *, at: datetime, progress: Progress) -> Totals:
    """Write everything as of now into a new file, readable by its owner alone. The house may go on working.

    Raises:
        BackupError: there is no file then, nor half of one.
    """
    if file.exists():
        raise BackupError(f"{file} is there already: name another file.")
    part = file.with_name(f"{file.name}.part")
    try:
        with _snapshot(connection) as (reader, snapshot):
            part.touch(mode=0o600)
            totals = _totals(reader, FIGURES, at=at)
            _dump(connection, part, snapshot, tables=len(totals.rows), progress=progress)
        _append(part, totals)
        part.rename(file)
    except OSError as error:
        raise BackupError(f"{file} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)
    return totals


def read_back(
    connection: BaseDatabaseWrapper, file: Path, *, replace: bool, jobs: int, progress: Progress
) -> list[Difference]:
    """Fill an empty database, or with `replace` one that is emptied first. Returns what differs from the totals.

    Takes the lock of migrations. The application must be stopped: nobody else may be connected.

    Raises:
        BackupError: before anything was changed, or while the database was filled; the message says which.
    """
    totals = read_totals(file)
    with database_roles.assumed(connection, None):
        database_roles.create_missing(connection)
    with (
        database_roles.assumed(connection, settings.DATABASE_OWNER_ROLE),
        database_roles.one_at_a_time(connection),
    ):
        _refuse_company(connection)
        _make_room(connection, replace=replace)
        _fill(connection, file, jobs=jobs, progress=progress)
        database_roles.grant(connection)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    with _snapshot(connection) as (reader, _):
        found = _totals(reader, {name: FIGURES[name] for name in totals.figures if name in FIGURES})
    return differences(totals, found)


def differences(backed_up: Totals, found: Totals) -> list[Difference]:
    """Every number that is not the same; a table that is missing has none."""
    before = {**backed_up.rows, **{name: it for name, it in backed_up.figures.items() if name in FIGURES}}
    after = {**found.rows, **found.figures}
    return [
        Difference(name=name, backed_up=str(before.get(name, "—")), found=str(after.get(name, "—")))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


# ── The totals behind the dump ───────────────────────────────────────────────
def _append(file: Path, totals: Totals) -> None:
    text = json.dumps(asdict(totals), ensure_ascii=False).encode()
    with file.open("ab") as stream:
        stream.write(text + LENGTH.pack(len(text)) + MAGIC)
        stream.flush()
        os.fsync(stream.fileno())


def read_totals(file: Path) -> Totals:
    """
    Raises:
        BackupError: the file is not there, is no backup of ours, or not all of one.
    """
    tail = LENGTH.size + len(MAGIC)
    try:
        with file.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - tail))
            end = stream.read()
            if size < tail or not end.endswith(MAGIC):
                raise BackupError(f"{file} is not a backup of Veren, or not all of one.")
            (length,) = LENGTH.unpack(end[: LENGTH.size])
            stream.seek(size - tail - length)
            return Totals(**json.loads(stream.read(length)))
    except OSError as error:
        raise BackupError(f"{file} cannot be read: {error.strerror}.") from error


@contextmanager
def _snapshot(connection: BaseDatabaseWrapper) -> Iterator[tuple[psycopg.Connection[Any], str]]:
    """A transaction that sees one moment, and the name by which pg_dump sees the same one."""
    role = settings.DATABASE_OWNER_ROLE
    words = _words(connection) | {"options": f"-c role={role}" if role else ""}
    with psycopg.connect(make_conninfo(**words)) as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        reader.read_only = True
        (name,) = reader.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        yield reader, name


def _totals(
    reader: psycopg.Connection[Any], figures: Mapping[str, str], *, at: datetime | None = None
) -> Totals:
    tables = [name for (name,) in reader.execute(TABLES)]
    count = sql.SQL("SELECT count(*) FROM {}")
    return Totals(
        made_at=at.isoformat() if at else "",
        server=str(reader.info.server_version),
        rows={name: _one(reader, count.format(sql.Identifier(name))) for name in tables},
        figures={name: _one(reader, sql.SQL(query)) for name, query in figures.items()},
    )


TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


def _one(reader: psycopg.Connection[Any], query: sql.Composed | sql.SQL) -> Any:
    row = reader.execute(query).fetchone()
    return row[0] if row else None


# ── The database that is filled ──────────────────────────────────────────────
def _refuse_company(connection: BaseDatabaseWrapper) -> None:
    """A relay that reads a database half filled would take effect on it.

    PostgreSQL's own workers have no login; of other people's sessions that is all an ordinary login may see.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND usesysid IS NOT NULL"
        )
        (others,) = cursor.fetchone()
    if others:
        raise BackupError("Others are using this database: stop web, relay, worker and beat first.")


def _make_room(connection: BaseDatabaseWrapper, *, replace: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        if cursor.fetchone() is None:
            return
        if not replace:
            raise BackupError("This database is not empty: --replace throws away what it holds.")
        cursor.execute(EMPTYING.read_text())


def _dump(
    connection: BaseDatabaseWrapper, file: Path, snapshot: str, *, tables: int, progress: Progress
) -> None:
    done = 0
    for line in _run(connection, "pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={file}"):
        if found := DUMPED.search(line):
            done += 1
            progress(found[1], done, tables)


def _fill(connection: BaseDatabaseWrapper, file: Path, *, jobs: int, progress: Progress) -> None:
    listed = subprocess.run(
        [_program(connection, "pg_restore"), "--list", str(file)], capture_output=True, text=True, check=False
    )
    if listed.returncode:
        raise BackupError(f"{file} cannot be read by pg_restore: {listed.stderr.strip()}")
    total = sum(not line.startswith(";") for line in listed.stdout.splitlines())
    name, done = connection.settings_dict["NAME"], 0
    for line in _run(connection, "pg_restore", f"--jobs={jobs}", str(file)):
        if (found := RESTORED.search(line)) and done < total:
            done += 1
            progress(found[1], done, total)
    progress(name, total, total)


# ── PostgreSQL's programs ────────────────────────────────────────────────────
def _run(connection: BaseDatabaseWrapper, name: str, *arguments: str) -> Iterator[str]:
    """The lines in which it says what it does.

    Raises:
        BackupError: it failed. The message leaves out the lines that quote rows.
    """
    words = _words(connection)
    role = settings.DATABASE_OWNER_ROLE
    child = subprocess.Popen(
        [
            _program(connection, name),
            *("--verbose", "--no-owner", "--no-privileges", "--no-comments"),
            *([f"--role={role}"] if role else []),
            f"--dbname={make_conninfo(**{word: it for word, it in words.items() if word != 'password'})}",
            *arguments,
        ],
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        errors="replace",
        env={
            **os.environ,
            "LC_ALL": "C",
            **({"PGPASSWORD": words["password"]} if "password" in words else {}),
        },
    )
    errors: list[str] = []
    ignorable = 0
    with child:
        for line in child.stderr or ():
            if " error: " in line and HARMLESS.search(line):
                ignorable += 1
            elif " error: " in line:
                errors.append(line.partition(" error: ")[2].strip())
            yield line.rstrip()
    if errors or (child.returncode and not ignorable):
        raise BackupError(f"{name} failed: {errors[0] if errors else f'it ended with {child.returncode}'}")


def _program(connection: BaseDatabaseWrapper, name: str) -> str:
    """The one of the server's own version where the machine has it, else the one that comes with us."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        major = int(cursor.fetchone()[0]) // 10_000
    fitting = Path(f"/usr/lib/postgresql/{major}/bin/{name}")
    return str(fitting) if fitting.exists() else embedded.program(name)


def _words(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """libpq's words for what Django's settings say."""
    its = connection.settings_dict
    words = {
        "host": its["HOST"],
        "port": its["PORT"],
        "user": its["USER"],
        "password": its["PASSWORD"],
        "dbname": its["NAME"],
        **{word: it for word, it in its["OPTIONS"].items() if word.startswith("ssl") or word == "service"},
    }
    return {word: str(value) for word, value in words.items() if value}
