"""A manager moves a shop's customers in from a file: hand it over, confirm its columns, look, let it happen."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from crm.importing import tasks
from crm.models import Customer, ImportJob
from tests.browser.story import tell
from tests.browser.test_accessibility import sign_in
from tests.factories.import_files import csv_file

HEADER = ["Number", "Family name", "Given name", "Phone", "E-mail", "Birthday", "Purpose", "Consent date"]
ROWS = [
    [
        "901",
        "Тодорова",
        "Рая",
        "0888 77 66 55",
        "raya@mail.example",
        "14.03.1985",
        "advertising: SMS",
        "2024-02-01",
    ],
    ["902", "Nikolov", "Petar", "12", "", "", "", ""],
]


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("en", "light", 1440), ("bg", "dark", 1440), ("ru", "light", 360), ("en", "dark", 360)],
)
def test_customers_move_in_from_a_page(reader, tmp_path, settings, language, theme, width):
    settings.MEDIA_ROOT = tmp_path / "media"
    story = tell(language)
    manager = reader(theme=theme, width=width)
    sign_in(manager, story.colleague)
    page, faults = manager.page, []

    def look(name):
        faults.extend(f"{name}: {fault}" for fault in manager.serious_faults())
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        faults.extend([f"{name} is {wide} pixels too wide"] if wide > 0 else [])
        if folder := os.environ.get("PICTURES"):
            page.screenshot(path=Path(folder) / f"{name}-{language}-{theme}-{width}.png", full_page=True)

    manager.open("/admin/crm/importjob/add/?kind=customers")
    expect(page.locator("#id_kind")).to_have_value("customers")
    page.set_input_files("#id_file", csv_file(tmp_path, ROWS, header=HEADER, name="customers.csv"))
    look("file")
    page.locator("main form .btn.primary").click()

    expect(page.locator("#id_phone")).to_have_value("3")
    look("columns")
    page.locator("main form .btn.primary").click()
    page.wait_for_load_state("networkidle")
    job = ImportJob.objects.get()
    tasks.run_import(job.pk)
    manager.open(f"/admin/crm/importjob/{job.pk}/")
    look("checked")
    assert not Customer.objects.filter(given_name="Рая").exists()
    page.locator("main form .btn.primary").click()
    page.wait_for_load_state("networkidle")
    tasks.run_import(job.pk)
    manager.open(f"/admin/crm/importjob/{job.pk}/")
    look("done")

    expect(page.locator(".notice.good")).to_be_visible()
    assert Customer.objects.get(given_name="Рая").consents.get().channel == "sms"
    assert faults == []
