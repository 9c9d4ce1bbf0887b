"""A manager writes a rule, reads it and what it would have done, and a second person publishes it."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from loyalty import ledger, replay_tasks
from loyalty.models import Programme, Replay, RuleVersion
from tests.browser.story import tell
from tests.browser.test_accessibility import sign_in
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.loyalty_drafts import draft, replayed
from tests.factories.loyalty_rewards import RewardFactory
from tests.factories.loyalty_rules import holds_tier, ladder, privilege, rule
from tests.factories.orders import line, placed_order
from tests.factories.shops import UserFactory

HOME = reverse("programme:home")


def busy(shop) -> Programme:
    """A programme with members on its tiers, points that came and went, a rule, and purchases of the last weeks."""
    programme = ProgrammeFactory(joining=Programme.Joining.AUTOMATIC, rule_approval_limit=1)
    tiers = ladder(programme)
    privilege(tiers["gold"], "free_delivery")
    rule(programme, name="Base")
    RewardFactory(programme=programme)
    now = datetime.now(UTC)
    for number in range(6):
        member = MemberFactory(programme=programme, customer=CustomerFactory(family_name=f"Петрова {number}"))
        holds_tier(member, tiers[("bronze", "silver", "gold")[number % 3]])
        at = now - timedelta(days=30 * number + 1)
        ledger.earn(member.pk, lots=[ledger.Lot(points=900)], key=f"e{number}", occurred_at=at, at=now)
        ledger.redeem(member.pk, points=200, key=f"r{number}", occurred_at=at, at=now)
        lines = [line(quantity="1", unit_price="400.00")]
        told = {"customer": member.customer, "lines": lines, "placed_at": at, "at": at, "shop": shop}
        placed_order(f"b-{number}", moments={"paid": at}, **told)
    return programme


def take_picture(reader, name: str) -> None:
    """For the eye, where VEREN_PICTURES names a folder."""
    if folder := os.environ.get("VEREN_PICTURES"):
        reader.page.screenshot(path=f"{folder}/programme-{name}.png", full_page=True)


def too_wide(reader) -> int:
    return reader.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_a_manager_writes_a_rule_reads_it_and_a_second_person_publishes_it(reader):
    story = tell("en")
    busy(story.shop)
    manager = reader(width=1440)
    sign_in(manager, story.colleague)
    page = manager.page

    manager.open(HOME)
    page.get_by_role("link", name="Write a rule").click()
    page.get_by_label("Name of the rule").fill("Large purchases")
    page.get_by_role("button", name="Write its draft").click()
    page.locator("[data-add=comparison]").click()
    page.locator("[data-what]").select_option("order.net")
    page.locator("[data-rest] input").fill("100")
    page.get_by_text("Goods amount of the order: at least 100").wait_for()
    page.get_by_label("It gives", exact=True).select_option("multiplier")
    page.get_by_label("Multiplied by").fill("3")
    page.get_by_text("Points are multiplied by 3.").wait_for()
    assert not manager.serious_faults()
    page.get_by_role("button", name="Keep the draft").click()
    page.get_by_text("The draft is kept").wait_for()

    page.get_by_label("Months of the past").fill("12")
    page.get_by_role("button", name="Try on the past").click()
    page.get_by_text("Going through the past").wait_for()
    replay_tasks.run_replay(Replay.objects.get().pk)
    page.get_by_text("If the rule had already counted").wait_for()
    difference = Replay.objects.get().difference
    assert difference >= 4_800
    page.get_by_text(f"+{difference:,}").wait_for()
    page.get_by_role("link", name="Back to the rule").click()
    page.get_by_role("button", name="Hand over for approval").click()
    page.get_by_text("somebody else publishes it").wait_for()
    assert page.get_by_role("button", name="Publish").count() == 0

    second = UserFactory(is_superuser=True, language="en")
    other = reader(width=1440)
    sign_in(other, second)
    other.open(reverse("programme:rule", args=[Replay.objects.get().rule_id]))
    other.page.get_by_role("button", name="Publish").click()
    other.page.get_by_text("The rule counts from now on.").wait_for()

    version = RuleVersion.objects.get(rule__name="Large purchases")
    assert (version.published_by, version.approved_by) == (story.colleague, second)


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("ru", "light", 360), ("bg", "dark", 360), ("en", "light", 1440), ("ru", "dark", 1440)],
)
def test_the_programmes_pages_fit_any_screen_and_axe_finds_nothing_serious(reader, language, theme, width):
    story = tell(language)
    programme = busy(story.shop)
    its = draft(programme, by=story.colleague, conditions={"all": []})
    done = replayed(its, months=6, at=datetime.now(UTC))
    rule(programme, "tier_bonus", {"tier": "platinum", "percent": "5"}, name="Lost")
    manager = reader(theme=theme, width=width)
    sign_in(manager, story.colleague)
    places = {
        "home": HOME,
        "rule": reverse("programme:rule", args=[its.rule_id]) + "?order=b-1",
        "draft": reverse("programme:draft", args=[its.rule_id]),
        "replay": reverse("programme:replay", args=[done.pk]),
        "check": reverse("programme:health"),
        "playbooks": reverse("programme:playbooks"),
    }

    faults = []
    for name, place in places.items():
        manager.open(place)
        faults += [f"{name}: {fault}" for fault in manager.serious_faults()]
        faults += [f"{name} is too wide by {too_wide(manager)}"] if too_wide(manager) > 0 else []
        take_picture(manager, f"{name}-{width}-{language}-{theme}")

    assert faults == []
