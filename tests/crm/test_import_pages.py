"""An import from the admin's pages, from the upload to the refused rows."""

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.importing import jobs, tasks
from crm.models import ImportJob, Order
from tests.factories.import_files import HISTORY, as_text, csv_file
from tests.factories.shops import NOON, ShopFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def gifts():
    return ShopFactory(slug="gifts", name="Gifts")


def allowed(*codenames):
    colleague = UserFactory()
    colleague.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return colleague


@pytest.fixture
def manager(client):
    colleague = allowed("add_importjob", "view_importjob")
    client.force_login(colleague)
    return colleague


def upload(client, shop, content=None, name="history.csv", kind="orders"):
    file = SimpleUploadedFile(name, (content or as_text(HISTORY)).encode(), content_type="text/csv")
    return client.post(reverse("crm:import-new"), {"kind": kind, "shop": shop.pk, "file": file})


def columns(job, **changes):
    return {
        **{name: str(place) for name, place in job.mapping["positions"].items()},
        "layout": job.layout,
        "dates": job.mapping["dates"],
        "currency": job.currency,
        "time_zone": job.time_zone,
        **changes,
    }


def post(client, page, job, **data):
    return client.post(reverse(f"crm:{page}", args=[job.pk]), data)


def read(client, job):
    return client.get(reverse("crm:import", args=[job.pk])).content.decode()


def test_from_the_upload_to_the_refused_rows(client, manager, gifts, media):
    upload(client, gifts)
    job = ImportJob.objects.get()
    assert (job.state, job.started_by, job.layout) == ("uploaded", manager, "online-retail")
    page = read(client, job)
    assert "Which column says what" in page
    assert '<option value="6" selected>Customer ID</option>' in page

    post(client, "import-columns", job, **columns(job))
    assert "Reading the file" in read(client, job)
    tasks.run_import(job.pk)

    page = read(client, job)
    assert "nothing has changed yet" in page
    assert "A stock correction" in page
    assert Order.objects.count() == 0

    post(client, "import-confirmation", job)
    tasks.run_import(job.pk)

    assert "The file is imported." in read(client, job)
    assert Order.objects.count() == 5
    answer = client.get(reverse("crm:import-refused", args=[job.pk]))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer.getvalue().decode("utf-8-sig").splitlines()[0].startswith("Row,Reason,Invoice")


def test_an_uploaded_file_has_a_random_name_and_goes_when_it_is_imported(
    client, manager, gifts, media, django_capture_on_commit_callbacks
):
    upload(client, gifts, name="secret clients.csv")
    job = ImportJob.objects.get()
    (kept,) = (media / "imports").iterdir()
    assert "secret" not in kept.name

    jobs.confirm(job, at=NOON)
    post(client, "import-columns", job, **columns(job))
    with django_capture_on_commit_callbacks(execute=True):
        tasks.run_import(job.pk)

    assert list((media / "imports").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("orders.exe", "Invoice,StockCode\n1,2\n"),
        ("orders.xlsx", "Invoice,StockCode\n1,2\n"),
        ("orders.csv", "\n"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_on_the_form_and_not_kept(
    client, manager, gifts, media, name, content
):
    answer = upload(client, gifts, content, name)

    assert answer.status_code == 422
    assert 'class="error"' in answer.content.decode()
    assert ImportJob.objects.count() == 0
    assert list((media / "imports").iterdir()) == []


def test_columns_that_contradict_one_another_are_refused_with_a_sentence(client, manager, gifts):
    upload(client, gifts)
    job = ImportJob.objects.get()

    answer = post(client, "import-columns", job, **columns(job, quantity="0"))
    assert (answer.status_code, job.state) == (422, "uploaded")
    assert "lacks columns" in answer.content.decode()
    answer = post(client, "import-columns", job, **columns(job, time_zone="../../etc/passwd"))
    assert "No such time zone" in answer.content.decode()
    answer = post(client, "import-columns", job, **columns(job, quantity="99", currency="pounds"))
    assert answer.status_code == 422


def test_an_import_can_be_stopped_and_taken_up_again(client, manager, gifts):
    upload(client, gifts)
    job = ImportJob.objects.get()
    post(client, "import-columns", job, **columns(job))

    post(client, "import-cancellation", job)
    tasks.run_import(job.pk)
    assert "The import is stopped" in read(client, job)
    assert post(client, "import-cancellation", job).status_code == 302

    post(client, "import-resumption", job)
    tasks.run_import(job.pk)
    job.refresh_from_db()
    assert job.state == "ready"


def test_progress_is_a_part_of_the_page_until_there_is_something_new_to_say(client, manager, gifts):
    upload(client, gifts)
    job = ImportJob.objects.get()
    post(client, "import-columns", job, **columns(job))
    where, htmx = reverse("crm:import", args=[job.pk]), {"HX-Request": "true"}

    answer = client.get(where, headers=htmx)
    assert answer.content.decode().lstrip().startswith('<div id="progress"')
    tasks.run_import(job.pk)

    assert client.get(where, headers=htmx)["HX-Refresh"] == "true"


def test_a_failed_import_says_what_is_wrong(client, manager, gifts, media):
    upload(client, gifts)
    job = ImportJob.objects.get()
    post(client, "import-columns", job, **columns(job))
    (kept,) = (media / "imports").iterdir()
    kept.write_text("something else")

    tasks.run_import(job.pk)

    assert "This is not the file that the import began with." in read(client, job)


def test_a_job_that_nobody_was_heard_from_is_found_and_one_from_a_command_line_is_not(
    client, manager, gifts, tmp_path, django_capture_on_commit_callbacks
):
    upload(client, gifts)
    job = ImportJob.objects.get()
    post(client, "import-columns", job, **columns(job))
    ImportJob.objects.update(moved_at=NOON)
    path = csv_file(tmp_path)
    jobs.open_job(path, file_name=path.name, shop=gifts, at=NOON)
    ImportJob.objects.exclude(pk=job.pk).update(state="running")

    assert "Nothing was heard from it" in read(client, job)
    with django_capture_on_commit_callbacks() as begun:
        tasks.continue_imports()

    assert len(begun) == 1


def test_who_may_look_may_not_start(client, gifts, tmp_path):
    path = csv_file(tmp_path)
    job = jobs.open_job(path, file_name=path.name, shop=gifts, at=NOON)
    client.force_login(allowed("view_importjob"))

    assert client.get(reverse("crm:import", args=[job.pk])).status_code == 200
    assert client.get(reverse("admin:crm_importjob_changelist")).status_code == 200
    assert client.get(reverse("crm:import-new")).status_code == 403
    for page in ("import-columns", "import-confirmation", "import-cancellation", "import-resumption"):
        assert post(client, page, job).status_code == 403


def test_who_may_not_look_sees_nothing(client, gifts, tmp_path):
    path = csv_file(tmp_path)
    job = jobs.open_job(path, file_name=path.name, shop=gifts, at=NOON)
    client.force_login(allowed())

    for page in ("import", "import-refused"):
        assert client.get(reverse(f"crm:{page}", args=[job.pk])).status_code == 403


def test_the_list_costs_the_same_number_of_queries_for_any_number_of_imports(
    client, manager, gifts, tmp_path
):
    path = csv_file(tmp_path)

    def queries_for(count):
        for _ in range(count):
            jobs.open_job(path, file_name=path.name, shop=gifts, started_by=manager, at=NOON)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse("admin:crm_importjob_changelist")).status_code == 200
        return len(asked)

    assert queries_for(1) == queries_for(5)
