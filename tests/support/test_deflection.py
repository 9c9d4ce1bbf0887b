"""A visit is deflected by what its reader said, or by 72 quiet hours after an article was read; figures by hand."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from crm.channels.base import Incoming, Sender
from crm.messages import receiving
from crm.models import ChannelAccount, Customer
from crm.people.identity_kinds import IdentityKind
from support.help import figures, sessions, voting
from support.measures.deflection import WINDOW, Visit, deflection, outcome
from support.models import HelpSession
from tests.factories.articles import published
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.shops import NOON, ShopFactory

AFTER = NOON + WINDOW
HOUR = timedelta(hours=1)


def visit(**more) -> Visit:
    return Visit(**{"last_at": NOON, "has_intent": True, "has_read": True, **more})


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (visit(), "quiet"),
        (visit(has_read=False), "unanswered"),
        (visit(has_intent=False), "looked"),
        (visit(solved_at=NOON), "solved"),
        (visit(solved_at=NOON, has_read=False), "solved"),
        (visit(wrote_at=NOON), "wrote"),
        (visit(solved_at=NOON - HOUR, wrote_at=NOON), "wrote"),
        (visit(wrote_at=NOON - HOUR, solved_at=NOON), "solved"),
        (visit(contacts=(NOON + 72 * HOUR,)), "wrote"),
        (visit(contacts=(NOON + 73 * HOUR,)), "quiet"),
    ],
)
def test_what_became_of_a_visit_is_known_after_72_hours(seen, expected):
    assert outcome(seen, at=AFTER) == expected
    assert outcome(seen, at=AFTER - timedelta(seconds=1)) is None


def test_deflection_counts_visits_that_looked_for_an_answer():
    share = deflection(["solved", "quiet", "quiet", "wrote", "unanswered", "looked", "", "looked"])

    assert (share.count, share.of) == (3, 5)
    assert share.is_few


# ── settled in the database ──────────────────────────────────────────────────
@pytest.fixture
def article(db):
    return published()


def began(name: str, at: datetime = NOON) -> HelpSession:
    session = sessions.visit(name, language="ru", at=at)
    assert session
    return session


def outcomes() -> list[str]:
    return list(HelpSession.objects.order_by("pk").values_list("outcome", flat=True))


def test_visits_are_settled_once_their_time_is_over_and_only_once(article):
    reader, lost, solver, asker = (began(name) for name in ("reader", "lost", "solver", "asker"))
    for one in (reader, lost, solver, asker):
        sessions.searched(one, words="вернуть", found=1, language="ru", at=NOON)
    for one in (reader, solver, asker):
        sessions.opened(one, article=article, language="ru", at=NOON)
    sessions.solved(solver, article=article, language="ru", at=NOON)
    sessions.wrote(asker, customer=None, language="ru", at=NOON)

    assert sessions.settle_due(at=AFTER - HOUR) == 0
    assert sessions.settle_due(at=AFTER) == 4
    assert sessions.settle_due(at=AFTER) == 0
    assert outcomes() == ["quiet", "unanswered", "solved", "wrote"]

    told = figures.of_articles(since=NOON - HOUR, until=AFTER)[article.pk]
    assert (told.readers, told.deflected.count, told.deflected.of) == (3, 2, 3)
    whole = figures.of_the_house(since=NOON - HOUR, until=AFTER)
    assert (whole.count, whole.of) == (2, 4)


def test_an_article_that_was_called_useless_reached_no_goal(article):
    one = began("one")
    sessions.opened(one, article=article, language="ru", at=NOON)
    voting.vote(article, voter=voting.visitor(one), answer="no", language="ru", at=NOON)
    sessions.settle_due(at=AFTER)

    assert outcomes() == ["unanswered"]


def test_whoever_is_known_and_wrote_on_another_channel_was_not_deflected(article):
    ShopFactory()
    account = ChannelAccount.objects.create(
        channel="email", name="Mail", address="h@l.example", opened_at=NOON
    )
    vera: Customer = CustomerFactory()
    IdentityFactory(customer=vera, kind="email", value="vera@example.org", verified_at=NOON)
    one = began("one")
    sessions.opened(one, article=article, language="ru", at=NOON)
    sessions.searched(one, words="вернуть", found=1, language="ru", at=NOON)
    HelpSession.objects.update(customer=vera)
    sender = Sender(kind=IdentityKind.EMAIL, value="vera@example.org", name="", is_proved=True)
    said = Incoming(external_id="m-1", sender=sender, text="?", occurred_at=NOON + 71 * HOUR)
    receiving.receive(account, said, raw=None, at=NOON + 71 * HOUR)
    sessions.settle_due(at=AFTER)

    assert outcomes() == ["wrote"]


def test_a_step_after_a_visit_was_settled_begins_another(article):
    one = began("one")
    sessions.opened(one, article=article, language="ru", at=NOON)
    sessions.settle_due(at=AFTER)

    assert sessions.visit("one", language="ru", at=AFTER) is None
