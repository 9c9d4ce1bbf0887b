import pytest
from django.urls import reverse

from tests.factories.shops import UserFactory

pytestmark = pytest.mark.django_db


def test_the_browser_decides_until_somebody_chooses(client):
    page = client.get(reverse("account_login"), headers={"accept-language": "bg,en;q=0.5"})

    assert 'lang="bg"' in page.text
    assert page.headers["Content-Language"] == "bg"


def test_a_language_chosen_at_the_door_is_remembered(client):
    client.post(reverse("preferences:language"), {"language": "ru", "next": reverse("account_login")})

    assert client.get(reverse("account_login")).headers["Content-Language"] == "ru"


def test_a_language_chosen_inside_goes_to_the_profile(client):
    colleague = UserFactory(language="en")
    client.force_login(colleague)

    answer = client.post(reverse("preferences:language"), {"language": "bg", "next": "/admin/"})

    colleague.refresh_from_db()
    assert (answer.headers["Location"], colleague.language) == ("/admin/", "bg")


def test_an_unknown_language_changes_nothing(client):
    colleague = UserFactory(language="en")
    client.force_login(colleague)

    client.post(reverse("preferences:language"), {"language": "xx"})

    colleague.refresh_from_db()
    assert colleague.language == "en"


@pytest.mark.parametrize("name", ["language", "theme"])
def test_the_way_back_leads_to_our_own_pages_alone(client, name):
    answer = client.post(reverse(f"preferences:{name}"), {"next": "https://evil.example/", name: "ru"})

    assert answer.headers["Location"] == reverse("admin:index")


@pytest.mark.parametrize("name", ["language", "theme"])
def test_a_get_changes_nothing(client, name):
    assert client.get(reverse(f"preferences:{name}")).status_code == 405


def test_the_chosen_colours_stand_on_the_page(client):
    client.post(reverse("preferences:theme"), {"theme": "dark"})

    assert 'data-theme="dark"' in client.get(reverse("account_login")).text
