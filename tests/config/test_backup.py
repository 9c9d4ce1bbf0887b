"""A house is written into a file and read back into another database, on the real programs."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from config import backup
from crm import feed
from crm.models import FeedRow, Order
from tests.factories.orders import placed_order

pytestmark = pytest.mark.django_db(transaction=True)
PROJECT = Path(backup.__file__).parents[1]


@pytest.fixture
def elsewhere(owner_connection: psycopg.Connection[Any]) -> Iterator[str]:
    """The name of an empty database beside ours. (Another run would take a name like ours for left behind.)"""
    name = f"elsewhere_{connection.settings_dict['NAME']}"
    owner_connection.execute(
        sql.SQL(
            "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
        ).format(sql.Identifier(name))
    )
    yield name
    owner_connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def run(child_environment: dict[str, str]) -> Any:
    """Run a command of ours on this process's database, or on another of the same server."""

    def run(*words: str, database: str | None = None) -> subprocess.CompletedProcess[str]:
        ours = connection.settings_dict["NAME"]
        url = child_environment["DATABASE_URL"].replace(f"/{ours}", f"/{database or ours}")
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            env={**child_environment, "DATABASE_URL": url},
            capture_output=True,
            text=True,
            cwd=PROJECT,
            check=False,
        )

    return run


def values(owner: psycopg.Connection[Any], database: str, query: str) -> list[Any]:
    with psycopg.connect(owner.info.dsn, dbname=database, autocommit=True) as there:
        return there.execute(query).fetchall()


def test_what_was_backed_up_is_read_back_equal_and_goes_on(
    run: Any, elsewhere: str, owner_connection: Any, tmp_path: Path
) -> None:
    for number in range(3):
        placed_order(f"o-{number}")
    feed.sequence()
    file = tmp_path / "monday.backup"

    written = run("backup", str(file))

    assert written.returncode == 0, written.stderr
    assert f"head of the feed: {feed.head()}" in written.stdout
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [it.name for it in tmp_path.iterdir()] == [file.name]

    restored = run("restore", str(file), "--jobs", "2", database=elsewhere)

    assert restored.returncode == 0, restored.stderr
    assert "all totals equal" in restored.stdout
    assert values(owner_connection, elsewhere, "SELECT count(*), max(position) FROM crm_feed") == [
        (FeedRow.objects.count(), feed.head())
    ]
    # The application may use it, and may still not rewrite history.
    may = (
        "SELECT has_table_privilege('veren_app', 'crm_order', 'INSERT'), has_table_privilege('veren_app', {})"
    )
    assert values(owner_connection, elsewhere, may.format("'crm_feed', 'UPDATE'")) == [(True, False)]

    again = run("restore", str(file), database=elsewhere)

    assert again.returncode == 1
    assert "This database is not empty" in again.stderr

    replaced = run("restore", str(file), "--replace", database=elsewhere)

    assert replaced.returncode == 0, replaced.stderr
    assert "all totals equal" in replaced.stdout


def test_a_house_that_is_being_used_is_not_replaced(
    run: Any, owner_connection: Any, tmp_path: Path, progress: Any
) -> None:
    placed_order()
    file = tmp_path / "monday.backup"
    backup.write(connection, file, at=Order.objects.get().placed_at, progress=progress)

    refused = run("restore", str(file), "--replace")

    assert refused.returncode == 1
    assert "stop web, relay, worker and beat first" in refused.stderr
    assert Order.objects.count() == 1


@pytest.fixture
def progress() -> Any:
    class Heard(list[tuple[str, int, int]]):
        def __call__(self, *said: Any) -> None:
            self.append(said)

    return Heard()


def test_a_backup_holds_one_moment_and_says_how_far_it_is(tmp_path: Path, progress: Any) -> None:
    placed_order()
    totals = backup.write(connection, tmp_path / "one", at=Order.objects.get().placed_at, progress=progress)
    placed_order("o-later")

    assert backup.read_totals(tmp_path / "one") == totals
    assert totals.rows["crm_order"] == 1
    done, total = progress[-1][1:]
    assert 0 < done <= total


def test_a_file_that_stands_is_not_written_over(tmp_path: Path, progress: Any) -> None:
    file = tmp_path / "one"
    file.write_text("dear")

    with pytest.raises(backup.BackupError, match="is there already"):
        backup.write(connection, file, at=None, progress=progress)  # type: ignore[arg-type]

    assert file.read_text() == "dear"


@pytest.mark.parametrize("cut", [1, 500])
def test_half_a_backup_is_none(cut: int, tmp_path: Path, progress: Any) -> None:
    whole = tmp_path / "whole"
    placed_order()
    backup.write(connection, whole, at=Order.objects.get().placed_at, progress=progress)
    half = tmp_path / "half"
    half.write_bytes(whole.read_bytes()[:-cut])

    with pytest.raises(backup.BackupError, match="or not all of one"):
        backup.read_totals(half)


def test_every_number_that_differs_is_named() -> None:
    before = backup.Totals(made_at="", server="", rows={"a": 2, "b": 1}, figures={"head of the feed": "7"})
    after = backup.Totals(made_at="", server="", rows={"a": 1, "b": 1}, figures={"head of the feed": "6"})

    assert [(it.name, it.backed_up, it.found) for it in backup.differences(before, after)] == [
        ("a", "2", "1"),
        ("head of the feed", "7", "6"),
    ]


def test_a_folder_that_does_not_exist_is_one_sentence(run: Any, tmp_path: Path) -> None:
    refused = run("backup", str(tmp_path / "nowhere" / "file"))

    assert refused.returncode == 1
    assert refused.stderr.strip().endswith("cannot be written: No such file or directory.")
