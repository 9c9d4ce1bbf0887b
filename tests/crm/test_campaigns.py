"""Something is done for many at once: once for each, for nobody whom the lot held out, and within what was agreed."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from crm import company
from crm.campaigns import audiences, drafting, foreseeing, running, starting
from crm.campaigns.errors import (
    AskedTooLongAgo,
    CampaignDecided,
    CampaignIsOver,
    MayNotStart,
    NobodyInIt,
    NotADraft,
    NotGoingOn,
    NotYoursToDecide,
    UnfinishedCampaign,
)
from crm.campaigns.kinds import kind_named
from crm.consents import consenting
from crm.drawing import PLACES, number_of
from crm.models import Campaign, CampaignPerson, Customer, Message, Task, TimelineEntry
from crm.people import erasure, merging
from crm.segments.errors import SegmentNotFilled
from tests.factories import campaigns as given
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.loyalty_rewards import at_once
from tests.factories.paper_channels import PaperAccountFactory
from tests.factories.segments import written
from tests.factories.shops import NOON, ShopFactory
from tests.loyalty.ledger_world import balances

pytestmark = pytest.mark.django_db
Side, Person, State = CampaignPerson.Side, CampaignPerson.State, Campaign.State
LATER = NOON + timedelta(hours=1)


def at(moment: datetime = NOON) -> Any:
    return lambda: moment


def side(campaign: Campaign, side: str) -> set[int]:
    return set(campaign.people.filter(side=side).values_list("customer", flat=True))


def why_not(campaign: Campaign) -> set[str]:
    return set(campaign.people.exclude(why_not="").values_list("why_not", flat=True))


# ── What is written ──────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"name": " "}, "/name"),
        ({"hold_out": Decimal("0.6")}, "/hold_out"),
        ({"hold_out": Decimal(0)}, "/why_no_hold_out"),
        ({"horizon_days": 3}, "/horizon_days"),
        ({"budget_amount": Decimal(0)}, "/budget_amount"),
        ({"conditions": None}, "/segment"),
        ({"terms": {"title": "Позвонить", "owners": [], "due_days": 7}}, "/terms/owners"),
        ({"terms": {"title": "", "owners": [1], "due_days": 0, "more": 1}}, "/terms/more"),
    ],
)
def test_a_draft_that_cannot_be_says_what_is_wrong_with_it(wrong: dict[str, Any], pointer: str) -> None:
    with pytest.raises(UnfinishedCampaign) as refused:
        given.draft(**wrong)

    assert pointer in [fault.pointer for fault in refused.value.faults]
    assert not Campaign.objects.exists()


def test_what_was_started_is_changed_no_more() -> None:
    given.people(1)
    campaign = given.asked()

    with pytest.raises(NotADraft):
        drafting.change(campaign, given.told(), at=NOON)


# ── Who starts it ────────────────────────────────────────────────────────────
def test_a_small_campaign_that_costs_nothing_starts_at_once() -> None:
    given.people(3)

    assert given.asked().state == State.FINDING


def test_whoever_may_not_start_campaigns_starts_none() -> None:
    given.people(1)

    with pytest.raises(MayNotStart):
        given.asked(given.may("crm.add_campaign"))


def test_whoever_may_not_give_points_starts_no_campaign_that_gives_them() -> None:
    given.people(1)

    with pytest.raises(MayNotStart):
        given.asked(given.may("crm.start_campaign"), kind="points", terms={"points": 10})


def test_a_campaign_about_nobody_is_not_started() -> None:
    with pytest.raises(NobodyInIt):
        given.asked(conditions={"field": "customer.language", "op": "eq", "value": "en"})


def test_a_segment_that_is_being_filled_waits() -> None:
    given.people(1)

    with pytest.raises(SegmentNotFilled):
        given.asked(segment=written())


def test_above_so_many_people_a_second_person_agrees(settings: Any) -> None:
    settings.CAMPAIGN_PEOPLE_ALONE = 2
    given.people(3)
    campaign = given.asked()
    other = given.manager()

    assert campaign.state == State.WAITING
    assert running.run(campaign, clock=at()).state == State.WAITING

    agreed = starting.decide(campaign, yes=True, by=other, at=LATER)

    assert agreed.state == State.FINDING
    assert (agreed.decided_by, agreed.decided_at) == (other, LATER)
    with pytest.raises(CampaignDecided):
        starting.decide(campaign, yes=False, by=other, at=LATER)


def test_above_so_much_money_a_second_person_agrees(settings: Any) -> None:
    settings.CAMPAIGN_AMOUNT_ALONE = Decimal("0.50")
    ProgrammeFactory(point_value=Decimal("0.01"))
    given.people(2)

    campaign = given.asked(kind="points", terms={"points": 100})

    assert campaign.state == State.WAITING
    assert (campaign.price_amount, campaign.budget_amount) == (Decimal(1), Decimal(2))


def test_a_company_sets_its_own_limits() -> None:
    company.remember(company.Company(own_campaign_people_alone=1))
    given.people(2)

    assert given.asked().state == State.WAITING
    company.forget()


def test_nobody_agrees_to_what_they_asked_for_or_wrote(settings: Any) -> None:
    settings.CAMPAIGN_PEOPLE_ALONE = 0
    given.people(1)
    writer, asker = given.manager(), given.manager()
    campaign = starting.ask(given.draft(writer), by=asker, at=NOON)

    for somebody in (writer, asker, given.may("crm.start_campaign")):
        with pytest.raises(NotYoursToDecide):
            starting.decide(campaign, yes=True, by=somebody, at=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.filter(pk=campaign.pk).update(decided_by=asker)


def test_what_was_asked_more_than_a_day_ago_is_asked_anew(settings: Any) -> None:
    settings.CAMPAIGN_PEOPLE_ALONE = 0
    given.people(1)
    campaign = given.asked()

    with pytest.raises(AskedTooLongAgo):
        starting.decide(campaign, yes=True, by=given.manager(), at=NOON + timedelta(days=2))

    assert starting.take_back(campaign, at=LATER).is_draft


def test_whoever_lost_the_permission_meanwhile_starts_nothing(settings: Any) -> None:
    settings.CAMPAIGN_PEOPLE_ALONE = 0
    given.people(1)
    asker = given.manager()
    campaign = given.asked(asker)
    asker.user_permissions.clear()

    with pytest.raises(NotYoursToDecide):
        starting.decide(campaign, yes=True, by=given.manager(), at=LATER)


def test_what_was_refused_is_a_draft_again_with_the_reason(settings: Any) -> None:
    settings.CAMPAIGN_PEOPLE_ALONE = 0
    given.people(1)

    refused = starting.decide(given.asked(), yes=False, by=given.manager(), at=LATER, note="Слишком рано")

    assert (refused.state, refused.decision_note) == (State.DRAFT, "Слишком рано")


# ── The lot ──────────────────────────────────────────────────────────────────
def test_the_database_and_python_draw_the_same_lot() -> None:
    campaign = given.draft()
    given.people(50)

    drawn = Customer.objects.annotate(lot=audiences.number_for(campaign)).values_list("pk", "lot")

    assert len(drawn) == 50
    for pk, lot in drawn:
        assert lot == number_of(f"campaign:{campaign.pk}:{pk}") % PLACES


def test_the_lot_holds_out_its_share_and_stays_as_it_fell() -> None:
    customers = given.people(400)
    campaign = given.asked(given.manager(), snapshot=given.snapshot_of(customers), hold_out=Decimal("0.25"))
    campaign = starting.decide(campaign, yes=True, by=given.manager(), at=NOON)

    running.settle(campaign, at=NOON)
    held_out = side(campaign, Side.HELD_OUT)
    running.settle(campaign, at=LATER)

    assert 70 <= len(held_out) <= 130
    assert side(campaign, Side.HELD_OUT) == held_out
    assert campaign.people.count() == 400


def test_what_was_foreseen_is_who_is_drawn() -> None:
    given.people(60)
    campaign = given.asked()
    seen = foreseeing.foresee(campaign, at=NOON)

    running.run(campaign, clock=at())

    assert seen.people == campaign.people.count()
    assert seen.held_out == len(side(campaign, Side.HELD_OUT))


# ── The deed ─────────────────────────────────────────────────────────────────
def test_everybody_treated_has_a_task_and_an_entry_and_nobody_held_out_has() -> None:
    given.people(20)
    asker = given.manager()

    campaign = given.done(asker, hold_out=Decimal("0.3"))

    treated, held_out = side(campaign, Side.TREATED), side(campaign, Side.HELD_OUT)
    assert campaign.state == State.DONE
    assert treated and held_out
    assert set(Task.objects.values_list("customer", flat=True)) == treated
    told = TimelineEntry.objects.filter(kind="crm.campaign_reached")
    assert set(told.values_list("customer", flat=True)) == treated
    assert {entry.actor for entry in told} == {asker}
    assert told[0].fact.aloud("en") == "Was part of the campaign “Молчаливые звёзды”"


def test_several_colleagues_share_the_people() -> None:
    given.people(40)
    owners = [given.may().pk, given.may().pk]

    given.done(terms={**given.CALL, "owners": owners}, **given.NO_HOLD_OUT)

    shares = [Task.objects.filter(owner=owner).count() for owner in owners]
    assert sum(shares) == 40
    assert min(shares) >= 10


def test_a_worker_that_is_killed_goes_on_and_does_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    given.people(30)
    campaign, its = given.asked(**given.NO_HOLD_OUT), kind_named("task")
    turns = []

    def killed(self: Any, doing: Any) -> str:
        turns.append(doing.key)
        if len(turns) == 12:
            raise KeyboardInterrupt
        return done(self, doing)

    done = type(its).do
    monkeypatch.setattr(type(its), "do", killed)
    with pytest.raises(KeyboardInterrupt):
        running.run(campaign, clock=at())
    monkeypatch.undo()
    assert Task.objects.count() == 11

    campaign = running.run(campaign, clock=at(LATER))
    running.run(campaign, clock=at(LATER))

    assert campaign.state == State.DONE
    assert Task.objects.count() == TimelineEntry.objects.filter(kind="crm.campaign_reached").count() == 30


def test_one_who_cannot_be_treated_for_a_fault_of_ours_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unlucky, *_others = given.people(4)
    its = type(kind_named("task"))
    done = its.do

    def breaks(self: Any, doing: Any) -> str:
        if doing.person == unlucky:
            raise ValueError("broken")
        return done(self, doing)

    monkeypatch.setattr(its, "do", breaks)
    campaign = given.done(**given.NO_HOLD_OUT)

    assert campaign.state == State.DONE
    failed = campaign.people.get(state=Person.FAILED)
    assert (failed.customer, failed.why_not) == (unlucky, "fault")
    assert Task.objects.count() == 3


def test_a_paused_campaign_stands_still_and_goes_on() -> None:
    given.people(3)
    by = given.manager()
    campaign = given.asked(by, **given.NO_HOLD_OUT)
    with pytest.raises(NotGoingOn):
        running.pause(campaign, by=by, at=NOON)
    running.settle(campaign, at=NOON)
    running.pause(campaign, by=by, at=NOON)

    assert running.run(campaign, clock=at()).state == State.PAUSED
    assert not Task.objects.exists()

    running.go_on(campaign, at=LATER)
    assert running.run(campaign, clock=at(LATER)).state == State.DONE
    assert Task.objects.count() == 3
    with pytest.raises(CampaignIsOver):
        running.cancel(campaign, by=by, at=LATER)


def test_a_cancelled_campaign_reaches_nobody_further() -> None:
    given.people(3)
    by = given.manager()
    campaign = given.asked(by)
    running.settle(campaign, at=NOON)

    running.cancel(campaign, by=by, at=NOON)

    assert running.run(campaign, clock=at()).state == State.CANCELLED
    assert not Task.objects.exists()


def test_two_who_are_found_to_be_one_person_are_treated_once() -> None:
    one, other = given.people(2)
    campaign = given.asked(**given.NO_HOLD_OUT)
    running.settle(campaign, at=NOON)
    merging.merge(one, other=other, by=given.manager(), at=NOON)

    running.run(campaign, clock=at())

    assert Task.objects.count() == 1
    assert why_not(campaign) == {"already"}


def test_whoever_is_erased_meanwhile_is_left_alone() -> None:
    (one,) = given.people(1)
    campaign = given.asked(**given.NO_HOLD_OUT)
    running.settle(campaign, at=NOON)
    erasure.erase(one, reason="asked", by=given.manager(), at=NOON)

    campaign = running.run(campaign, clock=at())

    assert why_not(campaign) == {"erased"}


# ── Points ───────────────────────────────────────────────────────────────────
def test_points_come_once_within_the_budget_and_only_to_members() -> None:
    programme = ProgrammeFactory(point_value=Decimal("0.01"))
    CustomerFactory()
    members = [MemberFactory(programme=programme) for _ in range(3)]

    campaign = given.done(kind="points", terms={"points": 100}, budget_amount=Decimal(2), **given.NO_HOLD_OUT)
    running.run(campaign, clock=at(LATER))

    assert sorted(balances(member)[0] for member in members) == [0, 100, 100]
    assert campaign.used_amount == Decimal(2)
    assert why_not(campaign) == {"no-account", "budget"}
    told = TimelineEntry.objects.get(kind="loyalty.points_given_in_campaign", customer=members[0].customer)
    assert told.fact.aloud("en") == "Given 100 points in the campaign “Молчаливые звёзды”"


# ── One message ──────────────────────────────────────────────────────────────
def words(**more: str) -> dict[str, str]:
    texts = {
        f"{name}_{language}": "{{ company.name }}"
        for name in ("subject", "long", "short")
        for language in ("ru", "bg", "en")
    }
    return {"purpose": "advertising", **texts, **more}


def agreed(customer: Customer) -> Customer:
    IdentityFactory(customer=customer, kind="email", value=f"person-{customer.pk}@mail.example")
    consenting.give(
        customer, purpose="advertising", channel="email", source="test", occurred_at=NOON, at=NOON
    )
    return customer


def test_advertising_goes_to_those_who_agreed_and_the_others_have_their_reason() -> None:
    ShopFactory()
    PaperAccountFactory()
    willing = agreed(CustomerFactory(language="ru"))
    silent, unknown = CustomerFactory(language="bg"), CustomerFactory(language="bg")
    IdentityFactory(customer=silent, kind="email", value="silent@mail.example")
    told = {"kind": "message", "terms": words(subject_ru="Здравствуйте"), **given.NO_HOLD_OUT}

    seen = foreseeing.foresee(given.draft(**told), at=NOON)
    campaign = given.done(**told)

    assert seen.unreachable == {"no-consent": [silent.pk], "no-way": [unknown.pk]}
    assert seen.reachable == 1
    message = Message.objects.get()
    assert (message.customer, message.subject, message.purpose) == (willing, "Здравствуйте", "advertising")
    assert dict(campaign.people.exclude(why_not="").values_list("customer", "why_not")) == {
        silent.pk: "no-consent",
        unknown.pk: "no-way",
    }


def test_the_number_of_messages_a_week_is_kept_over_campaigns(settings: Any) -> None:
    settings.ADVERTISING_PER_WEEK = 1
    ShopFactory()
    PaperAccountFactory()
    person = agreed(CustomerFactory())
    told = {"kind": "message", "terms": words(), **given.NO_HOLD_OUT}
    given.done(**told)

    second = given.draft(**told)

    assert foreseeing.foresee(second, at=LATER).unreachable == {"too-often": [person.pk]}
    campaign = running.run(starting.ask(second, by=given.manager(), at=LATER), clock=at(LATER))
    assert why_not(campaign) == {"too-often"}
    assert Message.objects.count() == 1


def test_what_was_written_and_not_sent_is_taken_back_with_the_campaign() -> None:
    ShopFactory()
    PaperAccountFactory()
    agreed(CustomerFactory())
    by = given.manager()
    campaign = given.asked(by, kind="message", terms=words(), **given.NO_HOLD_OUT)
    running.settle(campaign, at=NOON)
    running._chunk(campaign.pk, at=NOON)

    running.cancel(campaign, by=by, at=NOON)

    assert Message.objects.get().state == Message.State.CANCELLED


# ── What is foreseen ─────────────────────────────────────────────────────────
def test_a_draft_says_what_it_costs_at_the_most() -> None:
    programme = ProgrammeFactory(point_value=Decimal("0.01"))
    MemberFactory(programme=programme)
    CustomerFactory()

    seen = foreseeing.foresee(given.draft(kind="points", terms={"points": 150}, **given.NO_HOLD_OUT), at=NOON)

    assert (seen.people, seen.treated, seen.reachable) == (2, 2, 1)
    assert (seen.usual, seen.worst) == (Decimal("1.50"), Decimal(3))
    assert seen.visible is None


def test_of_many_people_some_drawn_by_lot_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreseeing, "LOOKED_AT", 40)
    given.people(200)

    seen = foreseeing.foresee(given.draft(), at=NOON)

    assert seen.is_a_sample
    assert seen.looked_at == 40
    assert seen.visible is None or seen.visible.share == 0


def test_foreseeing_costs_a_fixed_number_of_queries(django_assert_max_num_queries: Any) -> None:
    ShopFactory()
    PaperAccountFactory()
    for customer in given.people(30):
        agreed(customer)
    campaign = given.draft(kind="message", terms=words())

    with django_assert_max_num_queries(30):
        foreseeing.foresee(campaign, at=NOON)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_do_nothing_twice_and_stay_within_the_budget() -> None:
    programme = ProgrammeFactory(point_value=Decimal("0.01"))
    members = [MemberFactory(programme=programme) for _ in range(20)]
    campaign = given.asked(
        kind="points", terms={"points": 100}, budget_amount=Decimal(15), **given.NO_HOLD_OUT
    )

    at_once(lambda _worker: running.run(campaign, clock=at()), range(3))

    campaign = running.run(campaign, clock=at(LATER))
    assert campaign.state == State.DONE
    assert sorted(balances(member)[0] for member in members) == [0] * 5 + [100] * 15
    assert campaign.used_amount == Decimal(15)
    assert TimelineEntry.objects.filter(kind="loyalty.points_given_in_campaign").count() == 15
