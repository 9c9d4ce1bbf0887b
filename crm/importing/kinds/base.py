"""What a kind of import is: its columns, how a row is read, and what becomes of the rows, chunk by chunk."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol, TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.importing.columns import Column
from crm.importing.layouts.base import Layout
from crm.importing.refusals import UnknownLayout
from crm.importing.report import Report
from crm.models import ImportedRow, ImportJob

# What a row leaves in the typed columns of ImportedRow, in the order of `reading.COPY`.
ReadValues: TypeAlias = tuple[Any, ...]
# A whole row of ImportedRow, in the same order: job, number, the read values, refusal, cells as JSON, outcome.
Staged: TypeAlias = tuple[Any, ...]
NOTHING_READ: ReadValues = ("", "", "", None, "", "", None, None, None)


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """The layout of a file, and what it fixes; all empty where the kind knows no layouts."""

    layout: str = ""
    currency: str = ""
    time_zone: str = ""


class Reader(Protocol):
    """Reads the rows of one file."""

    def read(self, cells: Sequence[str]) -> ReadValues:
        """Raises RowRefused."""

    def keeps_cells(self, row: ReadValues) -> bool:
        """Whether the row is still needed as it was written."""


class Kind(ABC):
    """One thing that files bring in. `brings` says it to whoever hands over a file, a sentence for each part.

    `asks` names what has to be known of a file beside its columns: layout, dates, currency, time_zone. `warning`
    is read before the last word is said.
    """

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    file_said: ClassVar[str | Promise]
    brings: ClassVar[Sequence[str | Promise]]
    columns: ClassVar[Sequence[Column]]
    layouts: ClassVar[Sequence[Layout]] = ()
    asks: ClassVar[Sequence[str]] = ("dates", "time_zone")
    warning: ClassVar[str | Promise] = _("Below is what will happen. What is already there stays as it is.")

    def recognise(self, header: Sequence[str], layout: str) -> Recognised:
        """The layout of this name, or the one that the header shows. Raises UnknownLayout."""
        if layout:
            raise UnknownLayout
        return Recognised()

    @abstractmethod
    def reader(self, job: ImportJob) -> Reader: ...

    def foreseen(self, job: ImportJob, batch: Iterable[Staged], reader: Any) -> Iterable[Staged]:
        """The rows of a batch, with what will become of each where that can be known before they are applied.

        `reader` is the one that read them: it may remember what it read.
        """
        return batch

    @abstractmethod
    def plan(self, job: ImportJob) -> None:
        """All is read: number the documents and count the rows. In the caller's transaction; may be repeated."""

    def prepare(self, job: ImportJob, *, at: datetime) -> None:
        """Before the first chunk of each leg. Idempotent."""
        return

    @abstractmethod
    def apply_next(self, job: ImportJob, *, at: datetime) -> ImportJob:
        """Apply the next chunk in a transaction that moves the job's cursor; harmless when two do it.

        Raises:
            ImportCannotDoThat: somebody stopped the job.
        """

    @abstractmethod
    def report(self, job: ImportJob) -> Report:
        """What will become of the rows, or became of them."""

    def cells_of(self, row: ImportedRow, job: ImportJob) -> list[str]:
        """The cells of a refused row, for whoever mends the file."""
        return row.cells or [""] * len(job.header)
