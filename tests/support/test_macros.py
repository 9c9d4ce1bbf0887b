"""Macros say what they will do, and do all of it or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm.words.rendering import ValueMissing
from support import macro_actions
from support.answering import macros
from support.changing import TicketChanged
from support.macro_actions import ACTIONS, UnusableMacro
from support.models import Macro, Note, Ticket, Topic
from support.models.tagging import Category
from support.scripts.variables import About
from tests.factories.customers import CustomerFactory
from tests.factories.tickets import TeamFactory, after, agent, ticket, wrote

pytestmark = pytest.mark.django_db

DELIVERY = [
    {"kind": "add_tag", "settings": {"name": "доставка"}},
    {"kind": "leave_note", "settings": {"text": "Склад знает"}},
    {"kind": "put_off", "settings": {"hours": 24}},
    {"kind": "set_state", "settings": {"state": "waiting_us"}},
]


def macro(*actions: dict[str, object], **more: object) -> Macro:
    return Macro.objects.create(names={"en": "Late parcel"}, actions=list(actions) or DELIVERY, **more)


def test_it_says_what_it_will_do_and_what_one_may_not() -> None:
    steps = macros.preview(
        macro(*DELIVERY[:1], {"kind": "give_points", "settings": {"points": 50, "reason": "Задержка"}}),
        by=agent(role="cashier"),
    )

    assert [(step.sentence, step.is_allowed) for step in steps] == [
        ("Adds the tag “доставка”", False),
        ("Gives 50 points", False),
    ]


def test_it_does_all_of_it_once() -> None:
    its, colleague, late = ticket(), agent(), macro()
    for _time in range(2):
        done = macros.run(late, ticket=its, by=colleague, key="k", at=after(hours=1), version=its.version)

    assert [tag.name for tag in done.tags.all()] == ["доставка"]
    assert (done.category, done.snoozed_until) == (Category.WAITING_US, after(hours=25))
    assert Note.objects.count() == 1


def test_what_one_may_not_is_refused_as_a_whole() -> None:
    its = ticket()
    with pytest.raises(macros.MayNotRun):
        macros.run(macro(), ticket=its, by=agent(role="cashier"), key="k", at=after(hours=1))

    assert not its.tags.exists()


def test_what_cannot_be_done_undoes_the_rest() -> None:
    its = ticket()
    cannot = macro(*DELIVERY[:1], {"kind": "give_points", "settings": {"points": 50, "reason": "Задержка"}})
    with pytest.raises(Exception, match="no account of points"):
        macros.run(cannot, ticket=its, by=agent(), key="k", at=after(hours=1))

    assert Ticket.objects.get(pk=its.pk).version == its.version
    assert not its.tags.exists()


def test_past_something_new_it_does_not_run() -> None:
    person = CustomerFactory()
    its = ticket(customer=person)
    wrote("Уже пришла!", customer=person, at=after(minutes=1))

    with pytest.raises(TicketChanged):
        macros.run(macro(), ticket=its, by=agent(), key="k", at=after(hours=1), version=its.version)


def test_its_text_is_filled_in_in_the_language_of_the_ticket() -> None:
    its = ticket(customer=CustomerFactory(given_name="Ирина", language="ru"))
    hello = macro(texts={"ru": "{{ customer.first_name }}, это {{ agent.name }}.", "en": "Hello"})

    assert macros.text_for(hello, About(its, agent(name="Мария"), after())) == "Ирина, это Мария."


def test_a_text_about_an_order_needs_one() -> None:
    about = macro(texts={"en": "Order {{ order.number }}"})

    with pytest.raises(ValueMissing):
        macros.text_for(about, About(ticket(), agent(), after()))


def test_those_of_other_teams_and_those_no_longer_used_are_not_offered() -> None:
    theirs, all_of, ended = macro(), macro(), macro(ended_at=after(hours=-1))
    theirs.teams.add(TeamFactory())

    assert list(macros.offered(ticket(), at=after())) == [all_of]
    assert ended.pk


@pytest.mark.parametrize(
    ("kept", "pointer"),
    [
        ({"kind": "add_tag"}, ""),
        ([{"kind": "dance", "settings": {}}], "/0/kind"),
        ([{"kind": "add_tag", "settings": {}}], "/0/name"),
        ([{"kind": "set_topic", "settings": {"topic": "none"}}], "/0/topic"),
        ([{"kind": "set_state", "settings": {"state": "asleep"}}], "/0/state"),
        ([{"kind": "set_priority", "settings": {"priority": 9}}], "/0/priority"),
        ([{"kind": "put_off", "settings": {"hours": 0}}], "/0/hours"),
        ([{"kind": "pass_on", "settings": {"team": "none"}}], "/0/team"),
        ([{"kind": "give_points", "settings": {"points": 0, "reason": "x"}}], "/0/points"),
    ],
)
def test_what_is_wrong_is_pointed_at(kept: object, pointer: str) -> None:
    with pytest.raises(UnusableMacro) as refused:
        macro_actions.read(kept)

    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_every_action_says_and_does_something() -> None:
    Topic.objects.create(slug="returns", names={"en": "Returns"})
    TeamFactory(slug="warehouse")
    told = {
        "set_topic": {"topic": "returns"},
        "set_priority": {"priority": 3},
        "pass_on": {"team": "warehouse"},
        "take": {},
    }
    its, colleague = ticket(), agent()
    every = macro(*({"kind": kind, "settings": settings} for kind, settings in told.items()))

    done = macros.run(every, ticket=its, by=colleague, key="k", at=after(hours=1))

    assert all(step.sentence for step in macros.preview(every, by=colleague))
    assert (done.topic.slug, done.priority, done.team.slug, done.assignee) == (
        "returns",
        3,
        "warehouse",
        colleague,
    )


def test_every_file_of_an_action_is_listed() -> None:
    folder = Path(macro_actions.__file__).parent
    files = {file.stem for file in folder.glob("*.py")} - {"__init__", "base"}

    assert {action.__module__.rsplit(".", 1)[-1] for action in ACTIONS.values()} == files


def test_a_promise_it_makes_is_due_from_when_it_runs() -> None:
    its, promised = ticket(), {"kind": "promise", "settings": {"what": "Написать о посылке", "hours": 24}}
    macros.run(macro(promised), ticket=its, by=agent(), key="k", at=after(hours=1))

    assert [(one.what, one.due_at) for one in its.promises.all()] == [("Написать о посылке", after(hours=25))]


@pytest.mark.parametrize("leads", [True, False])
def test_it_passes_to_whoever_leads_the_team_or_back_to_the_team(leads: bool) -> None:
    lead, colleague = agent(name="Елена"), agent(name="Ива")
    its = ticket()
    Ticket.objects.filter(pk=its.pk).update(
        team=TeamFactory(lead=lead if leads else None), assignee=colleague
    )

    done = macros.run(
        macro({"kind": "pass_to_lead", "settings": {}}), ticket=its, by=colleague, key="k", at=after(hours=1)
    )

    assert done.assignee == (lead if leads else None)
