"""Points by hand: within the allowance at once, above it with a second person, and nobody says yes to themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction

from crm.models import TimelineEntry
from loyalty.models import AdjustmentRequest
from loyalty.points import adjustment
from loyalty.points.adjustment import AdjustmentDecided, AdjustmentLapsed, MayNotAdjust, NotYoursToDecide
from tests.factories.shops import UserFactory
from tests.loyalty.ledger_world import DAY, NOON, a_member, balances, refused, wrong

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_ledger_is_right():
    yield
    assert wrong() == []


def colleague(role):
    user = UserFactory()
    user.groups.set([Group.objects.get(name=role)])
    return user


def ask(member, points, by, at=NOON):
    return adjustment.request_adjustment(member, points=points, reason="за опоздание", by=by, at=at)


def test_within_the_allowance_it_is_done_at_once_and_told():
    maria, agent = a_member(), colleague("agent")

    asked = ask(maria, 500, agent)

    assert asked.decision == "allowed"
    assert balances(maria) == (500, 0, 0, 0)
    entry = TimelineEntry.objects.get(kind="loyalty.points_adjusted")
    assert entry.fact.aloud("en") == "Points adjusted by hand: +500"
    assert entry.actor == agent


def test_the_allowance_is_for_the_day_and_counts_what_is_given_and_taken():
    maria, agent = a_member(), colleague("agent")
    ask(maria, 300, agent)
    ask(maria, -150, agent)

    assert adjustment.allowance_left(agent, maria, at=NOON) == 50
    assert ask(maria, 51, agent).decision == ""
    assert ask(maria, 50, agent).decision == "allowed"
    assert ask(maria, 500, agent, at=NOON + DAY).decision == "allowed"


def test_above_it_a_second_person_says_yes():
    maria, agent, lead = a_member(), colleague("agent"), colleague("team lead")
    asked = ask(maria, 501, agent)
    assert balances(maria) == (0, 0, 0, 0)

    adjustment.approve(asked, by=lead, at=NOON, note="так и есть")

    assert balances(maria) == (501, 0, 0, 0)
    with refused(AdjustmentDecided):
        adjustment.approve(asked, by=lead, at=NOON)


def test_or_no():
    maria, agent, lead = a_member(), colleague("agent"), colleague("team lead")
    asked = ask(maria, 501, agent)

    adjustment.refuse(asked, by=lead, at=NOON)

    assert balances(maria) == (0, 0, 0, 0)


@pytest.mark.parametrize("role", ["agent", "auditor", "marketer"])
def test_whoever_may_not_decide_does_not(role):
    asked = ask(a_member(), 501, colleague("agent"))

    with refused(NotYoursToDecide):
        adjustment.approve(asked, by=colleague(role), at=NOON)


def test_nobody_decides_about_their_own_wish():
    lead = colleague("team lead")
    asked = ask(a_member(), 501, lead)

    with refused(NotYoursToDecide):
        adjustment.approve(asked, by=lead, at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        AdjustmentRequest.objects.filter(pk=asked.pk).update(
            decision="approved", decided_by=lead, decided_at=NOON
        )


def test_who_lost_their_role_since_neither_asked_nor_decides():
    agent, lead = colleague("agent"), colleague("team lead")
    asked = ask(a_member(), 501, agent)

    agent.groups.clear()
    with refused(NotYoursToDecide):
        adjustment.approve(asked, by=lead, at=NOON)
    agent.groups.set([Group.objects.get(name="agent")])
    lead.groups.clear()
    with refused(NotYoursToDecide):
        adjustment.approve(asked, by=lead, at=NOON)


def test_after_a_day_it_is_too_late():
    asked = ask(a_member(), 501, colleague("agent"))

    with refused(AdjustmentLapsed):
        adjustment.approve(asked, by=colleague("team lead"), at=NOON + DAY)
    adjustment.approve(asked, by=colleague("team lead"), at=NOON + DAY - timedelta(seconds=1))


def test_who_has_no_business_with_points_asks_for_none():
    with refused(MayNotAdjust):
        ask(a_member(), 1, colleague("marketer"))


def test_a_shop_s_system_always_asks_somebody():
    maria = a_member()

    asked = adjustment.request_adjustment(maria, points=1, reason="бонус", through="api:till", at=NOON)
    assert asked.decision == ""
    adjustment.approve(asked, by=colleague("team lead"), at=NOON)

    assert balances(maria) == (1, 0, 0, 0)
