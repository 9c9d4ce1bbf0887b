"""Points by hand: an agent gives what the allowance lets, asks for more, and a second person says yes."""

import os
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils.translation import gettext, override

from loyalty.models import AdjustmentRequest, Wallet
from tests.browser.test_accessibility import sign_in
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty_rewards import member_with
from tests.factories.shops import UserFactory


@pytest.fixture
def vera():
    person = CustomerFactory(given_name="Вера", patronymic="Андреевна", family_name="Соколова")
    return member_with(1284, customer=person, programme__allowance_points=100)


def colleague(reader, role, language, **screen):
    user = UserFactory(language=language, name={"agent": "Ива Маринова"}.get(role, "Мария Колева"))
    user.groups.add(Group.objects.get(name=role))
    one = reader(locale=language, **screen)
    sign_in(one, user)
    return one


def adjust(agent, points, reason):
    """On the page to which “Adjust points” of the customer's page leads."""
    agent.page.locator("#adjust [name=points]").fill(str(points))
    agent.page.locator("#adjust [name=reason]").fill(reason)
    agent.page.locator("#adjust .btn.primary").click()
    agent.page.wait_for_load_state("networkidle")


def notice(one):
    return one.page.locator("main .notice, .notice").first.inner_text()


def shoot(one, name):
    if folder := os.environ.get("VEREN_SHOTS"):
        one.page.screenshot(path=Path(folder) / f"adjusting-{name}.png", full_page=True)


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("ru", "dark", 1440), ("bg", "light", 360), ("en", "light", 1440)],
)
def test_an_agent_gives_what_the_allowance_lets_and_a_second_person_gives_more(
    reader, vera, language, theme, width
):
    def said(text):
        with override(language):
            return gettext(text)

    name = f"{language}-{theme}-{width}"
    agent = colleague(reader, "agent", language, theme=theme, width=width)
    agent.open(reverse("crm:customer", args=[vera.customer_id]))
    agent.page.locator("a[href$='#adjust']").click()
    agent.page.locator("#adjust").wait_for()

    adjust(agent, 80, "Чай пришёл помятым")
    assert said("The points are adjusted.") in notice(agent)
    assert Wallet.objects.get(pk=vera.pk).available == 1364

    adjust(agent, 40, "И опоздал на два дня")
    shoot(agent, f"asked-{name}")
    is_too_much = "This is more than your allowance of today. A second person has 24 hours to decide."
    assert said(is_too_much) in notice(agent)
    assert agent.page.locator(".notice.good").count() == 0, "nothing is done yet"
    assert Wallet.objects.get(pk=vera.pk).available == 1364
    agent.page.goto(agent.address + reverse("loyalty:approvals"))
    assert agent.page.locator("[value=approve]").count() == 0, "an agent decides nothing"
    agent.complaints.clear()  # the browser says that the page was refused

    lead = colleague(reader, "team lead", language, theme=theme, width=width)
    lead.open(reverse("loyalty:approvals"))
    shoot(lead, f"waiting-{name}")
    assert "И опоздал на два дня" in lead.page.locator("main").inner_text()
    faults = lead.serious_faults()
    lead.page.locator("button[value=approve]").click()
    lead.page.wait_for_load_state("networkidle")
    shoot(lead, f"approved-{name}")

    assert said("Approved: the points are adjusted.") in notice(lead)
    assert faults == []
    assert Wallet.objects.get(pk=vera.pk).available == 1404
    assert sorted(AdjustmentRequest.objects.values_list("points", "decision")) == [
        (40, "approved"),
        (80, "allowed"),
    ]
