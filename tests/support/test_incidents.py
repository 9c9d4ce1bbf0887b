"""Incidents: exactly the affected are told, nobody twice, none without a lawful basis, and one answer ends it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from crm import relay
from crm.consents import consenting
from crm.models import Customer, Message, User
from crm.notices.base import Words
from crm.people import merging
from crm.purchases.ordering import advance_order
from crm.rules.fields import always
from support import states
from support.incidents import affecting, announcing, drafting, linking, resolving
from support.incidents.drafting import Kind
from support.incidents.errors import (
    EverybodyAffected,
    NotADraft,
    NotGoingOn,
    NothingIsGoingOut,
    NoticeAtWork,
    TicketOfAnotherIncident,
    UnfinishedWords,
)
from support.models import Incident, IncidentNotice, IncidentTelling, IncidentTicket, TicketEvent
from support.models.tagging import Category
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.incidents import announced, draft_notice, drafted, told, waits_for
from tests.factories.paper_channels import PaperAccountFactory, paper_channels
from tests.factories.shops import NOON, ShopFactory, UserFactory
from tests.factories.tickets import ticket, wrote

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _papers() -> Iterator[None]:
    ShopFactory()
    with paper_channels():
        PaperAccountFactory()
        yield


@pytest.fixture
def lead() -> User:
    return UserFactory(name="Георги Стоянов")


def person(**more: Any) -> Customer:
    """Somebody who can be written to by mail."""
    customer = CustomerFactory(**more)
    IdentityFactory(customer=customer, verified=True)
    return customer


def letters(**about: Any) -> list[Message]:
    return list(Message.objects.filter(source=announcing.SOURCE, **about).order_by("pk"))


def send_everything() -> None:
    Message.objects.filter(state=Message.State.QUEUED).update(state=Message.State.SENT, sent_at=NOON)


# ── who is told ──────────────────────────────────────────────────────────────
def test_exactly_the_affected_are_told_once_each(lead) -> None:
    affected = [person(), person(language="bg"), person(language="en")]
    orders = [waits_for(customer=one) for one in affected]
    waits_for(customer=affected[0])  # a second order is no second letter
    waits_for("sofia", customer=person())
    gone = waits_for(customer=person())
    advance_order(gone, moment="shipped", occurred_at=NOON, source="t", at=NOON)
    never_mind = waits_for(customer=person())
    advance_order(never_mind, moment="cancelled", occurred_at=NOON, source="t", at=NOON)

    notice = announced(drafted(by=lead), by=lead)

    assert {one.customer_id for one in letters()} == {one.pk for one in affected}
    assert len(letters()) == len(affected)
    assert notice.state == IncidentNotice.State.DONE
    assert announcing.progress(notice) == {"told": 3, "untold": 0, "left": 0}
    assert orders[1].number in letters(customer=affected[1])[0].text
    assert letters(customer=affected[1])[0].text.startswith("Ирина!\n\nПри нас възникна проблем")


def test_told_again_nobody_hears_it_twice(lead) -> None:
    waits_for(customer=person())
    notice = announced(drafted(by=lead), by=lead)

    told(announcing.let_out(notice, by=lead, at=NOON))
    IncidentNotice.objects.update(state=IncidentNotice.State.TELLING)
    told(notice)

    assert len(letters()) == 1


def test_two_who_are_found_to_be_one_while_it_goes_out_hear_it_once(lead) -> None:
    one, other = person(), person()
    waits_for(customer=one)
    waits_for(customer=other)
    notice = announcing.let_out(draft_notice(drafted(by=lead)), by=lead, at=NOON)
    announcing._chunk(notice.pk, at=NOON)
    first = notice.tellings.order_by("pk").first()
    announcing._tell(first, notice, at=NOON)
    merging.merge(one, other=other, by=lead, at=NOON)

    told(notice)

    assert len(letters()) == 1
    assert IncidentTelling.objects.filter(message=letters()[0]).count() == 2


def test_who_was_two_before_is_one_affected_person(lead) -> None:
    one, other = person(), person()
    waits_for(customer=one)
    waits_for(customer=other)
    merging.merge(one, other=other, by=lead, at=NOON)
    incident = drafted(by=lead)

    assert affecting.count(incident, at=NOON) == 1
    announced(incident, by=lead)
    assert len(letters()) == 1


def test_who_cannot_be_told_stands_there_with_the_reason(lead) -> None:
    waits_for(customer=CustomerFactory())
    notice = announced(drafted(by=lead), by=lead)

    assert letters() == []
    assert notice.tellings.get().why_not == "no-way"


def test_service_needs_no_consent_and_advertising_does(lead) -> None:
    agreed, silent = person(), person()
    consenting.record(
        agreed, purpose="advertising", decision="given", channel="", source="t", occurred_at=NOON, at=NOON
    )
    for one in (agreed, silent):
        waits_for(customer=one)
    incident = drafted(by=lead)
    notice = draft_notice(incident)
    drafting.write(notice, texts=drafting.words_of(notice), purpose="advertising", at=NOON)

    notice = announced(incident, by=lead)

    assert [one.customer_id for one in letters()] == [agreed.pk]
    assert {one.purpose for one in letters()} == {"advertising"}
    assert notice.tellings.get(customer=silent).why_not == "no-consent"


def test_an_sms_waits_for_the_morning(lead) -> None:
    customer = CustomerFactory(language="bg", time_zone="Europe/Sofia")
    IdentityFactory(customer=customer, kind="phone", value="+359888123456", verified=True)
    PaperAccountFactory(channel="sms")
    waits_for(customer=customer)
    night = NOON + timedelta(hours=10)

    announced(drafted(by=lead, at=night), by=lead, at=night)

    assert letters()[0].send_at.astimezone(timezone.get_fixed_timezone(120)).hour == 9


def test_beforehand_it_is_known_how_many_are_affected_and_who_cannot_be_reached(lead) -> None:
    waits_for(customer=person())
    waits_for(customer=CustomerFactory())
    waits_for("sofia", customer=person())
    incident = drafted(by=lead)

    ahead = affecting.look_ahead(draft_notice(incident), at=NOON)

    assert affecting.count(incident, at=NOON) == ahead.looked_at == 2
    assert dict(ahead.by_channel) == {"email": 1}
    assert dict(ahead.why_not) == {"no-way": 1}
    assert len(affecting.some(incident, at=NOON, at_most=10)) == 2
    assert letters() == []


def test_one_who_cannot_be_told_for_a_fault_of_ours_holds_nobody_up(lead) -> None:
    broken, other = person(), person()
    for one in (broken, other):
        waits_for(customer=one)
    Customer.objects.filter(pk=broken.pk).update(language="xx")  # no language of ours
    incident = drafted(by=lead)
    notice = announced(incident, by=lead)

    assert notice.state == IncidentNotice.State.DONE
    assert [one.customer_id for one in letters()] == [other.pk]
    assert notice.tellings.get(customer=broken).why_not == announcing.FAULT


def test_a_count_that_takes_too_long_is_given_up(lead, dsn, monkeypatch) -> None:
    """Somebody holds the orders: the page says that it cannot count them now."""
    monkeypatch.setattr(affecting, "COUNTS_FOR_SECONDS", 0.2)
    incident = drafted(by=lead)
    with psycopg.connect(dsn) as holding:
        holding.execute("LOCK TABLE crm_order IN ACCESS EXCLUSIVE MODE")

        assert affecting.count(incident, at=NOON) is None


# ── a second notice ──────────────────────────────────────────────────────────
def test_a_second_notice_goes_only_to_those_who_still_wait(lead) -> None:
    waiting, served, late_comer = person(), person(), person()
    waits_for(customer=waiting)
    order = waits_for(customer=served)
    incident = drafted(by=lead)
    announced(incident, by=lead)
    send_everything()
    advance_order(order, moment="shipped", occurred_at=NOON + HOUR, source="t", at=NOON + HOUR)
    waits_for(customer=late_comer, placed_at=NOON + HOUR, at=NOON + HOUR)

    second = announced(incident, by=lead, at=NOON + 2 * HOUR)

    assert second.kind == Kind.AGAIN
    assert [one.customer_id for one in second.tellings.all()] == [waiting.pk]
    assert [one.customer_id for one in letters()].count(waiting.pk) == 2
    assert incident.people.get(customer=served).gone_at == NOON + 2 * HOUR
    assert incident.people.get(customer=late_comer).gone_at is None
    assert letters(customer=late_comer) == []


def test_who_came_later_gets_the_first_word_and_the_others_not_again(lead) -> None:
    waits_for(customer=person())
    incident = drafted(by=lead)
    announced(incident, by=lead)
    send_everything()
    late_comer = person()
    waits_for(customer=late_comer)

    drafting.notice_of(incident, by=lead, at=NOON + HOUR, kind=Kind.FIRST)
    second = announced(incident, by=lead, at=NOON + HOUR)

    assert [one.customer_id for one in second.tellings.all()] == [late_comer.pk]


# ── stopping, and what is refused ────────────────────────────────────────────
def test_what_was_stopped_goes_to_nobody_further(lead) -> None:
    for _n in range(3):
        waits_for(customer=person())
    notice = announcing.let_out(draft_notice(drafted(by=lead)), by=lead, at=NOON)
    announcing._chunk(notice.pk, at=NOON)
    announcing._tell(notice.tellings.order_by("pk").first(), notice, at=NOON)

    announcing.stop(notice, at=NOON)
    told(notice)

    assert [one.state for one in letters()] == [Message.State.CANCELLED]
    with pytest.raises(NothingIsGoingOut):
        announcing.stop(notice, at=NOON)


def test_who_was_not_told_in_time_hears_of_the_end_neither(lead) -> None:
    heard, waiting = person(), person()
    waits_for(customer=heard)
    waits_for(customer=waiting)
    incident = drafted(by=lead)
    announced(incident, by=lead)
    Message.objects.filter(customer=heard).update(state=Message.State.SENT, sent_at=NOON)

    told(resolving.resolve(incident, by=lead, at=NOON + HOUR), at=NOON + HOUR)

    assert [one.state for one in letters(customer=waiting)] == [Message.State.CANCELLED]
    assert [one.notice for one in letters(customer=heard)] == ["incident", "incident_over"]


def test_unfinished_words_go_nowhere(lead) -> None:
    notice = draft_notice(drafted(by=lead))
    words = drafting.words_of(notice)
    words["bg"] = Words(subject="", long="…", short="…")
    drafting.write(notice, texts=words, at=NOON)

    with pytest.raises(UnfinishedWords) as refused:
        announcing.let_out(notice, by=lead, at=NOON)

    assert [fault.pointer for fault in refused.value.faults] == ["/texts/bg/subject"]
    notice.refresh_from_db()
    assert notice.state == IncidentNotice.State.DRAFT


def test_words_of_the_trade_go_nowhere(lead) -> None:
    notice = draft_notice(drafted(by=lead))
    words = drafting.words_of(notice)
    drafting.write(
        notice, texts={**words, "en": Words(subject="a", long="It was utilised.", short="b")}, at=NOON
    )

    with pytest.raises(UnfinishedWords) as refused:
        announcing.let_out(notice, by=lead, at=NOON)

    assert [fault.pointer for fault in refused.value.faults] == ["/texts/en/long"]


def test_a_name_that_nobody_knows_is_refused_when_it_is_written(lead) -> None:
    notice = draft_notice(drafted(by=lead))
    words = {**drafting.words_of(notice), "en": Words(subject="a", long="{{ card.number }}", short="b")}

    with pytest.raises(UnfinishedWords) as refused:
        drafting.write(notice, texts=words, at=NOON)

    assert [fault.pointer for fault in refused.value.faults] == ["/texts/en/long"]


def test_every_order_there_ever_was_is_never_meant(lead) -> None:
    notice = draft_notice(drafted(by=lead, affected=always()))

    with pytest.raises(EverybodyAffected):
        announcing.let_out(notice, by=lead, at=NOON)


def test_one_notice_at_a_time(lead) -> None:
    waits_for(customer=person())
    incident = drafted(by=lead)
    announcing.let_out(draft_notice(incident), by=lead, at=NOON)

    with pytest.raises(NoticeAtWork):
        announcing.let_out(drafting.notice_of(incident, by=lead, at=NOON), by=lead, at=NOON)
    with pytest.raises(NoticeAtWork):
        resolving.resolve(incident, by=lead, at=NOON)


def test_a_draft_cannot_be_resolved_nor_what_is_over_be_changed(lead) -> None:
    incident = drafted(by=lead)
    with pytest.raises(NotGoingOn):
        resolving.resolve(incident, by=lead, at=NOON)
    announced(incident, by=lead)
    told(resolving.resolve(incident, by=lead, at=NOON))

    with pytest.raises(NotADraft):
        drafting.change(
            incident, drafting.Told(names={"en": "x"}, affected=incident.affected, began_at=NOON), at=NOON
        )


# ── tickets ──────────────────────────────────────────────────────────────────
WORDS = ["варн", "посылк"]


def test_tickets_that_speak_of_it_are_linked_as_they_come_and_as_they_stand(lead) -> None:
    before = ticket("Где моя посылка?")
    other = ticket("Спасибо за чай")
    incident = drafted(by=lead, link_words=WORDS)
    announced(incident, by=lead)

    after = wrote("Кога ще пристигне от Варна?", at=NOON + HOUR)
    while relay.pump():
        pass

    linked = set(IncidentTicket.objects.standing().values_list("ticket", flat=True))
    assert linked == {before.pk, after.place.ticket_id}
    assert linking.incident_of(before) == incident
    assert linking.incident_of(other) is None
    assert TicketEvent.objects.filter(ticket=before, kind="incident_linked").count() == 1


def test_a_condition_and_words_hold_both(lead) -> None:
    tree = {"field": "ticket.channel", "op": "in", "value": ["email"]}
    incident = drafted(by=lead, links=tree, link_words=WORDS)

    assert linking.belongs(ticket("Моя посылка", by="email"), incident, at=NOON)
    assert not linking.belongs(ticket("Моя посылка"), incident, at=NOON)
    assert not linking.belongs(ticket("Мой чай", by="email"), incident, at=NOON)
    assert not linking.belongs(ticket("Отварная картошка", by="email"), incident, at=NOON)


def test_a_rule_that_asks_for_nothing_links_nothing(lead) -> None:
    incident = drafted(by=lead, links=always())

    assert incident.links is None
    assert not linking.belongs(ticket("Моя посылка"), incident, at=NOON)


def test_what_a_colleague_took_out_its_rule_does_not_bring_back(lead) -> None:
    its, incident = ticket("Где посылка?"), drafted(by=lead, link_words=WORDS)
    announced(incident, by=lead)

    linking.unlink(its, incident, by=lead, at=NOON)
    linking.link_standing(incident, at=NOON)
    assert linking.incident_of(its) is None

    linking.link(its, incident, by=lead, at=NOON)
    assert linking.incident_of(its) == incident


def test_a_ticket_belongs_to_one_incident_that_goes_on(lead) -> None:
    its, one, other = ticket("Где посылка?"), drafted(by=lead), drafted(by=lead)
    for incident in (one, other):
        announced(incident, by=lead)
    linking.link(its, one, by=lead, at=NOON)

    assert linking.link(its, other, by=None, at=NOON) is None
    with pytest.raises(TicketOfAnotherIncident):
        linking.link(its, other, by=lead, at=NOON)


# ── the end ──────────────────────────────────────────────────────────────────
def test_one_answer_reaches_all_who_were_told_and_all_who_asked_once_each(lead) -> None:
    only_told, asked_too = person(), person()
    for one in (only_told, asked_too):
        waits_for(customer=one)
    incident = drafted(by=lead, link_words=WORDS)
    announced(incident, by=lead)
    send_everything()
    theirs = ticket("Где посылка?", customer=asked_too, by="email", at=NOON + HOUR)
    stranger = ticket("А моя посылка?", by="email", at=NOON + HOUR)
    while relay.pump():
        pass

    last = told(resolving.resolve(incident, by=lead, at=NOON + 2 * HOUR), at=NOON + 2 * HOUR)

    incident.refresh_from_db()
    assert incident.state == Incident.State.RESOLVED
    assert announcing.progress(last) == {"told": 3, "untold": 0, "left": 0}
    written = Message.objects.filter(direction="out", occurred_at=NOON + 2 * HOUR)
    assert sorted(written.values_list("customer", flat=True)) == sorted(
        [only_told.pk, asked_too.pk, stranger.customer_id]
    )
    for its in (theirs, stranger):
        its.refresh_from_db()
        assert its.category == "resolved"
        assert its.placed.filter(message__direction="out").count() == 1
    assert linking.incident_of(theirs) is None


def test_a_ticket_that_was_resolved_already_is_left_alone(lead) -> None:
    asked = person()
    waits_for(customer=asked)
    incident = drafted(by=lead, link_words=WORDS)
    announced(incident, by=lead)
    send_everything()
    its = ticket("Где посылка?", customer=asked, by="email", at=NOON + HOUR)
    linking.link(its, incident, by=lead, at=NOON + HOUR)

    states.move(its, to=Category.RESOLVED, by=lead, at=NOON + HOUR)

    told(resolving.resolve(incident, by=lead, at=NOON + 2 * HOUR), at=NOON + 2 * HOUR)

    assert its.placed.filter(message__direction="out").count() == 0
    assert [one.notice for one in letters(customer=asked)] == ["incident", "incident_over"]
