"""Every page of staff, looked at by axe: both colours, two widths. The console stays silent under the strict CSP."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from crm.integrations.api_keys import issue_key
from tests.browser.story import tell


def sign_in(reader, colleague):
    client = Client()
    client.force_login(colleague)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    reader.page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": reader.address}])


def pages(story):
    order = story.vera.orders.first()
    yield reverse("admin:index")
    yield reverse("crm:customer", args=[story.vera.pk])
    yield reverse("admin:crm_customer_changelist")
    yield reverse("admin:crm_customer_changelist") + "?q=nobody"
    yield reverse("admin:crm_customer_change", args=[story.vera.pk])
    yield reverse("admin:crm_order_changelist")
    yield reverse("admin:crm_order_change", args=[order.pk])
    yield reverse("admin:crm_product_add")
    yield reverse("admin:crm_shop_change", args=[story.shop.pk])
    yield reverse("admin:crm_user_changelist")
    yield reverse("admin:crm_user_change", args=[story.colleague.pk])
    yield reverse("admin:crm_timelineentry_changelist")
    yield reverse("admin:crm_parkedentry_changelist")
    yield reverse("crm:new-api-key")
    yield reverse("crm:api-key", args=[issue_key(shop=story.shop, scopes=["*"])[0].pk])
    yield reverse("admin:crm_importjob_changelist")
    yield "/admin/no-such-page/"


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("ru", "light", 1280), ("bg", "dark", 1280), ("en", "light", 1920), ("en", "dark", 1920)],
)
def test_axe_finds_nothing_serious_on_a_page_of_staff(reader, language, theme, width):
    story = tell(language)
    agent = reader(theme=theme, width=width)
    sign_in(agent, story.colleague)

    faults = []
    for path in pages(story):
        agent.open(path)
        faults += [f"{path} {fault}" for fault in agent.serious_faults()]
        wide = agent.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        faults += [f"{path} is {wide} pixels too wide"] if wide > 0 else []
    agent.complaints[:] = [said for said in agent.complaints if "no-such-page" not in said]

    assert faults == []


@pytest.mark.parametrize(("theme", "width"), [("light", 360), ("dark", 1280)])
def test_axe_finds_nothing_serious_at_the_door(reader, theme, width):
    guest = reader(theme=theme, width=width)

    for name in ("account_login", "account_reset_password", "account_reset_password_done", "account_signup"):
        guest.open(reverse(name))
        assert guest.serious_faults() == []


def test_the_open_menu_and_the_map_of_keys_are_accessible(reader):
    story = tell()
    agent = reader(theme="dark")
    sign_in(agent, story.colleague)
    agent.open(reverse("crm:customer", args=[story.vera.pk]))

    agent.page.click(".menu summary")
    assert agent.serious_faults() == []
    agent.press("Escape", "?")
    assert agent.serious_faults() == []
