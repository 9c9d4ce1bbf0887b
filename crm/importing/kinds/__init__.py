"""What a file can bring in. To add a kind: a file with a `Kind`, and its line in the table `settings.IMPORT_KINDS`.

The table is wiring, so that an app above crm can bring in what it alone knows (opening balances, say).
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from django.conf import settings

from crm.importing.kinds.base import Kind
from crm.importing.refusals import UnknownKindOfImport
from crm.models import ImportJob


def kinds() -> Sequence[Kind]:
    table: Sequence[Kind] = import_module(settings.IMPORT_KINDS).IMPORT_KINDS
    return table


def kind_named(name: str) -> Kind:
    """Raises UnknownKindOfImport."""
    for kind in kinds():
        if kind.name == name:
            return kind
    raise UnknownKindOfImport


def kind_of(job: ImportJob) -> Kind:
    return kind_named(job.kind)


__all__ = ["Kind", "kind_named", "kind_of", "kinds"]
