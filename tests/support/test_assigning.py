"""Who gets a ticket by itself, and what becomes of it when a shift is over."""

from __future__ import annotations

import pytest

from support import assigning, labelling, states
from support.colleagues import shifts
from support.models import Shift, Skill, Topic
from support.models.tagging import Category
from tests.factories.customers import CustomerFactory
from tests.factories.shops import NOON
from tests.factories.tickets import TeamFactory, after, agent, ticket

pytestmark = pytest.mark.django_db


def on_shift(*teams, **more):
    its = agent(*teams, **more)
    Shift.objects.create(agent=its, starts_at=after(hours=-1), ends_at=after(hours=8))
    return its


def test_where_nobody_has_a_shift_nothing_is_given() -> None:
    agent()

    assert ticket().assignee is None


def test_the_one_with_more_room_gets_it() -> None:
    busy, free = on_shift(capacity=2), on_shift(capacity=10)

    assert [ticket().assignee for _n in range(5)] == [busy, free, free, free, free]


def test_nobody_is_given_more_than_their_capacity() -> None:
    one = on_shift(capacity=2)

    assert [ticket().assignee for _n in range(3)] == [one, one, None]


def test_what_waits_for_the_customer_weighs_nothing() -> None:
    one = on_shift(capacity=1)
    states.move(ticket(), to=Category.WAITING_CUSTOMER, by=one, at=after(hours=1))

    assert ticket().assignee == one


def test_the_personal_manager_comes_first_whatever_their_load() -> None:
    manager = on_shift(capacity=0)
    on_shift()

    assert ticket(customer=CustomerFactory(account_manager=manager)).assignee == manager


def test_the_deputy_stands_in_while_the_manager_is_away() -> None:
    manager, deputy = on_shift(), on_shift()
    shifts.step_away(manager, at=NOON)

    person = CustomerFactory(account_manager=manager, deputy_manager=deputy)
    assert ticket(customer=person).assignee == deputy


def test_the_manager_gets_it_where_the_house_keeps_no_shifts() -> None:
    manager = agent()

    assert ticket(customer=CustomerFactory(account_manager=manager)).assignee == manager


def test_a_customer_comes_back_to_whoever_answered_them_lately() -> None:
    person, first = CustomerFactory(), on_shift()
    its = ticket(customer=person)
    states.move(its, to=Category.CLOSED, by=first, at=after(hours=1))
    on_shift(capacity=50)

    assert ticket("Ещё вопрос", customer=person, at=after(hours=2)).assignee == first


def test_language_and_skill_are_asked_for() -> None:
    person = CustomerFactory(language="bg")
    on_shift(languages=["ru"])
    returns = Skill.objects.create(slug="returns", names={"en": "Returns"})
    its = ticket("Искам да върна вазата", customer=person)
    assert its.assignee is None

    bulgarian = on_shift(languages=["bg"])
    topic = Topic.objects.create(slug="returns", names={"en": "Returns"}, skill=returns)
    labelling.set_topic(its, topic=topic, by=None, at=after(minutes=1))
    assert assigning.give(its, at=after(minutes=2)) is None

    bulgarian.agent_profile.skills.add(returns)
    assert assigning.give(its, at=after(minutes=3)) == bulgarian


def test_a_team_answers_its_own_tickets() -> None:
    returns, orders = TeamFactory(), TeamFactory()
    on_shift(orders, capacity=50)
    its = on_shift(returns)
    topic = Topic.objects.create(slug="returns", names={"en": "Returns"}, team=returns)
    got = ticket()

    labelling.set_topic(got, topic=topic, by=None, at=after(minutes=1))
    got = assigning.assign(got, to=None, by=its, at=after(minutes=1))

    assert assigning.give(got, at=after(minutes=2)) == its


def test_who_waits_longest_is_given_first_when_somebody_comes() -> None:
    later, earlier = ticket(at=after(hours=2)), ticket(at=after(hours=1))
    one = agent(capacity=1)
    shifts.begin(one, until=after(hours=9), at=after(hours=3))

    assert assigning.give_waiting(at=after(hours=3)) == 1
    earlier.refresh_from_db()
    later.refresh_from_db()
    assert (earlier.assignee, later.assignee) == (one, None)


def test_at_the_end_of_a_shift_what_waits_for_us_goes_to_others() -> None:
    leaving = on_shift()
    waits, answered = ticket(), ticket()
    states.move(answered, to=Category.WAITING_CUSTOMER, by=leaving, at=after(hours=1))
    stays = on_shift()
    shifts.end(leaving, at=after(hours=2))

    assert assigning.hand_back_due(at=after(hours=2)) == 1
    assert assigning.hand_back_due(at=after(hours=2)) == 0
    waits.refresh_from_db()
    answered.refresh_from_db()
    assert (waits.assignee, answered.assignee) == (stays, leaving)


def test_a_shift_that_goes_on_in_another_hands_nothing_back() -> None:
    one = on_shift()
    its = ticket()
    Shift.objects.create(agent=one, starts_at=after(hours=8), ends_at=after(hours=12))

    assert assigning.hand_back_due(at=after(hours=9)) == 0
    its.refresh_from_db()
    assert its.assignee == one


def test_a_shift_of_thirty_hours_is_refused() -> None:
    with pytest.raises(shifts.UnusableShift):
        shifts.begin(agent(), until=after(hours=30), at=NOON)
    with pytest.raises(shifts.NotOnShift):
        shifts.end(agent(), at=NOON)


def test_giving_to_oneself_again_changes_nothing() -> None:
    one = agent()
    its = assigning.assign(ticket(), to=one, by=one, at=after(hours=1))
    again = assigning.assign(its, to=one, by=one, at=after(hours=1))

    assert again.version == its.version
