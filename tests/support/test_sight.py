"""Who sees which tickets."""

from __future__ import annotations

import pytest

from support.models import Ticket
from support.sight import seen_by
from tests.factories.shops import UserFactory
from tests.factories.support import TicketFactory
from tests.factories.tickets import TeamFactory, agent

pytestmark = pytest.mark.django_db


def test_an_agent_sees_their_teams_tickets_their_own_and_what_is_nobodys_in_no_team() -> None:
    ours, theirs = TeamFactory(), TeamFactory()
    one, other = agent(ours), agent(theirs)
    seen = {
        TicketFactory(team=ours, assignee=other).pk,
        TicketFactory(team=theirs, assignee=one).pk,
        TicketFactory(assignee=one).pk,
        TicketFactory().pk,
    }
    unseen = {TicketFactory(team=theirs).pk, TicketFactory(assignee=other).pk}

    assert set(seen_by(one, Ticket.objects.all()).values_list("pk", flat=True)) == seen
    assert seen_by(agent(role="team lead"), Ticket.objects.all()).count() == len(seen | unseen)


def test_who_may_not_answer_sees_none() -> None:
    TicketFactory()

    assert not seen_by(UserFactory(), Ticket.objects.all()).exists()
    assert not seen_by(agent(role="cashier"), Ticket.objects.all()).exists()
    assert not seen_by(None, Ticket.objects.all()).exists()
