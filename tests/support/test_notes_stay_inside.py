"""Whatever colleagues do in a ticket, no word of an internal note is anywhere a customer, a shop or a mail can be."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crm.errors import Refusal
from crm.models import Message
from support import assigning, joining, labelling, snoozing, states
from support.answering import macros, noting, replying, side_conversations
from support.models import Macro, Note, Ticket
from support.models.tagging import Category
from support.timekeeping import promising
from tests.factories.customers import CustomerFactory
from tests.factories.tickets import TeamFactory, after, agent, ticket, wrote

pytestmark = pytest.mark.django_db

SECRET = "Ehrenwort-7b1c"
# Where a note's words may stand: the note itself, and the macro that writes it.
INSIDE = {"support_note", "support_macro"}


class Desk:
    """A ticket, its person, two colleagues, and a moment that moves on with every deed."""

    def __init__(self) -> None:
        self.person = CustomerFactory()
        self.ticket = ticket(customer=self.person)
        self.agents = [agent(), agent(role="team lead")]
        self.team = TeamFactory(email="warehouse@lipa.example")
        self.macro = Macro.objects.create(
            names={"en": "Macro"}, actions=[{"kind": "leave_note", "settings": {"text": f"{SECRET} macro"}}]
        )
        self.turn = 0

    @property
    def at(self) -> Any:
        return after(minutes=self.turn)

    def fresh(self) -> Ticket:
        return Ticket.objects.get(pk=self.ticket.pk)

    def do(self, deed: str) -> None:
        self.turn += 1
        by, key = self.agents[self.turn % 2], str(self.turn)
        with suppress(Refusal):
            DEEDS[deed](self, {"by": by, "at": self.at}, key)


def _split(desk: Desk, how: Any, key: str) -> None:
    last = Message.objects.filter(place__ticket=desk.ticket).order_by("-pk").first()
    joining.split(desk.fresh(), messages=[last] if last else [], **how)


def _merge(desk: Desk, how: Any, key: str) -> None:
    other = Ticket.objects.exclude(pk=desk.ticket.pk).filter(merged_into=None).first()
    if other:
        joining.merge(other, into=desk.fresh(), **how)


def _unmerge(desk: Desk, how: Any, key: str) -> None:
    other = Ticket.objects.exclude(merged_into=None).first()
    if other:
        joining.unmerge(other, **how)


def _take_back(desk: Desk, how: Any, key: str) -> None:
    last = Message.objects.filter(direction="out").order_by("-pk").first()
    if last:
        replying.take_back(last, **how)


DEEDS: dict[str, Callable[[Desk, Any, str], object]] = {
    "note": lambda desk, how, key: noting.write_note(desk.ticket, text=f"{SECRET} {key}", key=key, **how),
    "macro": lambda desk, how, key: macros.run(desk.macro, ticket=desk.ticket, key=key, **how),
    "reply": lambda desk, how, key: replying.reply(
        desk.ticket, text=f"Ответ {key}", key=key, version=desk.fresh().version, **how
    ),
    "take_back": _take_back,
    "customer": lambda desk, how, key: wrote(f"Вопрос {key}", customer=desk.person, at=how["at"]),
    "resolve": lambda desk, how, key: states.move(desk.ticket, to=Category.RESOLVED, **how),
    "open": lambda desk, how, key: states.move(desk.ticket, to=Category.OPEN, **how),
    "split": _split,
    "merge": _merge,
    "unmerge": _unmerge,
    "assign": lambda desk, how, key: assigning.assign(desk.ticket, to=how["by"], **how),
    "snooze": lambda desk, how, key: snoozing.snooze(
        desk.ticket, until=how["at"] + timedelta(minutes=3), **how
    ),
    "promise": lambda desk, how, key: promising.promise(
        desk.ticket, what=f"Позвонить {key}", due_at=how["at"] + timedelta(hours=1), **how
    ),
    "tag": lambda desk, how, key: labelling.add_tag(desk.ticket, name=f"тег {key}", **how),
    "ask": lambda desk, how, key: side_conversations.ask(
        desk.ticket, team=desk.team, subject="Где?", text=f"Где посылка {key}", key=key, **how
    ),
}


def rows_with(words: str) -> set[str]:
    """Every table of the house in which these words stand, in whatever column."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT 1 FROM "{table}" AS t WHERE t::text LIKE %s LIMIT 1', [f"%{words}%"])
            if cursor.fetchone():
                found.add(table)
    return found


# Shrinking would take the database through hundreds of conversations; the list of deeds tells enough.
@settings(
    max_examples=10,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(deeds=st.lists(st.sampled_from(sorted(DEEDS)), min_size=5, max_size=18))
def test_no_word_of_a_note_leaves_the_notes(db: None, deeds: list[str]) -> None:
    with transaction.atomic():
        desk = Desk()
        for deed in ["note", "macro", *deeds]:
            desk.do(deed)
        side_conversations.send_due(at=desk.at)

        assert Note.objects.count() >= 2
        assert rows_with(SECRET) <= INSIDE
        assert not any(SECRET in str(sent.message()) for sent in mail.outbox)
        transaction.set_rollback(True)
