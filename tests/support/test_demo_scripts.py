"""The demo's chapter about scripts: they are there to be played, and Vera's late parcel waits for one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from crm.demo import channels, company, plots
from crm.demo.characters import VERA
from crm.demo.company import Stage
from crm.models import Identity, Message
from crm.words import text_checks
from support import macro_actions
from support.answering import macros, replying
from support.demo import desk, scripts, stories
from support.demo.desk import Desk
from support.demo.macros import OFTEN, write_macros
from support.models import Goodwill, Macro, Promise, Script, ScriptLine, ScriptRun, ScriptVersion, Ticket
from support.scripts import playing, suggesting
from support.scripts.checking import VOCABULARY, WRITTEN
from support.scripts.variables import About, say
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.loyalty import MemberFactory

pytestmark = pytest.mark.django_db


def silent(what: str, done: int, total: int) -> None:
    pass


@pytest.fixture
def stage() -> Stage:
    return company.build()


@pytest.fixture
def at_work(stage: Stage) -> Desk:
    """Vera is a member, and so is somebody of the crowd who writes Russian."""
    now = timezone.now()
    plots.tell(stage, now=now)
    vera = Identity.objects.get(kind="external", value=str(VERA.number)).customer
    somebody = CustomerFactory(language="ru", given_name="Антон", family_name="Лисицын")
    IdentityFactory(customer=somebody, kind="email", value="anton@example.org")
    for person in (vera, somebody):
        MemberFactory(customer=person)
    channels.open_accounts(channels.StandIns(url="http://127.0.0.1:9", smtp_port=9), at=now)
    its = desk.open_desk(stage, now=now)
    scripts.publish(its, manager=stage.manager, now=now)
    stories.vera_asks_twice(its, stories.open_accounts(), now=now)
    return its


def test_a_visitor_plays_the_late_parcel_script_on_veras_ticket(at_work):
    """The chapter itself: the script is suggested, key 1, a Russian answer, 50 points."""
    iva, at = at_work.iva, timezone.now()
    ticket = Ticket.objects.get(customer__family_name=VERA.family_name)
    suggested = suggesting.suggestions(ticket, at=at)[0]
    assert (suggested.script.slug, suggested.how) == ("late-parcel", "condition")

    run = playing.start(suggested.script, ticket=ticket, by=iva, key="k", at=at, suggested=suggested.how)
    run = playing.go(run, choice=0, by=iva, at=at, turn=run.turn)
    step = playing.standing(run).step
    words = say(step.text_in(run.language, run.channel), About(ticket, iva, at), language=run.language)
    answer = replying.reply(ticket, text=words, by=iva, key="k", at=at, version=ticket.version)
    for _key in range(3):
        run = playing.go(run, choice=0, by=iva, at=at, turn=run.turn)

    assert answer.text.startswith("Вера, вы ждали, а мы опаздываем: простите нас. Посылка едет")
    assert answer.account.channel == "telegram"
    assert Goodwill.objects.get(ticket=ticket).points == 50


def test_two_people_stand_behind_each_published_script(at_work, stage):
    versions = ScriptVersion.objects.filter(state="published")

    assert versions.count() == 12
    assert {(its.submitted_by, its.approved_by) for its in versions} == {(at_work.lead, stage.manager)}


def test_one_was_played_yesterday_to_its_end(at_work):
    now = timezone.now()
    for _time in range(2):
        scripts.play(at_work, now=now)

    run = ScriptRun.objects.get()
    assert (run.agent, run.language, run.outcome) == (at_work.daria, "ru", "waiting")
    assert Goodwill.objects.get().points == 50
    assert Promise.objects.get().due_at > now
    assert [line.edited_ratio for line in ScriptLine.objects.filter(run=run)] == [0, 0]
    said = Message.objects.filter(place__ticket=run.ticket, direction="out").order_by("pk")
    assert [one.text.split(".")[0] for one in said] == [
        "Антон, вы ждали, а мы опаздываем: простите нас",
        "Спасибо за терпение! Мы начислили вам 50 баллов, их можно потратить в следующем заказе",
    ]
    assert not said.exclude(state="sent").exists()


def test_published_again_nothing_changes(at_work, stage):
    before = Script.objects.count(), ScriptVersion.objects.count()
    scripts.publish(at_work, manager=stage.manager, now=timezone.now() + timedelta(minutes=5))

    assert (Script.objects.count(), ScriptVersion.objects.count()) == before


def test_eight_macros_can_be_used_on_any_ticket_in_three_languages(at_work):
    for _time in range(2):
        write_macros()

    assert Macro.objects.count() == len(OFTEN) == 8
    ticket = Ticket.objects.get(customer__family_name=VERA.family_name)
    for macro in Macro.objects.all():
        assert macro_actions.read(macro.actions)
        assert macros.text_for(macro, About(ticket, at_work.iva, timezone.now()))
        for language, text in macro.texts.items():
            told: dict[str, Any] = {"language": language, "vocabulary": VOCABULARY, "channels": WRITTEN}
            assert list(text_checks.faults(text, **told)) == []
            assert list(text_checks.advice(text, **told)) == []
