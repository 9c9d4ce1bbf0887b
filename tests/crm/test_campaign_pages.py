"""Campaigns in the hands of those who plan and start them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.campaigns import measuring, running
from crm.campaigns.drafting import PlanTold
from crm.models import Campaign, CampaignPerson, RetentionPlan, Task
from tests.api_client import ShopSystem
from tests.factories import campaigns as given
from tests.factories.segments import filled
from tests.factories.shops import ShopFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST, NEW, PLANS = reverse("campaigns:list"), reverse("campaigns:new"), reverse("campaigns:plans")
READS_BULGARIAN = {"field": "customer.language", "op": "eq", "value": "bg"}


def signed_in(client: Any, **more: Any) -> Any:
    colleague = UserFactory(is_superuser=True, language="en", **more)
    client.force_login(colleague)
    return colleague


@pytest.fixture
def manager(client: Any) -> Any:
    return signed_in(client)


def told(doer: Any, **more: Any) -> dict[str, Any]:
    return {
        "name": "Call the silent ones",
        "audience": "conditions",
        "conditions": json.dumps(READS_BULGARIAN),
        "hold_out": "10",
        "horizon_days": "30",
        "terms-title": "Call and say thank you",
        "terms-owners": [doer.pk],
        "terms-due_days": "7",
        **more,
    }


def test_a_campaign_is_prepared_looked_at_and_started(client: Any, manager: Any) -> None:
    given.people(3, language="bg")

    answer = client.post(f"{NEW}?kind=task", told(manager), follow=True)

    campaign = Campaign.objects.get()
    assert (campaign.conditions, campaign.terms["owners"]) == (READS_BULGARIAN, [manager.pk])
    assert "At least 30 people have to be on each side" in answer.text
    assert "Start it now" in answer.text

    client.post(reverse("campaigns:start", args=[campaign.pk]))
    running.run(campaign, clock=timezone.now)
    answer = client.get(reverse("campaigns:campaign", args=[campaign.pk]))

    assert Task.objects.count() == campaign.people.filter(side="treated").count() > 0
    assert "Both sides are counted each night." in answer.text
    assert "Call the silent ones" in client.get(LIST).text


def test_what_cannot_be_kept_comes_back_with_the_reason(client: Any, manager: Any) -> None:
    for changes, words in (
        ({"name": ""}, "required"),
        ({"hold_out": "0"}, "Say why nobody is held out"),
        ({"terms-title": ""}, "required"),
        ({"owner": manager.pk}, "Say by which day it is to begin."),
    ):
        answer = client.post(f"{NEW}?kind=task", told(manager, **changes))
        assert answer.status_code == 422
        assert words in answer.text
    assert not Campaign.objects.exists()


def test_the_address_begins_a_campaign(client: Any, manager: Any) -> None:
    segment = filled(READS_BULGARIAN)

    by_conditions = client.get(NEW, {"kind": "task", "conditions": json.dumps(READS_BULGARIAN)})
    of_segment = client.get(NEW, {"kind": "points", "segment": segment.pk})

    assert "customer.language" in by_conditions.text
    assert f'value="segment:{segment.pk}" selected' in of_segment.text
    assert client.get(NEW, {"kind": "task", "conditions": "[[{"}).status_code == 200
    choice = client.get(NEW, {"segment": segment.pk})
    assert f"segment={segment.pk}&amp;kind=message" in choice.text


def test_a_playbook_is_a_draft_of_a_plan(client: Any, manager: Any) -> None:
    assert "Stars at risk: thank them in person" in client.get(PLANS).text

    page = client.get(NEW, {"playbook": "star"})
    form = page.context["form"]
    conditions = json.dumps(form.initial["conditions"])
    kept = told(manager, conditions=conditions, owner=manager.pk, due_on="2026-12-01")
    client.post(f"{NEW}?playbook=star", kept)

    plan = RetentionPlan.objects.get()
    assert (plan.playbook, plan.owner) == ("star", manager)
    assert "Call the silent ones" in client.get(PLANS).text


def test_a_second_person_sees_it_and_agrees(client: Any, settings: Any) -> None:
    settings.CAMPAIGN_PEOPLE_ALONE = 1
    given.people(3)
    asker = given.manager()
    campaign = given.asked(asker, at=timezone.now())
    page = reverse("campaigns:campaign", args=[campaign.pk])
    client.force_login(given.may("crm.view_campaign", "crm.start_campaign"))
    assert "Approve it" not in client.get(page).text

    signed_in(client)
    assert "Approve it" in client.get(page).text
    client.post(reverse("campaigns:decision", args=[campaign.pk]), {"yes": "1"})

    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.FINDING


def test_people_are_listed_by_side_and_reason_and_named_only_to_whoever_may_see_them(
    client: Any, manager: Any
) -> None:
    given.people(90, family_name="Костова")
    campaign = given.done(kind="points", terms={"points": 5})
    page = reverse("campaigns:people", args=[campaign.pk])

    first = client.get(page, {"why_not": "no-account"})
    assert "no account of points" in first.text
    assert "Костова" in first.text
    assert "Further ones" in first.text

    client.force_login(given.may("crm.view_campaign"))
    assert "Костова" not in client.get(page, {"side": "held_out"}).text


def test_the_page_says_only_what_may_be_concluded(client: Any, manager: Any) -> None:
    ShopFactory()
    given.people(3)
    campaign = given.done(at=timezone.now() - timedelta(days=40), **given.NO_HOLD_OUT)
    page = reverse("campaigns:campaign", args=[campaign.pk])
    measuring.measure(campaign, at=campaign.started_at + timedelta(days=1))
    assert "nothing can be concluded" in client.get(page).text

    measuring.measure(campaign, at=timezone.now())
    said = client.get(page).text

    assert "Bought nothing" in said
    assert campaign.people.filter(outcome=CampaignPerson.Outcome.NOT_BOUGHT).count() == 3


@pytest.mark.parametrize("address", [LIST, PLANS])
def test_a_list_costs_the_same_number_of_queries_for_any_number(
    client: Any, manager: Any, address: str
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    plan = PlanTold(owner=manager, due_on=timezone.localdate())
    given.draft(plan=plan)
    few = queries()
    for number in range(6):
        given.draft(name=f"№ {number}", plan=plan)
    assert queries() == few


# ── A shop's system ──────────────────────────────────────────────────────────
DRAFT = {"name": "Silent ones", "kind": "points", "terms": {"points": 10}, "conditions": READS_BULGARIAN}


@pytest.fixture
def api() -> ShopSystem:
    return ShopSystem()


def test_a_shop_drafts_a_campaign_and_somebody_of_ours_agrees_to_its_start(api: ShopSystem) -> None:
    given.people(2, language="bg")

    drafted = api.post("campaigns/", DRAFT)
    assert drafted.status == 201
    ahead = drafted.body["foreseen"]
    assert ahead["people"] == ahead["held_out"] + ahead["looked_at"] == 2
    assert ahead["unreachable"] == ({"no-account": ahead["looked_at"]} if ahead["looked_at"] else {})
    its = f"campaigns/{drafted.body['id']}/"
    assert api.post(f"{its}events/", {"event": "started"}).body["state"] == "waiting"
    assert api.post(f"{its}events/", {"event": "cancelled"}).body["state"] == "cancelled"
    assert api.get(its).body["state"] == "cancelled"
    assert [one["name"] for one in api.get("campaigns/").body["items"]] == ["Silent ones"]


def test_what_is_only_tried_leaves_nothing_behind(api: ShopSystem) -> None:
    tried = api.post("campaigns/?dry_run=1", DRAFT)

    assert (tried.status, tried.body["id"]) == (201, None)
    assert not Campaign.objects.exists()


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"kind": "fly"}, 422),
        ({"terms": {"points": 0}}, 422),
        ({"terms": {"shoes": 1}}, 422),
        ({"segment": 404, "conditions": None}, 422),
        ({"hold_out": "0"}, 422),
        ({"conditions": {"field": "customer.shoe"}}, 422),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(
    api: ShopSystem, changes: dict[str, Any], status: int
) -> None:
    told = {name: value for name, value in {**DRAFT, **changes}.items() if value is not None}

    assert api.post("campaigns/", told).status == status


def test_what_no_page_offers_is_as_if_it_was_not_asked(client: Any, manager: Any) -> None:
    campaign = given.draft()

    answer = client.get(reverse("campaigns:people", args=[campaign.pk]), {"why_not": "\0", "side": "nobody"})

    assert answer.status_code == 200
