"""The player on the page of a ticket: by plain forms, and in place."""

from __future__ import annotations

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.models import Message
from support.models import Draft, Script, ScriptLine, ScriptRun, Ticket
from tests.factories.played_scripts import ScenarioFactory, in_use, step, tree, way
from tests.factories.tickets import TeamFactory, agent, ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def colleague(client):
    one = agent(language="en")
    client.force_login(one)
    return one


@pytest.fixture
def its() -> Ticket:
    return ticket("Где моя посылка?")


@pytest.fixture
def late() -> Script:
    return in_use(
        tree(
            step(
                "hear",
                "say",
                way("On its way", "tag"),
                way("Lost", "pass"),
                text="Sorry <b>{{ ticket.number }}</b>",
            ),
            step("tag", "action", "done", actions=[{"kind": "add_tag", "settings": {"name": "late"}}]),
            step("pass", "end", outcome="escalated"),
            step("done", "end", text="Thank you.", outcome="solved"),
        ),
        slug="late-parcel",
        names={"en": "Late parcel"},
        scenario=ScenarioFactory(words={"ru": ["посылка"]}),
    )


def url(its: Ticket, name: str, *more: object) -> str:
    return reverse(f"support:{name}", args=[its.pk, *more])


def page(client, its: Ticket) -> str:
    return client.get(url(its, "ticket")).text


def post(client, its: Ticket, name: str, *more: object, **values: object):
    """As the page's own script does."""
    return client.post(url(its, name, *more), values, headers={"HX-Request": "true"})


def begun(client, its: Ticket, late: Script) -> ScriptRun:
    post(client, its, "script-start", script=late.pk, key="k")
    return ScriptRun.objects.get()


def test_the_script_that_suits_stands_above_the_answer(client, colleague, its, late):
    line = client.get(url(its, "script-suggestion")).text
    assert "A script may help: Late parcel (by what the customer wrote)" in line

    begun(client, its, late)
    assert "Late parcel" not in client.get(url(its, "script-suggestion")).text


def test_it_is_played_by_plain_forms(client, colleague, its, late):
    client.post(url(its, "script-start"), {"script": late.pk, "key": "k", "suggested": "words"})
    run = ScriptRun.objects.get()
    assert run.suggested == "words"
    shown = page(client, its)
    assert f"Sorry &lt;b&gt;{its.pk}&lt;/b&gt;" in shown
    assert "Next:" not in shown

    answer = client.post(url(its, "script-words", run.pk))
    assert answer.url == reverse("support:ticket", args=[its.pk]) + "#text"
    assert Draft.objects.get().text == f"Sorry <b>{its.pk}</b>"
    assert ScriptLine.objects.get().step == "hear"

    client.post(url(its, "script-step", run.pk), {"turn": 1, "choice": 0})
    assert "Adds the tag “late”" in page(client, its)
    client.post(url(its, "script-step", run.pk), {"turn": 2, "choice": 0})
    client.post(url(its, "script-end", run.pk))

    run.refresh_from_db()
    assert run.outcome == "solved"
    assert [tag.name for tag in its.tags.all()] == ["late"]


def test_in_place_the_next_step_comes_with_the_answer(client, colleague, its, late):
    run = begun(client, its, late)
    answer = post(client, its, "script-step", run.pk, turn=1, choice=0)

    assert re.search(r'<section class="script" id="script"[^>]*hx-swap-oob="true"', answer.text)
    assert "Adds the tag" in answer.text
    assert "script-moved" in json.loads(answer.headers["HX-Trigger-After-Settle"])


def test_from_an_older_tab_the_page_is_told_where_it_stands(client, colleague, its, late):
    run = begun(client, its, late)
    post(client, its, "script-step", run.pk, turn=1, choice=0)
    answer = post(client, its, "script-step", run.pk, turn=1, choice=1)

    assert "stands at another step by now" in answer.text
    assert 'value="2"' in answer.text


@pytest.mark.parametrize("choice", ["7", "", "x", "-1", "99999999999999999999"])
def test_what_is_not_offered_is_refused(client, colleague, its, late, choice):
    run = begun(client, its, late)
    answer = post(client, its, "script-step", run.pk, turn=1, choice=choice)
    assert (answer.status_code, "does not offer that" in answer.text) == (200, True)


def test_words_are_put_into_the_field(client, colleague, its, late):
    run = begun(client, its, late)
    answer = post(client, its, "script-words", run.pk)

    told = json.loads(answer.headers["HX-Trigger-After-Settle"])
    assert told["macro-words"]["text"] == f"Sorry <b>{its.pk}</b>"
    assert not Draft.objects.exists()


def test_a_shortcut_alone_begins_its_script_and_is_never_sent(client, colleague, its, late):
    shown = page(client, its)
    carried = {name: re.search(rf'name="{name}" value="([^"]*)"', shown)[1] for name in ("key", "version")}
    post(client, its, "draft", text="/late-parcel", kind="reply")
    answer = post(client, its, "replies", kind="reply", text=" /late-parcel\n", **carried)

    assert ScriptRun.objects.get().version.script == late
    assert not Message.objects.filter(direction="out").exists()
    assert not Draft.objects.exists()
    assert 'class="script"' in answer.text


def test_an_answer_that_only_looks_like_one_is_sent(client, colleague, its, late):
    shown = page(client, its)
    carried = {name: re.search(rf'name="{name}" value="([^"]*)"', shown)[1] for name in ("key", "version")}
    post(client, its, "replies", kind="reply", text="/late-parcel is our script", **carried)
    assert Message.objects.get(direction="out").text == "/late-parcel is our script"


def test_what_was_closed_is_taken_up_again(client, colleague, its, late):
    run = begun(client, its, late)
    assert "Undo" in post(client, its, "script-end", run.pk).text
    assert 'class="script"' in post(client, its, "script-end", run.pk, undo="yes").text


def test_scripts_are_found_on_a_page_of_their_own(client, colleague, its, late):
    in_use(tree(step("only", "end", text="Hello", outcome="solved")), names={"en": "Refund"})

    found = client.get(url(its, "scripts-to-play"), {"q": "посылка"}).text
    assert "Late parcel" in found
    assert "Refund" not in found
    assert "No script has these words" in client.get(url(its, "scripts-to-play"), {"q": "zzz"}).text


def test_the_menu_has_scripts_and_macros(client, colleague, its, late):
    assert "Late parcel" in client.get(url(its, "macros")).text


def test_a_script_of_another_team_is_not_begun(client, colleague, its, late):
    late.teams.add(TeamFactory())
    post(client, its, "script-start", script=late.pk, key="k")
    assert not ScriptRun.objects.exists()


def test_the_run_of_another_ticket_is_not_there(client, colleague, its, late):
    run = begun(client, its, late)
    other = ticket("Добрый день")
    assert "not there" in post(client, other, "script-step", run.pk, turn=1, choice=0).text


def test_the_page_asks_one_question_more_for_it_whatever_scripts_there_are(client, colleague, its, late):
    page(client, its)
    with CaptureQueriesContext(connection) as queries:
        page(client, its)
    about = [one for one in queries if 'FROM "support_scriptrun"' in one["sql"]]
    assert len(about) == 1
