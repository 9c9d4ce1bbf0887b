"""What customers say, on the dashboard, on their page, beside a conversation, and in the effect of scripts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm import abilities
from crm.dashboards.dashboard import Question
from crm.dashboards.periods import period_of
from crm.models import Customer
from support.models import Ticket
from surveys import tiles
from surveys.answers import answering
from surveys.models import SurveyVersion
from tests.factories.customers import CustomerFactory
from tests.factories.shops import NOON, UserFactory
from tests.factories.survey_answers import anonymous, invitation
from tests.factories.survey_scores import answered
from tests.factories.surveys import only, published
from tests.factories.tickets import agent, ticket

pytestmark = pytest.mark.django_db

TICKET = "support.ticket"


@pytest.fixture
def version() -> SurveyVersion:
    return published(content=only("nps"))


@pytest.fixture
def question() -> Question:
    at = timezone.now()
    return Question(period=period_of("30", timezone.localdate(at)), reader=UserFactory(), at=at)


@pytest.fixture(autouse=True)
def figures_counted_anew():
    """What another test was told is kept for five minutes."""
    cache.clear()


def signed_in(client: Any, role: str) -> Any:
    user = UserFactory(language="en")
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return user


def page_of(client: Any, customer: Customer) -> str:
    return client.get(reverse("crm:customer", args=[customer.pk])).content.decode()


# ── Tiles ────────────────────────────────────────────────────────────────────
def test_where_nothing_is_asked_no_tile_stands(question):
    assert tiles.recommendation(question) is None
    assert tiles.satisfaction(question) is None


def test_where_nobody_answered_yet_the_tile_says_so(question, version):
    found = tiles.recommendation(question)

    assert (found.value, found.chart) == ("no answers", None)


def test_a_figure_that_nobody_is_asked_for_gives_way_to_those_that_have_answers(question, version):
    answered(version, {5: 40}, kind="csat", aspect="delivery", at=question.at - timedelta(days=1))

    assert tiles.recommendation(question) is None
    assert tiles.ease(question) is None
    assert tiles.satisfaction(question).value == "100%"


def test_the_tile_of_satisfaction_is_about_what_most_were_asked(question, version):
    yesterday = question.at - timedelta(days=1)
    answered(version, {5: 80, 2: 20}, kind="csat", aspect="delivery", at=yesterday)
    answered(version, {1: 9}, kind="csat", at=yesterday)

    found = tiles.satisfaction(question)

    assert found.value == "80%"
    assert str(found.title).endswith(": delivery")


def test_an_anonymous_survey_is_on_no_tile(question):
    answered(anonymous(), {0: 40}, at=question.at - timedelta(days=1), channel="")

    assert tiles.recommendation(question).value == "no answers"


# ── Panels ───────────────────────────────────────────────────────────────────
def test_on_their_page_stands_what_somebody_answered(client, version):
    signed_in(client, "agent")
    person = CustomerFactory()
    answered(version, {2: 1}, kind="csat", aspect="delivery", customer=person, text="Three days late")

    page = page_of(client, person)

    assert "What they answered" in page
    assert "delivery: 2 of 5" in page
    assert "Three days late" in page


def test_who_may_not_see_answers_has_no_such_panel(client, version):
    signed_in(client, "cashier")
    person = CustomerFactory()
    answered(version, {2: 1}, customer=person, text="Three days late")

    assert "What they answered" not in page_of(client, person)


def test_who_answered_nothing_has_no_such_panel(client):
    signed_in(client, "manager")

    assert "What they answered" not in page_of(client, CustomerFactory())


# ── Whose work, and which tier ───────────────────────────────────────────────
def test_an_answer_about_a_ticket_is_about_the_work_of_whoever_has_it(version):
    colleague, asked_about = agent(), ticket()
    Ticket.objects.filter(pk=asked_about.pk).update(assignee=colleague)
    asked = invitation(version, about_type=TICKET, about_id=asked_about.pk)

    kept = answering.answer(asked, answers={"score": 9}, at=NOON, language="en", channel="email")

    assert kept.agent_id == colleague.pk
    assert kept.answers.get().agent_id == colleague.pk


def test_an_answer_about_an_order_is_about_nobodys_work(version):
    asked = invitation(version, about_type="crm.order", about_id=7)

    kept = answering.answer(asked, answers={"score": 9}, at=NOON, language="en", channel="email")

    assert (kept.agent_id, kept.tier) == (None, "")


def test_of_an_anonymous_answer_neither_is_kept():
    asked = invitation(anonymous(), about_type=TICKET, about_id=ticket().pk)

    kept = answering.answer(
        asked, answers={"score": 9}, at=NOON, language="en", channel="email", until="score"
    )

    assert (kept.agent_id, kept.tier, kept.customer) == (None, "", None)


# ── The effect of scripts ────────────────────────────────────────────────────
def test_what_is_said_about_tickets_is_asked_once_for_all_of_them(version):
    answered(version, {5: 1}, kind="csat", about_type=TICKET, about_id=1)
    answered(version, {2: 1}, kind="csat", aspect="service", about_type=TICKET, about_id=2)
    answered(version, {6: 1}, kind="ces", about_type=TICKET, about_id=2)
    answered(version, {1: 1}, kind="csat", about_type="crm.order", about_id=1)

    with CaptureQueriesContext(connection) as queries:
        said = abilities.said_about()(TICKET, [1, 2, 3])

    assert len(queries) == 1
    assert set(said) == {1, 2}
    assert (said[1].is_satisfied, said[1].effort) == (True, None)
    assert (said[2].is_satisfied, said[2].effort) == (False, 6)


def test_delivery_and_how_hard_it_was_are_not_what_a_script_is_judged_by(version):
    answered(version, {5: 1}, kind="csat", aspect="delivery", about_type=TICKET, about_id=1)
    answered(version, {7: 1}, kind="ces", direction=-1, about_type=TICKET, about_id=1)

    said = abilities.said_about()(TICKET, [1])

    assert said.get(1) is None or (said[1].is_satisfied, said[1].effort) == (None, None)


def test_the_last_answer_about_a_ticket_counts(version):
    answered(version, {1: 1}, kind="csat", about_type=TICKET, about_id=1, at=NOON)
    answered(version, {5: 1}, kind="csat", about_type=TICKET, about_id=1, at=NOON + timedelta(days=1))

    assert abilities.said_about()(TICKET, [1])[1].is_satisfied is True
