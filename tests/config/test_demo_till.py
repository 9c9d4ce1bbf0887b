"""The demo's till: a cashier by one click, and a shop's own system that hears, signed, what is done there."""

from collections.abc import Iterator

import httpx
import pytest
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from crm.demo import company, shop_system
from crm.demo.channels import StandIns
from crm.models import Webhook
from crm.webhooks import asking_again, sending
from tests.fakes.companies import Companies, companies

pytestmark = pytest.mark.django_db


@pytest.fixture
def fakes() -> Iterator[Companies]:
    with companies() as running:
        yield running


@pytest.fixture
def stage(db: None, fakes: Companies) -> Iterator[company.Stage]:
    stage = company.build()
    shop_system.connect(StandIns(url=fakes.url, smtp_port=fakes.smtp_port), at=timezone.now())
    with override_settings(DEMO=True, ROOT_URLCONF="config.demo_urls", DEMO_PROVIDERS_URL=fakes.url):
        yield stage


def visitor(**headers: str) -> Client:
    return Client(headers={"host": "localhost:8000", **headers}, REMOTE_ADDR="127.0.0.1")


def test_one_click_leads_to_the_till_of_the_one_shop_in_sofia(stage):
    client = visitor()
    shown = client.post(reverse("demo:till"), follow=True)

    assert shown.redirect_chain == [(reverse("till:home"), 302)]
    assert (shown.context["shop"], len(shown.context["shops"])) == (stage.shops["lipa-sofia"], 1)
    assert "2960000000102" in shown.text


def test_the_shop_hears_once_by_one_webhook_wherever_it_answers(stage):
    shop_system.connect(StandIns(url="http://127.0.0.1:1", smtp_port=2), at=timezone.now())
    shop_system.connect(StandIns(url="http://127.0.0.1:1", smtp_port=2), at=timezone.now())

    assert [one.url for one in Webhook.objects.all()] == ["http://127.0.0.1:1/shop-system/"]


def test_what_came_is_shown_with_whether_its_signature_fits(stage, fakes):
    now = timezone.now()
    asking_again.send_test(Webhook.objects.get(), at=now)
    (knock,) = sending.claim(Webhook.objects.get().pk, most=5, at=now)
    assert (sending.send(knock).status, sending.send(knock).status) == (204, 204)

    page = visitor(accept_language="en").get(reverse("demo:shop-system")).text
    assert page.count("its signature fits") == 1
    assert "crm.webhook_test" in page

    forged = {**knock.headers, "webhook-id": "msg_another"}
    httpx.post(f"{fakes.url}/shop-system/", headers=forged, content=knock.body)
    part = visitor(accept_language="en", hx_request="true").get(reverse("demo:shop-system")).text
    assert "its signature does not fit" in part
    assert "<html" not in part


def test_nothing_has_come_yet_and_the_page_says_so(stage):
    assert "Nothing has come yet" in visitor(accept_language="en").get(reverse("demo:shop-system")).text


@pytest.mark.parametrize("address", ["203.0.113.7", "10.0.0.1"])
def test_nobody_elses_machine_gets_in(stage, address):
    outside = Client(headers={"host": "localhost:8000"}, REMOTE_ADDR=address)
    assert outside.post(reverse("demo:till")).status_code == 404
    assert outside.get(reverse("demo:shop-system")).status_code == 404
