"""What became of conversations with the bot: handled and confirmed are two figures."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache

from crm.dashboards.dashboard import Question
from crm.dashboards.periods import Period
from support.bot import figures, tiles
from support.models import BotConversation
from tests.factories.customers import CustomerFactory
from tests.factories.shops import NOON, UserFactory
from tests.factories.tickets import after, ticket

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


def talked(key: str, **more: object) -> None:
    told = {"state": "ended", "language": "ru", "started_at": NOON, "last_at": NOON, **more}
    BotConversation.objects.create(customer=CustomerFactory(), key=key, **told)


def test_handled_confirmed_and_handed_over_are_counted_apart_of_what_is_over() -> None:
    talked("a", handled_at=NOON)
    talked("b", confirmed_at=NOON)
    talked("c", state="handed_over", handed_over_at=NOON, ticket=ticket())
    talked("d", state="talking")
    talked("e")

    found = figures.counted(since=after(days=-1), until=after(days=1))

    assert (found.over, found.handled, found.confirmed, found.people) == (4, 1, 1, 1)


def test_the_tile_says_nothing_until_somebody_asked_and_no_share_of_a_few() -> None:
    period = Period(NOON.date() - timedelta(days=20), NOON.date() + timedelta(days=1))
    question = Question(period=period, reader=UserFactory(), at=after(hours=1))
    assert tiles.handled(question) is None

    talked("a", handled_at=NOON)

    tile = tiles.handled(question)
    assert tile is not None
    assert "%" not in str(tile.value)
