"""Where tiers are made: looked at by axe in two languages, both colours and the two widths of a desk."""

import os
from pathlib import Path

import pytest
from django.urls import reverse

from tests.browser.test_accessibility import sign_in
from tests.factories.loyalty import ProgrammeFactory
from tests.factories.loyalty_rules import ladder, privilege
from tests.factories.shops import UserFactory


@pytest.mark.parametrize(("language", "theme", "width"), [("ru", "dark", 1440), ("en", "light", 1280)])
def test_axe_finds_nothing_serious_where_tiers_are_made(reader, language, theme, width):
    gold = ladder(ProgrammeFactory())["gold"]
    privilege(gold, "free_delivery", from_amount="50.00")
    manager = reader(theme=theme, width=width)
    sign_in(manager, UserFactory(is_superuser=True, language=language))

    faults = []
    for name, path in (
        ("list", reverse("admin:loyalty_tier_changelist")),
        ("form", reverse("admin:loyalty_tier_change", args=[gold.pk])),
    ):
        manager.open(path.removeprefix(manager.address))
        faults += manager.serious_faults()
        if folder := os.environ.get("VEREN_SHOTS"):
            manager.page.screenshot(
                path=Path(folder) / f"tiers-{name}-{language}-{theme}-{width}.png", full_page=True
            )

    assert faults == []
