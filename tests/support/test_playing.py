"""A script is played step by step: what it does is shown before, done once, and what was played is on record."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from crm.models import Message
from support.answering import replying
from support.models import Goodwill, Note, Script, ScriptLine, ScriptRun, Ticket
from support.scripts import lines, playing, prompting
from support.scripts.changed_words import changed
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty import MemberFactory
from tests.factories.played_scripts import ScriptFactory, in_use, step, tree, way
from tests.factories.shops import UserFactory
from tests.factories.tickets import after, agent, ticket

pytestmark = pytest.mark.django_db

HEAR = "{{ customer.first_name|Dear customer }}, I am sorry that the parcel is late."
TAG = {"kind": "add_tag", "settings": {"name": "late"}}
POINTS = {"kind": "give_points", "settings": {"points": 50, "reason": "Late parcel"}}
IS_ANGRY = {"field": "ticket.mood", "op": "eq", "value": "angry"}


def late_parcel(*actions: dict[str, Any]) -> Script:
    return in_use(
        tree(
            step("hear", "say", "find", text=HEAR, tone="calm"),
            step("find", "check", way("On its way", "give"), way("Lost", "pass"), text="Look at the parcel."),
            step("give", "action", "note", text="Make up for it.", actions=list(actions or (TAG,))),
            step("note", "note", "done", text="Parcel late, ticket {{ ticket.number }}."),
            step("pass", "end", outcome="escalated"),
            step("done", "end", text="Thank you for waiting.", outcome="solved"),
        ),
        names={"en": "Late parcel"},
    )


@pytest.fixture
def its() -> Ticket:
    return ticket(customer=CustomerFactory(given_name="Vera"))


@pytest.fixture
def colleague():
    return agent(language="en")


def begin(its: Ticket, colleague, *actions: dict[str, Any], script: Script | None = None) -> ScriptRun:
    return playing.start(
        script or late_parcel(*actions), ticket=its, by=colleague, key="k", at=after(minutes=1), language="en"
    )


def went(run: ScriptRun, *choices: int) -> ScriptRun:
    for choice in choices:
        run = playing.go(run, choice=choice, by=run.agent, at=after(minutes=2), turn=run.turn)
    return run


def path(run: ScriptRun) -> list[tuple[str, str, int | None]]:
    return list(run.path.order_by("turn").values_list("step", "came_by", "choice"))


def test_its_path_and_outcome_are_on_record(its, colleague):
    run = went(begin(its, colleague), 0, 0, 0, 0)
    run = playing.end(run, by=colleague, at=after(minutes=5))

    assert path(run) == [
        ("hear", "start", None),
        ("find", "choice", 0),
        ("give", "choice", 0),
        ("note", "choice", 0),
        ("done", "choice", 0),
    ]
    assert (run.outcome, run.ended_at) == ("solved", after(minutes=5))
    assert [tag.name for tag in its.tags.all()] == ["late"]
    assert Note.objects.get().text == f"Parcel late, ticket {its.pk}."


def test_an_end_without_words_closes_it_at_once(its, colleague):
    run = went(begin(its, colleague), 0, 1)

    assert run.outcome == "escalated"
    assert playing.open_run(its, by=colleague) is None


def test_the_same_beginning_and_the_same_choice_count_once(its, colleague):
    script = late_parcel()
    run = begin(its, colleague, script=script)
    assert begin(its, colleague, script=script) == run
    for _time in range(2):
        moved = playing.go(run, choice=0, by=colleague, at=after(minutes=2), turn=1)

    assert (moved.turn, len(path(run))) == (2, 2)


def test_from_an_older_page_nothing_is_chosen(its, colleague):
    run = went(begin(its, colleague), 0, 0)
    with pytest.raises(playing.ScriptMoved):
        playing.go(run, choice=1, by=colleague, at=after(minutes=3), turn=2)


def test_one_goes_back_and_what_was_done_is_not_done_again(its, colleague):
    MemberFactory(customer=its.customer)
    run = went(begin(its, colleague, POINTS), 0, 0, 0)
    run = playing.back(run, by=colleague, at=after(minutes=3), turn=run.turn)
    assert playing.standing(run).path == ["hear", "find", "give"]

    went(run, 0)
    assert [given.points for given in Goodwill.objects.all()] == [50]


def test_from_the_first_step_there_is_no_way_back(its, colleague):
    run = begin(its, colleague)
    assert playing.back(run, by=colleague, at=after(minutes=3), turn=1).turn == 1


def test_what_cannot_be_done_leaves_it_where_it_was(its, colleague):
    MemberFactory(customer=its.customer)
    too_much = {"kind": "give_points", "settings": {"points": 1_000_000, "reason": "Late parcel"}}
    run = went(begin(its, colleague, TAG, too_much), 0, 0)

    with pytest.raises(Exception, match="more than you may give today"):
        went(run, 0)

    run.refresh_from_db()
    assert playing.standing(run).step.key == "give"
    assert not its.tags.exists()


def test_what_a_colleague_may_not_do_is_refused(its):
    seller = agent(role="cashier", language="en")
    run = went(begin(its, seller), 0, 0)
    with pytest.raises(playing.MayNotAct):
        went(run, 0)


def test_a_choice_whose_condition_does_not_hold_is_not_offered(its, colleague):
    script = in_use(
        tree(
            step("ask", "ask", way("Calm", "done"), way("Angry", "done", IS_ANGRY), text="How are you?"),
            step("done", "end", outcome="solved"),
        )
    )
    run = begin(its, colleague, script=script)

    assert [one.label for one in prompting.prompt_of(its, by=colleague, at=after(minutes=2)).ways] == ["Calm"]
    with pytest.raises(playing.NoSuchChoice):
        went(run, 1)

    Ticket.objects.filter(pk=its.pk).update(mood="angry")
    assert went(run, 1).outcome == "solved"


def test_each_colleague_plays_one_at_a_time_in_a_ticket(its, colleague):
    first = begin(its, colleague)
    playing.start(late_parcel(), ticket=its, by=colleague, key="other", at=after(minutes=3))
    first.refresh_from_db()
    assert first.outcome == "stopped"

    other = agent(language="en")
    playing.start(late_parcel(), ticket=its, by=other, key="k", at=after(minutes=3))
    assert ScriptRun.objects.open().count() == 2


def test_what_was_stopped_by_mistake_stands_again_where_it_stood(its, colleague):
    run = went(begin(its, colleague), 0)
    run = playing.end(run, by=colleague, at=after(minutes=3))
    assert run.outcome == "stopped"

    assert playing.resume(run, by=colleague).ended_at is None
    assert playing.standing(playing.open_run(its, by=colleague)).step.key == "find"


def test_what_came_to_its_end_stays_ended(its, colleague):
    run = went(begin(its, colleague), 0, 1)
    assert playing.resume(run, by=colleague).outcome == "escalated"


def test_nobody_goes_on_in_the_run_of_a_colleague(its, colleague):
    run = begin(its, colleague)
    with pytest.raises(playing.NotYourRun):
        playing.go(run, choice=0, by=UserFactory(), at=after(minutes=2), turn=1)


def test_what_is_not_in_use_is_not_played(its, colleague):
    with pytest.raises(playing.NotPlayed):
        playing.start(ScriptFactory(), ticket=its, by=colleague, key="k", at=after(minutes=1))


def test_a_run_goes_on_in_the_version_it_began_with(its, colleague):
    script = late_parcel()
    run = begin(its, colleague, script=script)
    in_use(tree(step("new", "end", outcome="solved")), script=script)

    assert playing.standing(went(run, 0)).step.key == "find"


def test_the_path_is_never_rewritten(its, colleague):
    run = begin(its, colleague)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        run.path.update(step="done")


def test_the_prompt_says_what_to_say_and_what_will_happen(its, colleague):
    run = begin(its, colleague)
    prompt = prompting.prompt_of(its, by=colleague, at=after(minutes=2))
    assert prompt.words == "Vera, I am sorry that the parcel is late."
    assert prompt.can_insert

    went(run, 0, 0)
    prompt = prompting.prompt_of(its, by=colleague, at=after(minutes=3))
    assert [deed.sentence for deed in prompt.deeds] == ["Adds the tag “late”"]
    assert prompt.instruction == "Make up for it."
    assert prompt.path == ["Hear", "Find", "Give"]


def test_what_is_left_of_the_day_stands_beside_points(its, colleague):
    MemberFactory(customer=its.customer)
    went(begin(its, colleague, POINTS), 0, 0)
    before = prompting.prompt_of(its, by=colleague, at=after(minutes=2)).points_left
    went(playing.open_run(its, by=colleague), 0)

    run = playing.open_run(its, by=colleague)
    playing.back(run, by=colleague, at=after(minutes=3), turn=run.turn)
    assert prompting.prompt_of(its, by=colleague, at=after(minutes=4)).points_left == before - 50


def test_on_the_phone_words_are_said_and_not_inserted(its, colleague):
    Ticket.objects.filter(pk=its.pk).update(channel="phone")
    begin(its, colleague)
    prompt = prompting.prompt_of(its, by=colleague, at=after(minutes=2))
    assert (prompt.is_aloud, prompt.can_insert, prompt.tone) == (True, False, "calm")


def test_words_that_cannot_be_filled_in_say_so(its, colleague):
    script = in_use(
        tree(
            step("say", "say", "done", text="Order {{ order.number }}"), step("done", "end", outcome="solved")
        )
    )
    begin(its, colleague, script=script)
    prompt = prompting.prompt_of(its, by=colleague, at=after(minutes=2))
    assert (prompt.words, prompt.can_insert) == ("", False)
    assert "not known" in str(prompt.refusal)


def answered(its: Ticket, colleague, text: str, key: str = "a") -> Message:
    its.refresh_from_db()
    return replying.reply(its, text=text, by=colleague, key=key, at=after(minutes=9), version=its.version)


def test_how_much_of_the_words_was_changed_is_known_once_they_are_sent(its, colleague):
    run = begin(its, colleague)
    for _time in range(2):
        lines.insert(run, step="hear", at=after(minutes=2))
    message = answered(its, colleague, "Vera, I am sorry that your box is late. See you soon!")

    line = ScriptLine.objects.get()
    assert line.message == message
    assert line.edited_ratio == pytest.approx(2 / 8)


def test_without_inserted_words_an_answer_says_nothing_of_a_script(its, colleague):
    begin(its, colleague)
    answered(its, colleague, "Hello")
    assert not ScriptLine.objects.exists()


def test_words_that_were_taken_back_wait_to_be_sent_again(its, colleague):
    run = begin(its, colleague)
    lines.insert(run, step="hear", at=after(minutes=2))
    message = answered(its, colleague, "I am sorry that the parcel is late.")
    replying.take_back(message, by=colleague, at=after(minutes=9, seconds=5))
    again = answered(its, colleague, "Sorry", key="b")

    line = ScriptLine.objects.get()
    assert (line.message, line.edited_ratio) == (again, pytest.approx(7 / 8))


@pytest.mark.parametrize(
    ("sent", "share"),
    [
        ("I am sorry.", 0.0),
        ("i AM, sorry!", 0.0),
        ("Dear Vera, I am really sorry indeed", 0.0),
        ("I was sorry", 1 / 3),
        ("", 1.0),
        ("sorry am I", 2 / 3),
    ],
)
def test_added_words_are_no_change_and_missing_ones_are(sent, share):
    assert changed("I am sorry.", sent) == pytest.approx(share)


def test_a_page_where_nothing_is_played_asks_once(its, colleague):
    with CaptureQueriesContext(connection) as queries:
        assert prompting.prompt_of(its, by=colleague, at=after(minutes=2)) is None
    assert len(queries) == 1
