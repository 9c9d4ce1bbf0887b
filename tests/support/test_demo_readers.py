"""The demo's help centre has been read: enough for figures, with something that nobody found."""

import pytest

from support.demo import readers
from support.help import adopting, figures
from support.models import HelpSession
from tests.factories.shops import NOON

pytestmark = pytest.mark.django_db


def test_two_months_of_visits_are_told_once():
    adopting.adopt(by=None, at=NOON)
    readers.read(now=NOON)
    readers.read(now=NOON)

    whole = figures.of_the_house(since=NOON - 90 * readers.DAY, until=NOON)
    assert HelpSession.objects.count() == readers.VISITS
    assert not whole.is_few
    assert 0.3 < whole.value < 0.9
    assert "подписка на кофе" in {one.words for one in figures.in_vain(since=NOON - 90 * readers.DAY)}
