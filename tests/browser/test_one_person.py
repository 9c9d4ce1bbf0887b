"""What is done to a person's record as a whole: two become one, one is erased; and a task about them is completed."""

import pytest
from django.urls import reverse

from crm.models import Customer, Task
from tests.browser.story import tell
from tests.browser.test_desk import sign_in
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.tasks import task as set_task


@pytest.mark.parametrize("language", ["ru", "bg", "en"])
def test_two_people_are_compared_and_merged(reader, language):
    vera = tell().vera
    double = CustomerFactory(given_name="Вера", family_name="Соколова-Петрова")
    IdentityFactory(customer=double, kind="email", value="vera.p@example.org")
    colleague = reader(locale=language)
    sign_in(colleague, reverse("crm:compare", args=[vera.pk, double.pk]))

    colleague.page.locator("input[name=family_name][value=other]").check()
    colleague.page.locator("main form .btn.primary").click()
    colleague.page.wait_for_url(f"**/customer/{vera.pk}/")

    vera.refresh_from_db()
    double.refresh_from_db()
    assert (double.merged_into_id, vera.family_name) == (vera.pk, "Соколова-Петрова")
    assert colleague.page.locator("h1").inner_text() == "Вера Андреевна Соколова-Петрова"
    assert colleague.complaints == []


@pytest.mark.parametrize("language", ["ru", "bg", "en"])
def test_a_person_is_erased_once_the_number_is_typed(reader, language):
    vera = tell().vera
    colleague = reader(locale=language)
    sign_in(colleague, reverse("crm:erasure", args=[vera.pk]))
    page = colleague.page

    page.locator("[name=reason]").select_option("asked")
    page.locator("[name=number]").fill(str(vera.pk + 1))
    page.locator("main form .btn.danger").click()
    page.locator(".errors, .error, [aria-invalid=true]").first.wait_for()
    assert Customer.objects.get(pk=vera.pk).erased_at is None

    page.locator("[name=number]").fill(str(vera.pk))
    page.locator("main form .btn.danger").click()
    page.wait_for_url(f"**/customer/{vera.pk}/")

    assert Customer.objects.get(pk=vera.pk).erased_at
    assert "Соколова" not in page.locator("main").inner_text()


@pytest.mark.parametrize("language", ["ru", "bg", "en"])
def test_a_task_is_opened_from_the_desk_and_completed(reader, language):
    story = tell()
    task = set_task("Перезвонить про чай", customer=story.vera, owner=story.colleague)
    colleague = reader(locale=language)
    sign_in(colleague)
    page = colleague.page

    page.get_by_role("link", name="Перезвонить про чай").first.click()
    page.wait_for_url(f"**/task/{task.pk}/")
    page.locator("[name=outcome]").select_option(index=1)
    page.locator("form[action$='completion/'] .btn.primary").click()
    page.wait_for_load_state("networkidle")

    assert Task.objects.get(pk=task.pk).completed_at
