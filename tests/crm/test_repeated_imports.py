"""A file is brought in again by itself: from a folder or an address, read as it was once, and each row once."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from crm.importing import jobs, repeating, running, tasks
from crm.importing.columns import ColumnMap
from crm.models import ImportJob, Offering, Product, RepeatedImport, User
from crm.outside.requests import AddressRefused
from tests.factories.import_files import csv_file
from tests.factories.shops import NOON, ShopFactory, UserFactory

pytestmark = pytest.mark.django_db
HEADER = ["sku", "name", "price", "stock"]
TEA = ["TEA-LINDEN-50", "Липов чай", "8.00", "40"]
MINT = ["TEA-MINT", "Мента", "5.00", "7"]


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.IMPORT_FOLDER = str(tmp_path / "inbox")
    Path(settings.IMPORT_FOLDER).mkdir()
    return Path(settings.IMPORT_FOLDER)


def lay(folder: Path, *rows: list[str], header: list[str] = HEADER, at: datetime = NOON) -> Path:
    path = csv_file(folder, rows, header=header, name="goods.csv")
    os.utime(path, (at.timestamp() - 600,) * 2)
    return path


@pytest.fixture
def pattern(folder: Path) -> ImportJob:
    """Imported once, by hand."""
    path = lay(folder, TEA)
    job = jobs.open_job(path, file_name="goods.csv", shop=ShopFactory(), kind="products", at=NOON)
    job = jobs.begin(
        job,
        columns=ColumnMap.from_json(job.mapping),
        layout=job.layout,
        currency="EUR",
        time_zone="Europe/Sofia",
        at=NOON,
    )
    jobs.confirm(running.run(job, path, clock=lambda: NOON), at=NOON)
    done = running.run(ImportJob.objects.get(), path, clock=lambda: NOON)
    assert done.state == ImportJob.State.DONE
    return done


def repeated(pattern: ImportJob, place: str = "goods.csv") -> RepeatedImport:
    return repeating.repeat(pattern, place=place, every_hours=24, at=NOON, by=UserFactory())


def look(at: datetime) -> list[ImportJob]:
    """As the beat does, and the worker after it."""
    with time_machine.travel(at, tick=False):
        tasks.repeat_imports()
        for job in ImportJob.objects.filter(state__in=ImportJob.AT_WORK):
            tasks.run_import(job.pk)
    return list(ImportJob.objects.order_by("pk")[1:])


def test_a_new_file_is_read_as_the_first_was_and_each_row_stands_once(
    folder: Path, pattern: ImportJob
) -> None:
    repeated(pattern)
    assert look(NOON) == []  # the same file: nothing new
    lay(folder, [*TEA[:3], "38"], MINT)
    assert look(NOON + timedelta(hours=1)) == []  # not yet
    [job] = look(NOON + timedelta(days=1))

    assert (job.state, job.kind, job.shop) == (ImportJob.State.DONE, "products", pattern.shop)
    assert sorted(Product.objects.values_list("sku", flat=True)) == ["TEA-LINDEN-50", "TEA-MINT"]
    assert Offering.objects.get(product__sku="TEA-LINDEN-50").stock == 38
    assert look(NOON + timedelta(days=2)) == [job]


def test_a_file_with_other_columns_waits_for_somebody(folder: Path, pattern: ImportJob) -> None:
    standing = repeated(pattern)
    lay(folder, ["7", *TEA], header=["row", *HEADER])
    [job] = look(NOON)

    standing.refresh_from_db()
    assert (job.state, standing.failure_code) == (ImportJob.State.UPLOADED, "header-changed")
    assert Product.objects.count() == 1


def test_what_is_not_there_or_still_being_written_is_looked_for_again(
    folder: Path, pattern: ImportJob
) -> None:
    standing = repeated(pattern)
    (folder / "goods.csv").unlink()
    assert look(NOON) == []
    standing.refresh_from_db()
    assert standing.failure_code == "file-not-there"

    path = lay(folder, TEA, MINT)
    later = NOON + timedelta(days=1)
    os.utime(path, (later.timestamp() - 5,) * 2)
    assert look(later) == []
    [job] = look(NOON + timedelta(days=2))
    standing.refresh_from_db()
    assert (job.state, standing.failure_code) == (ImportJob.State.DONE, "")


def test_what_is_no_table_is_refused_and_nothing_of_it_is_kept(folder: Path, pattern: ImportJob) -> None:
    standing = repeated(pattern)
    path = folder / "goods.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    os.utime(path, (NOON.timestamp() - 600,) * 2)

    assert look(NOON) == []
    standing.refresh_from_db()
    assert standing.failure_code == "unknown-kind-of-file"
    assert not [one for one in (folder.parent / "media").rglob("*") if one.is_file()]


def test_two_who_look_at_once_take_a_file_once(folder: Path, pattern: ImportJob) -> None:
    standing = repeated(pattern)
    lay(folder, TEA, MINT)
    first = repeating.take(RepeatedImport.objects.get(), at=NOON)

    assert first and repeating.take(standing, at=NOON) is None
    assert ImportJob.objects.count() == 2


@pytest.mark.parametrize("place", ["", "../secrets.csv", "/etc/passwd", "a/b.csv", ".hidden", "..", "a\0b"])
def test_nothing_outside_of_the_folder_is_read(pattern: ImportJob, place: str) -> None:
    with pytest.raises(repeating.NoSuchPlace):
        repeated(pattern, place)


def test_a_link_out_of_the_folder_leads_nowhere(folder: Path, pattern: ImportJob) -> None:
    (folder / "link.csv").symlink_to("/etc/passwd")
    with pytest.raises(repeating.NoSuchPlace):
        repeated(pattern, "link.csv")


def test_without_a_folder_there_are_addresses_alone(pattern: ImportJob, settings: Any) -> None:
    settings.IMPORT_FOLDER = ""
    with pytest.raises(repeating.NoSuchPlace):
        repeated(pattern)
    with pytest.raises(AddressRefused):
        repeated(pattern, "ftp://files.example/goods.csv")


def test_only_what_was_imported_once_is_repeated_and_in_one_way(pattern: ImportJob) -> None:
    repeated(pattern)
    with pytest.raises(repeating.RepeatedAlready):
        repeated(pattern)
    pattern.state = ImportJob.State.READY
    with pytest.raises(repeating.ImportNotDone):
        repeated(pattern)


class _Files(BaseHTTPRequestHandler):
    body = b""
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *args: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Files) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/files/goods.csv"
        server.shutdown()


def test_a_file_comes_from_an_address(
    folder: Path, pattern: ImportJob, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    standing = repeated(pattern, address)
    monkeypatch.setattr(_Files, "status", 404)
    assert look(NOON) == []
    standing.refresh_from_db()
    assert standing.failure_code == "file-not-there"

    monkeypatch.setattr(_Files, "status", 200)
    monkeypatch.setattr(_Files, "body", lay(folder, TEA, MINT).read_bytes())
    [job] = look(NOON + timedelta(days=1))
    assert (job.state, job.file_name) == (ImportJob.State.DONE, "goods.csv")


@pytest.fixture
def manager(client: Client) -> User:
    colleague: User = UserFactory(language="en")
    allowed = Permission.objects.filter(codename__in=["add_importjob", "view_importjob"])
    colleague.user_permissions.set(allowed)
    client.force_login(colleague)
    return colleague


def test_a_page_begins_and_ends_it(client: Client, manager: User, pattern: ImportJob) -> None:
    page = reverse("crm:import", args=[pattern.pk])
    assert "Look for it from now on" in client.get(page).text
    refused = client.post(
        reverse("crm:import-repetition", args=[pattern.pk]),
        {"place": "../a.csv", "every_hours": "24"},
        follow=True,
    )
    assert "or the name of a file in the folder" in refused.text and not RepeatedImport.objects.exists()

    client.post(
        reverse("crm:import-repetition", args=[pattern.pk]), {"place": "goods.csv", "every_hours": "24"}
    )
    standing = RepeatedImport.objects.get()
    assert (standing.created_by, standing.every_hours) == (manager, 24)
    RepeatedImport.objects.update(failure_code="file-not-there")
    assert "The file was not there" in client.get(page).text

    client.post(reverse("crm:import-repetition-end", args=[pattern.pk]))
    assert not RepeatedImport.objects.standing().exists()
