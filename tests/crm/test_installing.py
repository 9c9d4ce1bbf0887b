"""An empty house is set up once, by whoever sits at it or holds the console's link."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from urllib.parse import unquote

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError
from django.urls import reverse

from crm import company, installing
from crm.installing import AlreadySetUp
from crm.models import Installation, Shop, User
from tests.factories.shops import NOON, UserFactory

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
GIVEN = {
    "company": "Липа",
    "currency": "EUR",
    "time_zone": "Europe/Sofia",
    "languages": ["bg", "ru"],
    "shop": "Липа, Варна",
    "slug": "varna",
    "kind": "branch",
    "region": "BG",
    "name": "Калина Димова",
    "email": "kalina@lipa.example",
    "password": "a linden in bloom 7",
}


@pytest.fixture
def here(client, settings):
    """A browser on this very machine."""
    settings.SETUP_FROM_THIS_MACHINE = True
    client.defaults.update(HTTP_HOST="localhost", REMOTE_ADDR="127.0.0.1")
    return client


def test_the_front_page_of_an_empty_house_leads_to_the_setup(here):
    assert here.get("/").url == reverse("setup")


def test_the_front_page_of_a_house_where_somebody_works_leads_to_the_desk(here):
    UserFactory()

    assert here.get("/").url == reverse("admin:index")


def test_one_form_makes_the_company_its_shop_and_its_administrator(here):
    answer = here.post(reverse("setup"), {**GIVEN, "logo": SimpleUploadedFile("logo.png", PNG)})

    assert answer.url == reverse("mfa_activate_totp")
    house, shop, person = Installation.objects.get(), Shop.objects.get(), User.objects.get()
    assert (house.name, house.languages, house.logo_type) == ("Липа", ["bg", "ru"], "image/png")
    assert (shop.slug, shop.time_zone, shop.currency) == ("varna", "Europe/Sofia", "EUR")
    assert person.is_staff
    assert not person.is_superuser
    assert [group.name for group in person.groups.all()] == ["administrator"]
    assert person.has_perm("crm.add_user")


def test_the_administrator_is_led_to_a_second_factor_with_a_code_to_scan(here):
    here.post(reverse("setup"), GIVEN)

    page = here.get(reverse("mfa_activate_totp"))

    assert b"data:image/svg+xml;base64," in page.content


def test_the_setup_is_shut_once_somebody_works_here(here):
    UserFactory()

    assert here.get(reverse("setup")).status_code == 404
    assert here.post(reverse("setup"), GIVEN).status_code == 404


def test_of_two_who_move_in_the_second_is_refused():
    UserFactory()

    with pytest.raises(AlreadySetUp):
        installing.install(company=None, shop=None, administrator=None, at=NOON)  # type: ignore[arg-type]

    assert not Installation.objects.exists()


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"REMOTE_ADDR": "203.0.113.9"},
        {"HTTP_HOST": "testserver"},
        {"HTTP_X_FORWARDED_FOR": "203.0.113.9"},
    ],
)
def test_from_elsewhere_the_house_is_locked(here, elsewhere):
    assert here.post(reverse("setup"), GIVEN, **elsewhere).status_code == 403
    assert not User.objects.exists()


def test_the_link_of_the_console_opens_it_from_elsewhere(client):
    out = StringIO()
    call_command("setup_link", stdout=out)
    token = unquote(out.getvalue().split("token=")[1].strip())

    client.get(reverse("setup"), {"token": token})

    assert client.get(reverse("setup")).status_code == 200


@pytest.mark.parametrize("token", ["", "made-up", "a:b:c", "\0"])
def test_a_made_up_link_opens_nothing(token):
    assert not installing.is_link_token(token, at=NOON)


def test_a_link_is_too_old_after_a_day():
    token = installing.link_token(at=NOON)

    assert installing.is_link_token(token, at=NOON + timedelta(hours=23))
    assert not installing.is_link_token(token, at=NOON + timedelta(hours=25))


@pytest.mark.parametrize(
    "picture",
    [b"<svg onload='alert(1)'/>", b"GIF89a", b"\x89PNG\r\n\x1a\n" + b"\0" * 200_000],
    ids=["svg", "gif", "large"],
)
def test_a_logo_that_is_no_small_picture_is_refused(here, picture):
    answer = here.post(reverse("setup"), {**GIVEN, "logo": SimpleUploadedFile("logo.png", picture)})

    assert answer.context["form"].errors.keys() == {"logo"}
    assert not User.objects.exists()


def test_a_weak_password_is_refused(here):
    answer = here.post(reverse("setup"), {**GIVEN, "password": "password1234"})

    assert answer.context["form"].errors.keys() == {"password"}


def test_everybody_may_see_the_logo_and_nothing_in_it_can_run(client):
    Installation.objects.create(
        name="Липа", languages=["bg"], set_up_at=NOON, logo=PNG, logo_type="image/png"
    )

    answer = client.get(reverse("logo"))

    assert (answer.content, answer["Content-Type"]) == (PNG, "image/png")
    assert "sandbox" in answer["Content-Security-Policy"]


def test_pages_of_staff_run_on_the_clock_of_the_company(settings):
    settings.TIME_ZONE = "UTC"
    company.forget()
    assert str(company.current().clock) == "UTC"

    Installation.objects.create(name="Липа", languages=["bg"], set_up_at=NOON, time_zone="Europe/Sofia")
    company.forget()

    assert str(company.current().clock) == "Europe/Sofia"


def test_there_is_one_company():
    with pytest.raises(Exception, match="installation_is_one_company"):
        Installation.objects.create(pk=2, name="Another", languages=["en"], set_up_at=NOON)


def test_an_administrator_changes_what_the_company_says_of_itself(client):
    colleague = UserFactory()
    colleague.groups.add(Group.objects.get(name="administrator"))
    client.force_login(colleague)
    page = client.get(reverse("admin:crm_installation_changelist"), follow=True).redirect_chain[-1][0]
    given = {"name": "Липа", "currency": "EUR", "time_zone": "Europe/Sofia", "languages": ["bg"]}

    client.post(page, {**given, "new_logo": SimpleUploadedFile("logo.png", PNG)})

    house = Installation.objects.get()
    assert (house.name, house.time_zone, house.logo_type) == ("Липа", "Europe/Sofia", "image/png")

    answer = client.post(page, {**given, "time_zone": "Mars/Olympus"})
    assert answer.context["adminform"].form.errors.keys() == {"time_zone"}


@pytest.mark.parametrize(
    ("hours", "faulty"),
    [(("20", "10"), set()), (("", ""), set()), (("20", ""), {"__all__"}), (("24", "9"), {"quiet_from_hour"})],
)
def test_an_administrator_says_when_it_is_quiet(client, hours, faulty):
    colleague = UserFactory()
    colleague.groups.add(Group.objects.get(name="administrator"))
    client.force_login(colleague)
    page = client.get(reverse("admin:crm_installation_changelist"), follow=True).redirect_chain[-1][0]
    given = {"name": "Липа", "currency": "EUR", "time_zone": "Europe/Sofia", "languages": ["bg"]}
    quiet = dict(zip(("quiet_from_hour", "quiet_until_hour"), hours, strict=True))

    answer = client.post(page, {**given, **quiet, "advertising_per_week": "3"})

    if faulty:
        assert answer.context["adminform"].form.errors.keys() == faulty
        return
    company.forget()
    told = company.current()
    company.forget()
    assert told.quiet_hours == ((20, 10) if all(hours) else (21, 9))
    assert told.advertising_per_week == 3


def test_quiet_hours_have_two_ends_in_the_database_too():
    with pytest.raises(IntegrityError, match="quiet_hours_have_two_ends"):
        Installation.objects.create(name="Липа", languages=["bg"], set_up_at=NOON, quiet_from_hour=20)
