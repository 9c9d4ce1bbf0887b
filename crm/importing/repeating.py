"""A file is brought in again by itself, from an address or from a folder of the house, as it was read once.

`at` is now. What was imported is known by its own numbers, so that a file that holds old rows as well brings them
once.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal
from crm.importing import jobs
from crm.importing.columns import ColumnMap
from crm.models import ImportJob, RepeatedImport, User
from crm.outside import requests
from crm.outside.requests import NotReached

NAME = re.compile(r"[\w\- ()][\w\-. ()]*")
MOST_HOURS = 24 * 31
# Whoever writes a file is done with it after that long.
WRITTEN_FOR = timedelta(minutes=1)
Taken: TypeAlias = tuple[str, bytes]


class ImportNotDone(Refusal):
    code = "import-not-done"
    title = _("Import the file once before it is brought in by itself: its columns are confirmed by that.")


class RepeatedAlready(Refusal):
    code = "import-repeated-already"
    title = _("This import is repeated already. Stop that first.")


class NoSuchPlace(Refusal):
    code = "no-such-place"
    title = _("Give an address that begins with https://, or the name of a file in the folder for imports.")
    status = 422


class FileNotThere(Refusal):
    code = "file-not-there"
    title = _("The file was not there. Veren looks again by itself.")


class HeaderChanged(Refusal):
    code = "header-changed"
    title = _(
        "The file has other columns than before. Its import waits until somebody confirms what they mean."
    )


@transaction.atomic
def repeat(
    pattern: ImportJob, *, place: str, every_hours: int, at: datetime, by: User | None
) -> RepeatedImport:
    """Bring it in again every so many hours from now on, read as this one was. Not idempotent.

    Raises:
        ImportNotDone, RepeatedAlready, NoSuchPlace, AddressRefused: nothing is changed.
    """
    if pattern.state != ImportJob.State.DONE:
        raise ImportNotDone
    kept = RepeatedImport(
        pattern=pattern,
        place=_checked(place.strip()),
        every_hours=max(1, min(every_hours, MOST_HOURS)),
        next_at=at,
        taken_sha256=pattern.file_sha256,
        created_at=at,
        created_by=by,
    )
    try:
        with transaction.atomic():
            kept.save(force_insert=True)
    except IntegrityError as error:
        raise RepeatedAlready from error
    return kept


def stop(pattern: ImportJob, *, at: datetime) -> None:
    """What was brought in stays. Idempotent."""
    RepeatedImport.objects.standing().filter(pattern=pattern).update(stopped_at=at)


def take(repeated: RepeatedImport, *, at: datetime) -> ImportJob | None:
    """Look for the file now; a new one becomes an import that runs by itself. None: nothing new, or not now.

    Whoever moves `next_at` first does it: two workers take one file once. Nothing is locked while it is fetched.
    What stood in the way is kept in the row, and looked for again next time.
    """
    following = at + timedelta(hours=repeated.every_hours)
    claimed = RepeatedImport.objects.due(at).filter(pk=repeated.pk, next_at=repeated.next_at)
    if not claimed.update(next_at=following):
        return None
    try:
        job, digest, failure = *_brought(repeated, at=at), ""
    except Refusal as refused:
        job, digest, failure = None, "", refused.code
    told: dict[str, object] = {"failure_code": failure}
    if digest:
        told |= {"taken_at": at, "taken_sha256": digest}
    if job and job.state == ImportJob.State.UPLOADED:
        told["failure_code"] = HeaderChanged.code
    RepeatedImport.objects.filter(pk=repeated.pk).update(**told)
    return job if job and job.is_at_work else None


def _brought(repeated: RepeatedImport, *, at: datetime) -> tuple[ImportJob | None, str]:
    """Raises FileNotThere, and what `jobs.open_job` raises."""
    name, body = _fetched(repeated.place, at=at)
    digest = hashlib.sha256(body).hexdigest()
    if digest == repeated.taken_sha256:
        return None, ""
    stored_as = default_storage.save(f"imports/{uuid.uuid4().hex}", ContentFile(body))
    try:
        return _opened(repeated, name=name, stored_as=stored_as, at=at), digest
    except Refusal:
        default_storage.delete(stored_as)
        raise


@transaction.atomic
def _opened(repeated: RepeatedImport, *, name: str, stored_as: str, at: datetime) -> ImportJob:
    """Set to work where its columns stand as they stood; else it waits for somebody."""
    pattern = repeated.pattern
    job = jobs.open_job(
        Path(default_storage.path(stored_as)),
        file_name=name,
        shop=pattern.shop,
        kind=pattern.kind,
        layout=pattern.layout,
        currency=pattern.currency,
        time_zone=pattern.time_zone,
        stored_as=stored_as,
        started_by=repeated.created_by,
        at=at,
    )
    if job.header != pattern.header:
        return job
    job = jobs.confirm(job, at=at)
    return jobs.begin(
        job,
        columns=ColumnMap.from_json(pattern.mapping),
        layout=pattern.layout,
        currency=pattern.currency,
        time_zone=pattern.time_zone,
        at=at,
    )


def _fetched(place: str, *, at: datetime) -> Taken:
    """Its name, and what is in it. Raises FileNotThere."""
    if _is_address(place):
        try:
            answer = requests.get(place, headers={"User-Agent": "Veren"})
        except NotReached as error:
            raise FileNotThere from error
        if answer.status != 200:
            raise FileNotThere
        return place.partition("?")[0].rpartition("/")[2] or "file.csv", answer.body
    path = _in_the_folder(place)
    try:
        if at.timestamp() - path.stat().st_mtime < WRITTEN_FOR.total_seconds():
            raise FileNotThere
        return path.name, path.read_bytes()
    except OSError as error:
        raise FileNotThere from error


def _checked(place: str) -> str:
    if _is_address(place):
        return requests.checked(place)
    return _in_the_folder(place).name


def _is_address(place: str) -> bool:
    return "://" in place


def _in_the_folder(name: str) -> Path:
    """Directly in it, and nowhere else. Raises NoSuchPlace."""
    if not settings.IMPORT_FOLDER or not NAME.fullmatch(name):
        raise NoSuchPlace
    folder = Path(settings.IMPORT_FOLDER).resolve()
    path = (folder / name).resolve()
    if path.parent != folder:
        raise NoSuchPlace
    return path
