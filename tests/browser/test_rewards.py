"""Where rewards, coupons and gifts are planned: looked at by axe in two languages, both colours and two widths."""

import os
from pathlib import Path

import pytest
from django.urls import reverse

from loyalty.coupons import coupon_codes, rewarding
from tests.browser.test_accessibility import sign_in
from tests.factories.loyalty_rewards import (
    BudgetFactory,
    CouponPoolFactory,
    GiftRuleFactory,
    RewardFactory,
    member_with,
)
from tests.factories.shops import NOON, UserFactory

NARROW, WIDE = 360, 1440


def planned(language):
    """A catalogue in which something has happened."""
    reward = RewardFactory(stock=20)
    rewarding.redeem(member_with(200), reward=reward, key="k", at=NOON)
    pool = CouponPoolFactory(budget=BudgetFactory(unit="money"))
    coupon_codes.add_code(pool, "SPRING10", at=NOON)
    coupon_codes.open_batch(pool, wanted=100_000, at=NOON)
    GiftRuleFactory()
    return UserFactory(is_superuser=True, language=language), reward, pool


def pages(reward, pool):
    for name in ("reward", "couponpool", "coupon", "giftrule", "budget", "redemption", "referral"):
        yield reverse(f"admin:loyalty_{name}_changelist")
    yield reverse("admin:loyalty_reward_add")
    yield reverse("admin:loyalty_reward_add") + "?kind=event_seat"
    yield reverse("admin:loyalty_reward_change", args=[reward.pk])
    yield reverse("admin:loyalty_couponpool_change", args=[pool.pk])
    yield reverse("rewards:codes", args=[pool.pk])
    yield reverse("admin:loyalty_giftrule_add")


@pytest.mark.parametrize(("language", "theme", "width"), [("ru", "dark", WIDE), ("en", "light", WIDE)])
def test_axe_finds_nothing_serious_where_rewards_are_planned(reader, language, theme, width):
    colleague, reward, pool = planned(language)
    marketer = reader(theme=theme, width=width)
    sign_in(marketer, colleague)

    faults = []
    for number, path in enumerate(pages(reward, pool)):
        marketer.page.goto(marketer.address + path)
        faults += [f"{path} {fault}" for fault in marketer.serious_faults()]
        wide = marketer.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        faults += [f"{path} is {wide} pixels too wide"] if wide > 0 else []
        if folder := os.environ.get("VEREN_SHOTS"):
            marketer.page.screenshot(
                path=Path(folder) / f"{language}-{width}-{number:02}.png", full_page=True
            )

    assert not faults, "\n".join(faults)
