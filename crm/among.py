"""Whether a column is one of many numbers, asked of the database as one value."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, BooleanField, F, Func, Value


class Among(Func):
    """Whether a column is one of these numbers, told as one array: thousands of them cost as much to read as few."""

    template = "(%(expressions)s))"
    arg_joiner = " = ANY("
    output_field = BooleanField()

    def __init__(self, column: str, ids: Iterable[int]) -> None:
        super().__init__(F(column), Value(list(ids), output_field=ArrayField(BigIntegerField())))
