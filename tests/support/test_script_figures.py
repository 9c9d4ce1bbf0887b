"""The effect of a script from real rows: what counts as played, what it is compared with, and what is not known yet."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from support import script_figures, states
from support.figures import Asked
from support.measures import script_effect
from support.models import Script, Ticket, Topic
from support.models.tagging import Category
from support.pages import script_effect as script_effect_page
from support.script_figures import Compared
from support.scripts import playing
from tests.factories.customers import CustomerFactory
from tests.factories.played_scripts import in_use, step, tree
from tests.factories.shops import NOON
from tests.factories.survey_scores import answered
from tests.factories.surveys import only, published
from tests.factories.tickets import after, agent, ticket, wrote

pytestmark = pytest.mark.django_db

ASKED = Asked(since=NOON, until=after(days=60), at=after(days=60))


@pytest.fixture
def colleague():
    return agent()


@pytest.fixture
def topic() -> Topic:
    return Topic.objects.create(slug="delivery", names={"en": "Delivery"})


@pytest.fixture
def script() -> Script:
    return in_use(tree(step("only", "end", text="Hello", outcome="solved")))


def settled(
    topic: Topic | None, colleague, *, script: Script | None = None, at: datetime = NOON, **more
) -> Ticket:
    its = ticket(at=at, customer=more.pop("customer", None) or CustomerFactory())
    Ticket.objects.filter(pk=its.pk).update(topic=topic, **more)
    its.refresh_from_db()
    if script:
        playing.start(script, ticket=its, by=colleague, key=f"{its.pk}", at=at)
    return states.move(its, to=Category.RESOLVED, by=colleague, at=at + timedelta(hours=1))


def told(
    script: Script, asked: Asked = ASKED, **compared: int
) -> list[tuple[str, bool, bool | None, bool | None]]:
    cases = script_figures.cases(script, asked=asked, compared=Compared(**compared))
    return sorted(
        (case.stratum.channel, case.is_played, case.solved_at_once, case.reopened) for case in cases
    )


def test_what_was_played_stands_against_the_same_topic_without_it(script, topic, colleague):
    settled(topic, colleague, script=script)
    settled(topic, colleague)
    settled(Topic.objects.create(slug="other", names={"en": "Other"}), colleague)
    settled(None, colleague, script=script)

    assert told(script) == [("telegram", False, True, False), ("telegram", True, True, False)]


def test_who_came_back_was_not_helped_at_once(script, topic, colleague):
    customer = CustomerFactory()
    settled(topic, colleague, script=script, customer=customer)
    wrote("Опять не пришла", customer=customer, at=after(days=2))

    assert told(script) == [("telegram", True, False, True)]


def test_while_a_customer_may_still_come_back_it_is_not_known(script, topic, colleague):
    settled(topic, colleague, script=script)
    soon = Asked(since=NOON, until=after(days=3), at=after(days=3))

    assert told(script, soon) == [("telegram", True, None, None)]


def test_two_versions_are_compared_and_a_ticket_with_both_is_left_out(script, topic, colleague):
    first = settled(topic, colleague, script=script)
    both = ticket(at=after(hours=3), customer=CustomerFactory())
    Ticket.objects.filter(pk=both.pk).update(topic=topic)
    playing.start(script, ticket=both, by=colleague, key="old", at=after(hours=3))
    in_use(tree(step("only", "end", text="Good day", outcome="solved")), script=script)
    settled(topic, colleague, script=script, at=after(days=1), channel="email")
    playing.start(script, ticket=both, by=colleague, key="new", at=after(hours=3))
    states.move(Ticket.objects.get(pk=both.pk), to=Category.RESOLVED, by=colleague, at=after(hours=4))
    settled(topic, colleague)

    assert told(script, version=2, against=1) == [
        ("email", True, True, False),
        ("telegram", False, True, False),
    ]
    assert first.channel == "telegram"


def test_more_tickets_ask_the_database_no_more(script, topic, colleague):
    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            script_figures.effect(script, asked=ASKED, compared=Compared())
        return len(made)

    settled(topic, colleague, script=script)
    settled(topic, colleague)
    few = queries()
    for _number in range(5):
        settled(topic, colleague, script=script)
        settled(topic, colleague)
    assert queries() == few


def page(client, script: Script, role: str, **asked: object):
    one = agent(role=role, language="en")
    client.force_login(one)
    return client.get(reverse("scripts:effect", args=[script.pk]), asked)


def test_what_customers_said_about_a_ticket_is_compared_too(script, topic, colleague):
    its = settled(topic, colleague, script=script)
    about = {"about_type": "support.ticket", "about_id": its.pk}
    asked = published(content=only("csat"))
    answered(asked, {5: 1}, kind="csat", **about)
    answered(asked, {6: 1}, kind="ces", **about)

    (case,) = script_figures.cases(script, asked=ASKED, compared=Compared())

    assert (case.is_satisfied, case.effort) == (True, 6)


def test_a_lead_reads_that_there_is_too_little_to_tell(client, script, topic, colleague):
    settled(topic, colleague, script=script)
    shown = page(client, script, "team lead").text
    assert "Scripts are judged here, not people." in shown
    assert "Too few tickets to tell" in shown


@pytest.mark.parametrize("asked", [{"version": "1", "against": "7"}, {"version": "x"}, {"months": "999"}])
def test_what_was_typed_into_the_address_breaks_nothing(client, script, asked):
    assert page(client, script, "team lead", **asked).status_code == 200


def test_agents_do_not_see_it(client, script):
    assert page(client, script, "agent").status_code == 403


def known(with_it: int, without_it: int, of: int = 100) -> script_effect.Effects:
    return script_effect.effects(
        script_effect.Case(
            stratum="one", is_played=is_played, solved_at_once=number < solved, reopened=number < solved
        )
        for is_played, solved in ((True, with_it), (False, without_it))
        for number in range(of)
    )


def test_a_difference_is_told_with_its_interval_and_whether_it_is_a_good_one():
    solved, reopened, *_others = script_effect_page.rows(known(80, 40))

    assert (solved.with_it, solved.without_it, solved.counts) == ("80%", "40%", "100 / 100")
    assert (solved.change.words, solved.change.mood) == ("+40 (from +28 to +52)", "good")
    assert reopened.change.mood == "bad"


def test_what_may_be_chance_is_told_as_such():
    solved, *_others = script_effect_page.rows(known(42, 40))
    assert (solved.change.words, solved.change.mood) == ("no noticeable difference", "")
