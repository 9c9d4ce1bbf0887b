"""The managers' figures, read on a phone, at a desk and on paper; a task completed; a view saved."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from crm.models import Customer, Order, Return
from crm.purchases import figures
from tests.browser.story import tell
from tests.browser.test_accessibility import sign_in
from tests.factories.tasks import task

DASHBOARD = reverse("dashboard:home")


def busy_year(shop) -> None:
    """240 customers, four in ten of whom came again, and a return a week."""
    now = datetime.now(UTC)
    people = Customer.objects.bulk_create(
        Customer(given_name=f"Customer {number}", created_at=now) for number in range(240)
    )
    orders = [
        Order(
            shop=shop,
            customer=person,
            external_id=f"y{number}-{turn}",
            number=f"Y{number}-{turn}",
            currency="EUR",
            goods_amount=20 + number % 37,
            placed_at=now - timedelta(days=(number * 7 + turn * 41) % 364, hours=1),
        )
        for number, person in enumerate(people)
        for turn in range(1 + (number % 5 < 2))
    ]
    Order.objects.bulk_create(orders)
    for week in range(52):
        Return.objects.create(
            shop=shop,
            external_id=f"r{week}",
            number=f"R{week}",
            currency="EUR",
            amount=9,
            returned_at=now - timedelta(days=7 * week, hours=1),
        )
    figures.recount([person.pk for person in people])


def too_wide(one) -> int:
    return one.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("ru", "light", 360), ("bg", "dark", 360), ("en", "light", 1440), ("ru", "dark", 1440)],
)
def test_the_figures_fit_a_phone_and_a_desk_and_axe_finds_nothing_serious(reader, language, theme, width):
    story = tell(language)
    busy_year(story.shop)
    manager = reader(theme=theme, width=width)
    sign_in(manager, story.colleague)

    for slug, period in (("overview", "30"), ("customers", "365"), ("support", "90"), ("shops", "365")):
        manager.open(f"{reverse('dashboard:page', args=[slug])}?period={period}&shop={story.shop.pk}")
        manager.page.evaluate("document.querySelectorAll('main details').forEach(it => it.open = true)")
        # Of one shop there is nothing to compare, and nobody has asked anything here.
        assert slug in ("support", "shops") or manager.page.locator("svg.chart[role=img]").count() >= 1
        assert too_wide(manager) <= 0
        assert manager.serious_faults() == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_paper_the_numbers_stand_under_their_charts_black_on_white(reader, theme):
    story = tell("en")
    busy_year(story.shop)
    manager = reader(width=1440, theme=theme)
    sign_in(manager, story.colleague)
    manager.open(f"{DASHBOARD}?period=365")
    table = manager.page.locator("table").first
    assert not table.is_visible()

    manager.page.emulate_media(media="print")

    assert table.is_visible()
    for control in (".topbar", ".tabs", "main form", ".btn"):
        assert not manager.page.locator(control).first.is_visible()
    surface = manager.page.locator(".card").first.evaluate("it => getComputedStyle(it).backgroundColor")
    assert surface == "rgb(255, 255, 255)"


def test_an_address_is_narrowed_by_clicking_and_tells_somebody_else_the_same(reader):
    story = tell("en")
    busy_year(story.shop)
    manager = reader(width=1440)
    sign_in(manager, story.colleague)
    manager.open(DASHBOARD)
    page = manager.page
    page.get_by_label("Period").select_option("365")
    page.get_by_label("Compare with").select_option("year")
    page.get_by_text("About whom").click()
    page.get_by_label("Shop", exact=True).select_option(str(story.shop.pk))
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**against=year**")
    told = page.locator("#net-revenue .value").inner_text()

    page.get_by_role("navigation", name="Figures").get_by_role("link", name="Shops").click()
    page.wait_for_url("**/shops/?**")
    assert page.get_by_label("Period").input_value() == "365"
    page.get_by_role("navigation", name="Figures").get_by_role("link", name="Overview").click()
    assert page.get_by_label("Shop", exact=True).input_value() == str(story.shop.pk)
    address = page.url

    other = reader(width=360)
    sign_in(other, story.colleague)
    other.page.goto(address)
    assert other.page.locator("#net-revenue .value").inner_text() == told
    other.page.get_by_role("link", name="Do not narrow by: Shop").click()
    other.page.wait_for_url(lambda url: "shop=" not in url)


def test_a_task_is_found_on_the_desk_and_completed(reader):
    story = tell("en")
    task("Call Vera", owner=story.colleague, customer=story.vera, due_at=datetime.now(UTC))
    agent = reader()
    sign_in(agent, story.colleague)
    agent.open(reverse("admin:index"))
    assert agent.serious_faults() == []

    agent.page.get_by_role("link", name="Call Vera").click()
    assert agent.serious_faults() == []
    agent.page.get_by_label("What came of it").fill("Glad")
    agent.page.get_by_role("button", name="Complete the task").click()
    agent.page.get_by_text("The task is completed").wait_for()

    agent.open(reverse("admin:index"))
    assert agent.page.get_by_role("link", name="Call Vera").count() == 0


def test_a_list_keeps_a_view_with_its_columns(reader):
    story = tell("en")
    agent = reader(width=1280)
    sign_in(agent, story.colleague)
    agent.open(reverse("admin:crm_order_changelist"))
    tools = agent.page.locator("#list-tools")
    tools.locator("summary").click()
    assert agent.serious_faults() == []
    tools.get_by_label("shop").uncheck()
    tools.get_by_role("button", name="Show these columns").click()
    agent.page.wait_for_url("**cols=**")
    tools.locator("summary").click()
    tools.get_by_label("Save this view as").fill("Without shops")
    tools.get_by_role("button", name="Save the view").click()

    assert tools.get_by_role("link", name="Without shops").get_attribute("aria-current") == "true"
    assert too_wide(agent) <= 0
