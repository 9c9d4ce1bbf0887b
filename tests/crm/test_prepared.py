"""Statements that are planned once for a connection, for whoever asks and nobody else."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import prepared

pytestmark = pytest.mark.django_db


def planned(words: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE position(%s in statement) > 0", [words]
        )
        return int(cursor.fetchone()[0])


def test_a_statement_is_planned_once_for_a_connection():
    for n in range(3):
        with prepared.cursor() as cursor:
            cursor.execute("SELECT %s::int AS asked_for_here", [n])
            assert cursor.fetchone() == (n,)

    assert planned("::int AS asked_for_here") == 1


def test_nobody_else_s_statements_are_planned():
    with prepared.cursor() as cursor:
        cursor.execute("SELECT 1")
    for _ in range(20):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 AS nobody_asked_for_this")

    assert planned("AS nobody_asked_for_this") == 0


def test_whoever_watches_reads_what_was_asked():
    with CaptureQueriesContext(connection) as watched, prepared.cursor() as cursor:
        cursor.execute("SELECT %s::text", ["a"])

    assert [query["sql"] for query in watched] == ["SELECT $1::text"]
