"""Praise that speed alone can never earn."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import states
from support.colleagues import recognition
from support.colleagues.recognition import LEAST_SATISFIED, MOST_KUDOS, Why, Work, kudos
from support.models import QualityReview, Recognition
from support.models.tagging import Category
from tests.factories.tickets import after, agent, ticket


def test_closing_many_tickets_fast_with_bad_marks_earns_nothing() -> None:
    earned = kudos(Work(resolved=500, ratings=(1, 2, 1, 2, 5), scores=()))

    assert (earned.points, earned.why) == (0, Why.UNSATISFIED)


def test_many_tickets_and_no_mark_earn_nothing() -> None:
    assert kudos(Work(resolved=500)).why == Why.NO_MARKS


def test_what_comes_back_was_not_resolved() -> None:
    assert kudos(Work(resolved=10, reopened=3, ratings=(5, 5, 5))).why == Why.CAME_BACK


def test_poor_reviews_outweigh_happy_customers() -> None:
    assert kudos(Work(resolved=10, ratings=(5, 5, 5), scores=(40,))).why == Why.POOR_REVIEWS


def test_good_work_is_praised_by_its_quality_and_the_root_of_its_amount() -> None:
    assert kudos(Work(resolved=25, ratings=(5, 5, 4, 4), scores=(80,))).points == 45
    assert kudos(Work(resolved=100, ratings=(5, 5, 4, 4), scores=(80,))).points == 90


work = st.builds(
    Work,
    resolved=st.integers(0, 10_000),
    reopened=st.integers(0, 100),
    ratings=st.lists(st.integers(1, 5), max_size=30).map(tuple),
    scores=st.lists(st.integers(0, 100), max_size=30).map(tuple),
)


@given(work)
def test_nobody_whose_customers_are_unhappy_is_ever_praised(its: Work) -> None:
    happy = [rating >= 4 for rating in its.ratings]
    earned = kudos(its)

    assert 0 <= earned.points <= MOST_KUDOS
    if happy and 100 * sum(happy) < LEAST_SATISFIED * len(happy):
        assert earned.points == 0


@given(work, st.integers(1, 10_000))
def test_more_tickets_alone_turn_no_refusal_into_praise(its: Work, more: int) -> None:
    same_share = Work(
        resolved=its.resolved * more, reopened=its.reopened * more, ratings=its.ratings, scores=its.scores
    )

    if kudos(its).why in (Why.UNSATISFIED, Why.NO_MARKS, Why.POOR_REVIEWS, Why.CAME_BACK):
        assert kudos(same_share).points == 0


@pytest.mark.django_db
def test_a_month_is_decided_once_from_what_happened() -> None:
    one, lead = agent(), agent(role="team lead")
    for _n in range(4):
        states.move(ticket(), to=Category.RESOLVED, by=one, at=after(hours=1))
    for its in [ticket() for _n in range(3)]:
        QualityReview.objects.create(
            ticket=its,
            agent=one,
            reviewer=lead,
            understood=5,
            right=5,
            tone=4,
            complete=5,
            reviewed_at=after(hours=2),
        )
    month = {
        "month": date(2026, 3, 15),
        "since": after(days=-1),
        "until": after(days=20),
        "at": after(days=30),
    }

    decided = recognition.decide(one, **month)

    assert (decided.kudos, decided.why, decided.month) == (18, "earned", date(2026, 3, 1))
    states.move(ticket(), to=Category.RESOLVED, by=one, at=after(hours=3))
    assert recognition.decide(one, **month).kudos == 18


@pytest.mark.django_db
def test_the_month_before_is_decided_for_everybody_who_answers() -> None:
    one = agent()

    assert [recognition.decide_last_month(at=after(days=33)) for _time in range(2)] == [1, 1]
    decided = Recognition.objects.get()
    assert (decided.agent, decided.month, decided.why) == (one, date(2026, 3, 1), "nothing_resolved")
