"""Customers write while agents answer: nobody waits in a circle, nothing is lost or said twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from crm.errors import Refusal
from crm.models import Message, ParkedEntry
from support import labelling, states
from support.answering import goodwill, noting, replying
from support.changing import TicketChanged
from support.models import Goodwill, Note, ScriptRun, Ticket, TicketMessage
from support.models.tagging import Category
from support.scripts import playing
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.played_scripts import in_use, step, tree
from tests.factories.tickets import after, agent, ticket, wrote

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*deeds: Any) -> list[Any]:
    """What each came to; a refusal stands for itself."""

    def do(deed: Any) -> Any:
        try:
            return deed()
        except Refusal as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))


def test_of_two_answers_at_once_one_is_sent_and_the_other_is_shown_it() -> None:
    its = ticket()
    agents = [agent() for _n in range(4)]

    said = at_once(
        *(
            lambda one=one: replying.reply(
                its, text="Уже в пути", by=one, key="k", at=after(hours=1), version=its.version
            )
            for one in agents
        )
    )

    sent = [one for one in said if isinstance(one, Message)]
    stopped = [one for one in said if isinstance(one, TicketChanged)]
    assert (len(sent), len(stopped)) == (1, 3)
    assert all(one.figures["fresh"] == [sent[0].pk] for one in stopped)


def test_words_tags_notes_and_states_at_once_are_all_there() -> None:
    person = CustomerFactory()
    its, colleague = ticket(customer=person), agent()

    at_once(
        *(lambda n=n: wrote(f"Ещё {n}", customer=person, at=after(minutes=n)) for n in range(4)),
        *(
            lambda n=n: labelling.add_tag(its, name=f"тег {n}", by=colleague, at=after(minutes=n))
            for n in range(3)
        ),
        *(
            lambda n=n: noting.write_note(its, text="!", by=colleague, key=str(n), at=after(minutes=n))
            for n in range(3)
        ),
        lambda: states.move(its, to=Category.WAITING_US, by=colleague, at=after(minutes=2)),
    )

    its.refresh_from_db()
    assert Ticket.objects.count() == 1
    assert TicketMessage.objects.filter(ticket=its).count() == 5
    assert (its.tags.count(), Note.objects.count()) == (3, 3)
    assert not ParkedEntry.objects.exists()


def test_a_person_who_writes_on_four_channels_at_once_has_one_conversation() -> None:
    person = CustomerFactory()
    for channel in ("telegram", "viber", "sms"):
        wrote("Раз", customer=person, by=channel)

    at_once(
        *(
            lambda channel=channel: wrote("Два", customer=person, by=channel, at=after(minutes=1))
            for channel in ("telegram", "viber", "sms")
        )
    )

    assert Ticket.objects.count() == 1
    assert TicketMessage.objects.count() == 6


def test_goodwill_at_once_stays_within_the_day() -> None:
    member = MemberFactory(programme=ProgrammeFactory(allowance_points=100))
    its, colleague = ticket(customer=member.customer), agent()

    at_once(
        *(
            lambda n=n: goodwill.grant(
                its, points=40, reason="Задержка", by=colleague, key=str(n), at=after(hours=1)
            )
            for n in range(5)
        )
    )

    assert Goodwill.objects.count() == 2


def test_a_script_pressed_on_in_several_tabs_at_once_goes_one_step_and_gives_once() -> None:
    its, colleague = ticket(), agent()
    MemberFactory(customer=its.customer)
    points = [{"kind": "give_points", "settings": {"points": 50, "reason": "Late"}}]
    script = in_use(
        tree(
            step("give", "action", "tell", actions=points),
            step("tell", "say", "end", text="Given"),
            step("end", "end", outcome="solved"),
        )
    )
    runs = at_once(
        *(
            lambda: playing.start(script, ticket=its, by=colleague, key="k", at=after(hours=1))
            for _tab in range(3)
        )
    )
    at_once(
        *(lambda: playing.go(runs[0], choice=0, by=colleague, at=after(hours=2), turn=1) for _tab in range(4))
    )

    assert {run.pk for run in runs} == {ScriptRun.objects.get().pk}
    assert [given.points for given in Goodwill.objects.all()] == [50]
    assert list(runs[0].path.values_list("step", flat=True)) == ["give", "tell"]
