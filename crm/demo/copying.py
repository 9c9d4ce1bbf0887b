"""Rows into tables by COPY, with ids drawn first: many times quicker than INSERT, and the objects know their ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from psycopg import sql

_as_json = DjangoJSONEncoder(ensure_ascii=False).encode


def draw_ids(model: type[models.Model], count: int) -> list[int]:
    """So many ids from the table's sequence, rising."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(s.name) FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name) AS s,"
            " generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return sorted(pk for (pk,) in cursor.fetchall())


def copy(rows: Sequence[models.Model]) -> None:
    """Give the rows ids and write them exactly as they are: nothing is filled in on the way, `auto_now` neither."""
    if not rows:
        return
    model = type(rows[0])
    for row, pk in zip(rows, draw_ids(model, len(rows)), strict=True):
        row.pk = pk
    copy_values(model, (row.__dict__ for row in rows))


def copy_values(model: type[models.Model], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows given as values by attribute name, the id among them. What a row leaves out is empty."""
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.GeneratedField)]
    names = [(field.attname, isinstance(field, models.JSONField)) for field in fields]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join([sql.Identifier(str(field.column)) for field in fields]),
    )
    with connection.cursor() as cursor, cursor.copy(statement) as stream:
        for row in rows:
            stream.write_row([_as_json(row[name]) if is_json else row.get(name) for name, is_json in names])
