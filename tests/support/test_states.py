"""Where tickets stand, and what follows."""

from __future__ import annotations

import pytest

from crm.models import TimelineEntry
from support import changing, happenings, labelling, states
from support.models import SubState, Tag, Ticket, TicketEvent, Topic
from support.models.tagging import Category
from tests.factories.orders import placed_order
from tests.factories.tickets import TeamFactory, after, agent, ticket

pytestmark = pytest.mark.django_db


def test_resolving_and_opening_again_stand_on_the_timeline() -> None:
    its, colleague = ticket(), agent()
    states.move(its, to=Category.RESOLVED, by=colleague, at=after(hours=1))
    states.move(its, to=Category.OPEN, by=colleague, at=after(hours=2))
    states.move(its, to=Category.RESOLVED, by=colleague, at=after(hours=3))

    kinds = (
        TimelineEntry.objects.filter(kind__startswith="support.")
        .order_by("pk")
        .values_list("kind", flat=True)
    )
    assert list(kinds) == [
        "support.ticket_opened",
        "support.ticket_resolved",
        "support.ticket_reopened",
        "support.ticket_resolved",
    ]


def test_where_it_stands_already_nothing_changes() -> None:
    its = ticket()
    moved = states.move(its, to=Category.NEW, by=agent(), at=after(hours=1))

    assert moved.version == its.version


def test_a_sub_state_belongs_to_its_state_and_pauses_clocks() -> None:
    courier = SubState.objects.create(
        slug="courier", names={"en": "With the courier"}, category=Category.WAITING_US, pauses_clocks=True
    )
    its = ticket()
    with pytest.raises(states.SubStateElsewhere):
        states.move(its, to=Category.OPEN, sub_state=courier, by=agent(), at=after(hours=1))

    states.move(its, to=Category.WAITING_US, sub_state=courier, by=agent(), at=after(hours=1))

    assert set(its.clocks.values_list("pause_reason", flat=True)) == {"sub_state"}


def test_what_was_resolved_a_week_ago_is_closed_and_stays_so() -> None:
    its, colleague = ticket(), agent()
    states.move(its, to=Category.RESOLVED, by=colleague, at=after(hours=1))

    assert states.close_resolved(at=after(days=6)) == 0
    assert states.close_resolved(at=after(days=8)) == 1
    with pytest.raises(changing.TicketIsClosed):
        states.move(its, to=Category.OPEN, by=colleague, at=after(days=9))


def test_an_older_version_is_refused_where_one_is_told() -> None:
    its = ticket()
    labelling.add_tag(its, name="ваза", by=agent(), at=after(hours=1))

    with pytest.raises(changing.TicketChanged):
        states.move(its, to=Category.RESOLVED, by=agent(), at=after(hours=1), version=its.version)


def test_labels_are_told_once_each() -> None:
    its, colleague = ticket(), agent()
    topic = Topic.objects.create(slug="returns", names={"en": "Returns"}, team=TeamFactory())
    order = placed_order(customer=its.customer)
    for _time in range(2):
        labelling.set_topic(its, topic=topic, by=colleague, at=after(hours=1))
        labelling.add_tag(its, name=" ваза ", by=colleague, at=after(hours=1))
        labelling.set_priority(its, priority=4, by=colleague, at=after(hours=1))
        labelling.relate_order(its, order=order, by=colleague, at=after(hours=1))
        labelling.rename(its, subject="Возврат вазы", by=colleague, at=after(hours=1))

    its.refresh_from_db()
    assert its.team == topic.team
    told = TicketEvent.objects.filter(ticket=its).order_by("pk").values_list("kind", flat=True)
    assert list(told) == ["opened", "topic_set", "tagged", "prioritised", "order_related", "renamed"]
    labelling.remove_tag(its, tag=Tag.objects.get(), by=colleague, at=after(hours=2))
    labelling.unrelate_order(its, order=order, by=colleague, at=after(hours=2))
    assert not its.tags.exists() and not its.orders.exists()


def test_an_order_of_somebody_else_is_refused() -> None:
    with pytest.raises(labelling.OrderOfAnother):
        labelling.relate_order(ticket(), order=placed_order(), by=agent(), at=after(hours=1))


@pytest.mark.parametrize("kind", happenings.SENTENCES)
def test_every_happening_reads_itself_aloud(kind: str) -> None:
    figures = {
        "to": "Мария", "team": {"en": "Returns"}, "state": "open", "until": after(hours=1).isoformat(),
        "due_at": after(hours=1).isoformat(), "what": "Call", "number": 7, "topic": {"ru": "Возврат"}, "tag": "ваза",
        "priority": 2, "order": "LP-1", "macro": {"en": "Late"}, "points": 50, "coupon": "−10 %", "channel": "email",
        "shop": "Varna", "script": {"en": "Late parcel"}, "tried": "Where is my parcel?", "incident": {"en": "Storm"},
    }  # fmt: skip
    said = happenings.aloud(TicketEvent(kind=kind, figures=figures))

    assert said
    assert not {"{", "—"} & set(said)


def test_an_unknown_happening_says_its_name() -> None:
    assert happenings.aloud(TicketEvent(kind="danced", figures={})) == "danced"
    assert Ticket.objects.count() == 0
